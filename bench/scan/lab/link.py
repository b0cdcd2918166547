"""A slow line between two namespaces: two TAP devices and a queue of frames. For kernels without netem.

usage: link.py NETNS_A DEVICE_A NETNS_B DEVICE_B DELAY_MS JITTER_MS LOSS_PERCENT
Delay and loss are those of one direction; both directions have them. Prints "ready" when the devices are there.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

from netns import enter

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000


def tap(netns, device):
    enter(netns)
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


ends = [tap(sys.argv[1], sys.argv[2]), tap(sys.argv[3], sys.argv[4])]
other = {ends[0]: ends[1], ends[1]: ends[0]}
delay, jitter, loss = float(sys.argv[5]) / 1000, float(sys.argv[6]) / 1000, float(sys.argv[7]) / 100
print("ready", flush=True)

waiting = []
count = 0
while True:
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        _, _, end, frame = heapq.heappop(waiting)
        try:
            os.write(end, frame)
        except OSError:
            pass  # The device is down, or its queue is full: lost, as on a line.
    patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
    readable, _, _ = select.select(ends, [], [], patience)
    for end in readable:
        for _ in range(64):
            try:
                frame = os.read(end, 65536)
            except BlockingIOError:
                break
            except OSError:
                time.sleep(0.01)  # Not up yet.
                break
            if loss and random.random() < loss:
                continue
            count += 1
            due = time.monotonic() + max(0.0, delay + (random.uniform(-jitter, jitter) if jitter else 0))
            heapq.heappush(waiting, (due, count, other[end], frame))
