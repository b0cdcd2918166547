"""Plays every host of the lab: it enters each host's namespace only to listen there, and serves all from one loop.

usage: hosts.py FILE, with {"hosts": [{"netns", "services": [{"port", "greeting", "reply", "tls"}]}],
"resolver": {"netns", "names", "mute"}, "certificate", "key"}. Texts are latin-1. Prints "ready" when it listens.
"""

import asyncio
import json
import socket
import ssl
import struct
import sys
import threading

from netns import enter

IDLE_SECONDS = 10


async def serve(reader, writer, greeting, reply):
    try:
        if greeting:
            writer.write(greeting)
            await writer.drain()
        said = await asyncio.wait_for(reader.read(4096), IDLE_SECONDS)
        if said and reply:
            writer.write(reply)
            await writer.drain()
    except (OSError, asyncio.TimeoutError):
        pass
    finally:
        writer.close()


def serve_tls(listener, secure, words):
    """In threads: asyncio would drop the alert with which a real server answers a hello that it does not like."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk_tls, args=(connection, secure, words), daemon=True).start()


def talk_tls(connection, secure, words):
    greeting, reply = words
    try:
        connection.settimeout(IDLE_SECONDS)
        with secure.wrap_socket(connection, server_side=True) as talk:
            talk.sendall(greeting)
            if talk.recv(4096):
                talk.sendall(reply)
            talk.unwrap()
    except OSError:
        pass
    finally:
        connection.close()


class Resolver(asyncio.DatagramProtocol):
    """Knows which names addresses have, and says so unless it is mute."""

    def __init__(self, names, mute):
        self.names, self.mute = names, mute

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        if self.mute or len(data) < 17:
            return
        labels, at = [], 12
        while data[at] != 0:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        question = data[12 : at + 5]
        is_pointer = data[at + 1 : at + 3] == b"\x00\x0c"
        address = ".".join(reversed(labels[:4])) if labels[4:] == ["in-addr", "arpa"] else ""
        # A list of labels stands for a name that has a dot inside one of them.
        name = self.names.get(address) if is_pointer else None
        if name is None:
            self.transport.sendto(data[:2] + b"\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00" + question, sender)
            return
        parts = name if isinstance(name, list) else name.split(".")
        wire = b"".join(bytes([len(part)]) + part.encode("latin-1") for part in parts) + b"\0"
        answer = b"\xc0\x0c\x00\x0c\x00\x01" + struct.pack("!IH", 60, len(wire)) + wire
        self.transport.sendto(data[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + question + answer, sender)


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lab = json.load(file)
    loop = asyncio.get_running_loop()
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(lab["certificate"], lab["key"])
    kept = []
    for host in lab["hosts"]:
        enter(host["netns"])
        for service in host["services"]:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("0.0.0.0", service["port"]))
            listener.listen(256)
            words = service["greeting"].encode("latin-1"), service["reply"].encode("latin-1")
            if service["tls"]:
                threading.Thread(target=serve_tls, args=(listener, secure, words), daemon=True).start()
                continue
            kept.append(
                await asyncio.start_server(
                    lambda reader, writer, words=words: serve(reader, writer, *words),
                    sock=listener,
                )
            )
    resolver = lab["resolver"]
    enter(resolver["netns"])
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.bind(("0.0.0.0", 53))
    await loop.create_datagram_endpoint(lambda: Resolver(resolver["names"], resolver["mute"]), sock=asked)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
