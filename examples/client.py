#!/usr/bin/env python3
"""A small Classcord client, to talk with and to learn from. Python 3.8 or newer, nothing to install.

    python3 examples/client.py --user alice                    the server on this machine
    python3 examples/client.py chat.example 12346 --user alice --tls
    python3 examples/client.py --guest Camille                 without an account, where guests may talk

It speaks the old Classcord wire: TCP, one JSON object a line, UTF-8. What is typed is said in the channel; lines that
begin with a slash are commands (/aide lists them). Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

import argparse
import getpass
import hashlib
import json
import queue
import socket
import ssl
import sys
import threading

TEXTS = {
    "fr": {
        "password": "Mot de passe de {} : ",
        "clear": "Attention : sans --tls, le mot de passe passe en clair sur le réseau.",
        "insecure": "Attention : le certificat n'est pas vérifié (--insecure).",
        "no_connection": "Connexion impossible : {}",
        "wrong_certificate": "Ce n'est pas le certificat attendu. Empreinte reçue : {}",
        "registered": "Compte {} créé.",
        "welcome": "Bonjour {} ! /aide montre les commandes.",
        "users": "En ligne : {}",
        "says": "{} : {}",
        "online": "{} est en ligne",
        "away": "{} est absent",
        "dnd": "{} ne veut pas être dérangé",
        "offline": "{} est parti",
        "private": "{} (en privé)",
        "guest": "{} (invité)",
        "help": "/join #canal · /msg NOM texte · /users · /away · /back · /quit",
        "unknown": "Commande inconnue : {}. /aide les montre.",
        "whom": "À qui, et quoi ? /msg NOM texte",
        "lost": "La connexion a été perdue.",
    },
    "en": {
        "password": "Password of {}: ",
        "clear": "Warning: without --tls the password travels in clear over the network.",
        "insecure": "Warning: the certificate is not verified (--insecure).",
        "no_connection": "Cannot connect: {}",
        "wrong_certificate": "This is not the certificate that was expected. Its fingerprint: {}",
        "registered": "Account {} made.",
        "welcome": "Hello {}! /help shows the commands.",
        "users": "Online: {}",
        "says": "{}: {}",
        "online": "{} is online",
        "away": "{} is away",
        "dnd": "{} does not want to be disturbed",
        "offline": "{} has left",
        "private": "{} (in private)",
        "guest": "{} (guest)",
        "help": "/join #channel · /msg NAME text · /users · /away · /back · /quit",
        "unknown": "Unknown command: {}. /help shows them.",
        "whom": "To whom, and what? /msg NAME text",
        "lost": "The connection was lost.",
    },
}


class Failure(Exception):
    """What ends the program with code 1; says why in one line."""


class Wire:
    """The connection: objects out, objects in."""

    def __init__(self, sock):
        self._sock = sock
        # A file cuts the stream of bytes into lines, wherever TCP cut it. Decoding whole lines never splits a letter.
        self._file = sock.makefile("rb")

    def send(self, **fields):
        # json.dumps escapes what is not ASCII, and newlines inside texts: one object is always one line.
        self._sock.sendall(json.dumps(fields).encode("ascii") + b"\n")

    def receive(self):
        """The next object; None at the end. A line that is not an object is passed over: a client must survive it."""
        for line in self._file:
            try:
                value = json.loads(line.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                return value
        return None

    def close(self):
        try:
            # The thread that is waiting in receive() gets the end of the stream.
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()


def connect(args, texts):
    """Opens the connection, inside TLS when asked to."""
    sock = socket.create_connection((args.host, args.port), timeout=15)
    # The timeout is for connecting; a quiet channel is no fault.
    sock.settimeout(None)
    if not args.tls:
        return Wire(sock)
    context = ssl.create_default_context()
    if args.fingerprint or args.insecure:
        # A self-signed certificate has nobody to vouch for it: we know it by its fingerprint instead.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    secure = context.wrap_socket(sock, server_hostname=args.host)
    if args.fingerprint:
        # Before anything is said: to the wrong server, not even a name.
        found = hashlib.sha256(secure.getpeercert(binary_form=True)).hexdigest()
        if found != args.fingerprint.replace(":", "").lower():
            secure.close()
            raise Failure(texts["wrong_certificate"].format(found))
    return Wire(secure)


def ask(wire, **fields):
    """Sends a line and returns its answer. Only before the log-in: the next line is the answer and nothing else."""
    wire.send(**fields)
    answer = wire.receive()
    if answer is None:
        raise ConnectionError("the server closed the connection")
    if answer.get("type") == "error":
        raise Failure(clean(answer.get("message")))
    return answer


def clean(value):
    """A text that is safe to print: what others write must not steer our terminal. (U+200D joins emoji.)"""
    return "".join(letter if letter.isprintable() or letter == "\u200d" else " " for letter in str(value))


class Chat:
    """What happens in the chat, seen and done by one person."""

    def __init__(self, wire, guest, texts):
        self._wire = wire
        self._guest = guest
        self._texts = texts
        self.unanswered = 0  # How often we asked who is here, and were not told yet.

    def ask_users(self):
        """Asks who is here. Answers come in order: this one says too that all sent before it has been taken."""
        self.unanswered += 1
        self._wire.send(type="users")

    def show(self, line):
        """Prints what the server sent. Types that we do not know are harmless, and passed over."""
        kind, texts = line.get("type"), self._texts
        if kind == "message":
            name = clean(line.get("from"))
            if line.get("guest"):
                name = texts["guest"].format(name)
            if line.get("subtype") == "private":
                name = texts["private"].format(name)
            place = clean(line["channel"]) + " " if line.get("channel") else ""
            print(place + texts["says"].format(name, clean(line.get("content"))))
        elif kind == "status" and line.get("state") in ("online", "away", "dnd", "offline"):
            print("* " + texts[line["state"]].format(clean(line.get("user"))))
        elif kind == "users":
            self.unanswered -= 1
            print("* " + texts["users"].format(", ".join(clean(name) for name in line.get("users", []))))
        elif kind in ("system", "info", "error", "kick", "server_shutdown"):
            print("* " + clean(line.get("message")))

    def do(self, typed):
        """Does what was typed. False when it was /quit."""
        command, _, rest = typed.partition(" ")
        if not typed.startswith("/"):
            self._say(typed)
        elif command == "/join":
            self._say(typed)  # The server knows this one: it is sent as a message.
        elif command == "/msg":
            to, _, content = rest.partition(" ")
            if to and content:
                self._wire.send(type="message", subtype="private", to=to, content=content)
            else:
                print("* " + self._texts["whom"])
        elif command in ("/users", "/who"):
            self.ask_users()
        elif command in ("/away", "/back"):
            self._wire.send(type="status", state="away" if command == "/away" else "online")
        elif command in ("/help", "/aide"):
            print("* " + self._texts["help"])
        elif command == "/quit":
            return False
        else:
            print("* " + self._texts["unknown"].format(clean(command)))
        return True

    def _say(self, content):
        fields = {"type": "message", "subtype": "global", "to": "global", "content": content}
        if self._guest:
            fields["from"] = self._guest  # Without a log-in the server takes our word for the name.
        self._wire.send(**fields)


def run(args, texts):
    """The whole visit."""
    here = args.host in ("localhost", "127.0.0.1", "::1")
    if args.user and not args.tls and not here:
        print(texts["clear"], file=sys.stderr)
    if args.insecure:
        print(texts["insecure"], file=sys.stderr)
    password = read_password(args, texts) if args.user else None
    try:
        wire = connect(args, texts)
    except OSError as error:
        raise Failure(texts["no_connection"].format(error)) from error
    try:
        return visit(wire, args, password, texts)
    finally:
        wire.close()


def visit(wire, args, password, texts):
    """From the log-in to the end. Answers the exit code."""
    if args.user:
        if args.register:
            ask(wire, type="register", username=args.user, password=password)  # This does not log in.
            print("* " + texts["registered"].format(args.user))
        name = clean(ask(wire, type="login", username=args.user, password=password).get("username"))
    else:
        name = args.guest
        # A guest is announced by a message without words.
        wire.send(type="message", subtype="global", to="global", content="", **{"from": name})
    print("* " + texts["welcome"].format(name))

    # Two threads wait, one for the server, one for the keyboard; this one alone acts, so nothing needs a lock.
    happenings = queue.Queue()
    threading.Thread(target=listen, args=(wire, happenings), daemon=True).start()
    threading.Thread(target=type_in, args=(happenings,), daemon=True).start()
    chat = Chat(wire, args.guest, texts)
    # The first line after the log-in tells the server that we listen now: what it kept for us comes after the answer.
    chat.ask_users()
    leaving = False
    told_why = False
    while True:
        kind, value = happenings.get()
        if kind == "line":
            chat.show(value)
            told_why = value.get("type") in ("kick", "server_shutdown")
            if leaving and chat.unanswered == 0:
                return 0
        elif kind == "typed" and not leaving:
            leaving = value is None or not chat.do(value)
            if leaving:
                # Lines are served in order: when this is answered, all that we said has been taken.
                chat.ask_users()
        elif kind == "end":
            if leaving:
                return 0
            if not told_why:
                print("* " + texts["lost"])
            return 1


def listen(wire, happenings):
    """A thread: what the server sends."""
    try:
        while (line := wire.receive()) is not None:
            happenings.put(("line", line))
    except OSError:
        pass
    happenings.put(("end", None))


def type_in(happenings):
    """A thread: what is typed, a line at a time; None at the end (Ctrl-D)."""
    # A file of its own: a thread that still waits in sys.stdin would disturb the end of the program.
    with open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False) as keyboard:
        for typed in keyboard:
            if typed.strip():
                happenings.put(("typed", typed.strip()))
    happenings.put(("typed", None))


def read_password(args, texts):
    """From a file, or typed and not shown. Never an argument: those can be seen by everybody on the machine."""
    if args.password_file is None:
        return getpass.getpass(texts["password"].format(args.user))
    try:
        with open(args.password_file, encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except OSError as error:
        raise Failure(str(error)) from error


def read_arguments():
    parser = argparse.ArgumentParser(description="A small Classcord client.")
    parser.add_argument("host", nargs="?", default="127.0.0.1")
    parser.add_argument("port", nargs="?", type=int, default=12345)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="NAME", help="log in as NAME")
    who.add_argument("--guest", metavar="NAME", help="talk without an account")
    parser.add_argument("--register", action="store_true", help="make the account first")
    parser.add_argument("--password-file", metavar="FILE", help="its first line is the password; without it, it is asked for")
    parser.add_argument("--tls", action="store_true", help="speak inside TLS (12346 by custom)")
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument("--fingerprint", metavar="SHA256", help="of the server's self-signed certificate, as it prints it")
    trust.add_argument("--insecure", action="store_true", help="take any certificate: to try things out, never for real")
    parser.add_argument("--lang", choices=sorted(TEXTS), default="fr", help="of what stands on the screen")
    args = parser.parse_args()
    if (args.fingerprint or args.insecure) and not args.tls:
        parser.error("--fingerprint and --insecure go with --tls")
    if args.register and not args.user:
        parser.error("--register goes with --user")
    return args


def main():
    args = read_arguments()
    texts = TEXTS[args.lang]
    # UTF-8 and at once, into a pipe too.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    try:
        return run(args, texts)
    except Failure as failure:
        print(failure, file=sys.stderr)
    except OSError:
        print(texts["lost"], file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
