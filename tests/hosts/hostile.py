"""Run in a host: a D-Bus client that speaks the wire protocol itself, so that it may say what no library would.

hostile.py huge BYTES: Start with an option of that size. hostile.py deep LEVELS: an option of nested variants.
hostile.py long BYTES: GetRun with an id of that size. hostile.py wrong 0: Start with a signature that it has not.
hostile.py flood CALLS: that many calls whose answers are never read. Prints the answer, where one is read.
hostile.py pressed BYTES: ListRuns, and before it is read more than the bus keeps for one who does not read; then its
answer. hostile.py listen 0: prints all signals that come, on SIGTERM. hostile.py count SECONDS RUN: of how many changes of that
run one hears who may read it."""

import os
import signal
import socket
import struct
import sys
import time

BUS = "org.orchestrate.Orchestrate1"
PATH = "/org/orchestrate/Orchestrate1"
ANSWERS = (b"start apply:", b"read option", b"polkit", b"LimitsExceeded", b"InvalidArgs")


class Client:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect("/run/dbus/system_bus_socket")
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        assert self.socket.recv(4096).startswith(b"OK")
        self.socket.sendall(b"BEGIN\r\n")
        self.serial = 0
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello", "", b"")

    def call(self, destination, path, interface, member, signature, body):
        self.serial += 1
        fields = b""
        for code, kind, value in ((1, "o", path), (2, "s", interface), (3, "s", member), (6, "s", destination)):
            fields = padded(fields, 8) + bytes((code, 1)) + kind.encode() + b"\0"
            fields = padded(fields, 4) + text(value)
        if signature:
            fields = padded(fields, 8) + bytes((8, 1)) + b"g\0" + bytes((len(signature),)) + signature.encode() + b"\0"
        header = b"l" + bytes((1, 0, 1)) + struct.pack("<III", len(body), self.serial, len(fields))
        self.socket.sendall(padded(header + fields, 8) + body)

    def start(self, variant_signature, value_of):
        """`value_of(offset)` is the marshalled value at that offset of the body."""
        body = text("magikal-bot")
        body = padded(body, 4) + text("apply")
        body = padded(body, 4)
        length_at = len(body)
        body += b"\0\0\0\0"
        body = padded(body, 8)
        begin = len(body)
        body += text("target") + bytes((len(variant_signature),)) + variant_signature + b"\0"
        body += value_of(len(body))
        body = body[:length_at] + struct.pack("<I", len(body) - begin) + body[length_at + 4 :]
        self.call(BUS, PATH, BUS, "Start", "ssa{sv}", body)

    def answer(self):
        """Of the error that answers the newest call, from a word on that it has."""
        self.socket.settimeout(60)
        heard = b""
        while not (known := [at for at in map(heard.find, ANSWERS) if at >= 0]):
            piece = self.socket.recv(1 << 16)
            if not piece:
                return "disconnected"
            heard += piece
        return heard[min(known) :][:200].split(b"\0")[0].decode("utf-8", "replace")


def padded(data, size):
    return data + b"\0" * (-len(data) % size)


def text(value):
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(raw)) + raw + b"\0"


def huge(size):
    client = Client()
    client.start(b"s", lambda at: padded(b"", 4) + b"\0" * (-at % 4) + text(b"x" * size))
    print(client.answer())


def deep(levels):
    """A variant in a variant in a variant, and in the end a text."""

    def nested(at):
        data = b"\x01v\0" * levels + b"\x01s\0"
        return data + b"\0" * (-(at + len(data)) % 4) + text("x")

    client = Client()
    client.start(b"v", nested)
    print(client.answer())


def long(size):
    client = Client()
    client.call(BUS, PATH, BUS, "GetRun", "s", text(b"x" * size))
    print(client.answer())


def wrong(_):
    client = Client()
    client.call(BUS, PATH, BUS, "Start", "u", struct.pack("<I", 4))
    print(client.answer())


def pressed(size):
    client = Client()
    client.call(BUS, PATH, BUS, "ListRuns", "su", text("magikal-bot") + struct.pack("<I", 9))
    passed_on(client)
    others = [Client() for _ in range(5)]
    for other in others:
        other.call(BUS, PATH, BUS, "GetRun", "s", text(b"x" * size))
        passed_on(other)
    print("pressed", flush=True)
    heard = hear(client, b"succeeded", b"Error")
    print("answered" if b"succeeded" in heard else heard.decode("latin-1"))


def passed_on(client):
    """The bus answers one client's calls in their order."""
    client.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Nothing", "", b"")
    hear(client, b"UnknownMethod")


def hear(client, *words):
    """Until one of the words has come."""
    client.socket.settimeout(60)
    heard = b""
    while not any(word in heard for word in words):
        piece = client.socket.recv(1 << 16)
        assert piece, "disconnected"
        heard += piece
    return heard


def flood(calls):
    client = Client()
    for _ in range(calls):
        client.start(b"s", lambda at: b"\0" * (-at % 4) + text("head"))
    os._exit(0)  # gone, with all answers owed


def matching(rule):
    client = Client()
    client.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", text(rule))
    return client


def listen(_):
    client, heard = matching("type='signal'"), bytearray()

    def tell(*_):
        print(heard.decode("latin-1"))
        sys.stdout.flush()
        os._exit(0)

    signal.signal(signal.SIGTERM, tell)
    print("listening", flush=True)
    while True:
        heard += client.socket.recv(1 << 16)


def count(seconds):
    client = Client()
    client.call(BUS, sys.argv[3], f"{BUS}.Run", "GetState", "", b"")
    hear(client, b"Sequence")
    print("listening", flush=True)
    heard, until = bytearray(), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        client.socket.settimeout(left)
        try:
            heard += client.socket.recv(1 << 16)
        except TimeoutError:
            break
    print(heard.count(b"Changed\0"))


MODES = (huge, long, wrong, deep, pressed, flood, listen, count)
{mode.__name__: mode for mode in MODES}[sys.argv[1]](int(sys.argv[2]))
