"""Counts what leaves a device, by the address it is for: IPv4 packets, and ARP requests that ask for it.

usage: ledger.py DEVICE. Prints "ready" when it counts. For each line on its standard input it prints what left since the last,
as JSON: {"ADDRESS": COUNT}.
"""

import json
import select
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_STATISTICS = 263, 6

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024 * 1024)
wire.bind((sys.argv[1], 0))
wire.setblocking(False)
counts = {}
print("ready", flush=True)


def read_all():
    while True:
        try:
            frame, (_, _, direction, _, _) = wire.recvfrom(96)
        except BlockingIOError:
            return
        if direction != PACKET_OUTGOING:
            continue
        if frame[12:14] == b"\x08\x06":
            target = frame[38:42]
        elif frame[12:14] == b"\x08\x00":
            target = frame[30:34]
        else:
            continue
        address = socket.inet_ntoa(target)
        counts[address] = counts.get(address, 0) + 1


while True:
    readable, _, _ = select.select([wire, sys.stdin], [], [])
    if wire in readable:
        read_all()
    if sys.stdin in readable:
        if not sys.stdin.readline():
            break
        read_all()
        _, dropped = struct.unpack("II", wire.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        if dropped:
            sys.exit(f"{dropped} packets went uncounted")
        print(json.dumps(counts), flush=True)
        counts.clear()
