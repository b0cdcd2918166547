"""Many simulated hosts on one TAP device: each has an address and a MAC of its own, answers ARP and ping, and refuses TCP.

usage: crowd.py DEVICE NETWORK FIRST COUNT, such as: crowd.py crowd0 10.79.0 1 200. Prints "ready" when the device is there.
"""

import fcntl
import os
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
ARP, IPV4, ICMP, TCP = 0x0806, 0x0800, 1, 6
SYN, ACK, RST = 0x02, 0x10, 0x04

device, network, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
# A maker's prefix (Raspberry Pi), then the number of the host.
hosts = {
    bytes([*map(int, network.split(".")), last]): bytes([0xB8, 0x27, 0xEB, 0x00, 0x01, last])
    for last in range(first, first + count)
}
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TAP | IFF_NO_PI))
print("ready", flush=True)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, target, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def echo(packet):
    answer = b"\0\0\0\0" + packet[4:]
    return answer[:2] + struct.pack("!H", checksum(answer)) + answer[4:]


def refusal(source, target, packet):
    ports, number, acknowledged = packet[:4], *struct.unpack("!II", packet[4:12])
    if packet[13] & RST:
        return None
    if packet[13] & ACK:
        head = struct.pack("!HHIIBBHHH", *reversed(struct.unpack("!HH", ports)), acknowledged, 0, 0x50, RST, 0, 0, 0)
    else:
        after = (number + (1 if packet[13] & SYN else 0)) & 0xFFFFFFFF
        head = struct.pack("!HHIIBBHHH", *reversed(struct.unpack("!HH", ports)), 0, after, 0x50, RST | ACK, 0, 0, 0)
    pseudo = source + target + struct.pack("!HH", TCP, len(head))
    return head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]


def answer(frame):
    (kind,) = struct.unpack("!H", frame[12:14])
    asker = frame[6:12]
    if kind == ARP and frame[20:22] == b"\0\1" and frame[38:42] in hosts:
        mac, address = hosts[frame[38:42]], frame[38:42]
        return asker + mac + frame[12:20] + b"\0\2" + mac + address + frame[22:32]
    if kind != IPV4 or frame[30:34] not in hosts:
        return None
    begin = 14 + (frame[14] & 15) * 4
    source, target, packet = frame[30:34], frame[26:30], frame[begin : 14 + struct.unpack("!H", frame[16:18])[0]]
    if frame[23] == ICMP and packet[0] == 8:
        payload = echo(packet)
    elif frame[23] == TCP and len(packet) >= 20:
        payload = refusal(source, target, packet)
    else:
        return None
    return payload and asker + hosts[source] + b"\x08\0" + ip(source, target, frame[23], payload)


while True:
    try:
        said = answer(os.read(tap, 65536))
        if said:
            os.write(tap, said)
    except OSError:
        pass  # The device is down.
