"""The peer of the old Classcord kind: a chat server as one writes it in Python for a class.

Newline JSON over TCP; a thread for each client; a message is stamped, and for every other client in a loop it is turned into
text, written, and noted in the log with Python's own logging. Accounts are kept in memory with their passwords in clear, nothing
is stored, nothing is acknowledged. Many of those that were found do just this. Three things are better here, so that no accident
is measured: the log goes nowhere, Nagle's algorithm is off, and a lock keeps two threads from mixing their lines.
"""

import json
import logging
import os
import signal
import socket
import sys
import threading
from datetime import datetime

passwords = {}
clients = {}  # socket -> user name
lock = threading.Lock()
logging.basicConfig(filename=os.devnull, level=logging.INFO, format="%(asctime)s - %(levelname)s - %(message)s")


def line(fields):
    return (json.dumps(fields) + "\n").encode()


def broadcast(fields, sender):
    with lock:
        for client, name in list(clients.items()):
            if client is sender:
                continue
            try:
                client.sendall(line(fields))
                logging.info(f"[ENVOI] {name} : {fields}")
            except OSError:
                clients.pop(client, None)


def register(client, fields):
    name = fields["username"]
    if name in passwords:
        client.sendall(line({"type": "error", "message": "Username already exists."}))
    else:
        passwords[name] = fields["password"]
        client.sendall(line({"type": "register", "status": "ok"}))


def log_in(client, fields):
    name = fields["username"]
    if passwords.get(name) != fields["password"]:
        client.sendall(line({"type": "error", "message": "Login failed."}))
        return
    with lock:
        client.sendall(line({"type": "login", "status": "ok", "username": name}))
        clients[client] = name
    broadcast({"type": "status", "user": name, "state": "online"}, client)


def relay(client, fields):
    fields["from"] = clients.get(client, "invité")
    fields["timestamp"] = datetime.now().isoformat()
    broadcast(fields, client)


actions = {"register": register, "login": log_in, "message": relay}


def serve(client):
    try:
        for text in client.makefile("r", encoding="utf-8"):
            fields = json.loads(text)
            action = actions.get(fields.get("type"))
            if action:
                action(client, fields)
    except (OSError, ValueError, KeyError):
        pass
    finally:
        with lock:
            name = clients.pop(client, None)
        client.close()
        if name is not None:
            broadcast({"type": "status", "user": name, "state": "offline"}, None)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        print(f"ready tcp=127.0.0.1:{server.getsockname()[1]}", flush=True)
        while True:
            client, _ = server.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
