"""A network that misbehaves: forwards TCP connections to the server's socket and plants one fault.

The victim is one connection, the first with an application_name like this of which so many bytes have passed from
the server to the client (`down`) or the other way (`up`). Not a proxy for TLS: the server of the tests
has none.
"""

import os
import select
import socket
import threading
import time
from dataclasses import dataclass


@dataclass
class Plan:
    # stall, stall_each (every connection of the name), stall_all, cut, delay, garble, garble_header
    kind: str = "none"
    name: str = ""  # begin of the victim's application_name; with \0 behind it, the whole of it
    direction: str = "down"
    after: int = 0  # bytes


class Proxy:
    def __init__(self, plan):
        self.plan = plan
        self.target = f"{os.environ['PGHOST']}/.s.PGSQL.{os.environ['PGPORT']}"
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.fired = threading.Event()
        self.seen = []  # first messages of the connections
        self.taken = threading.Lock()  # one victim only
        self.victim = None
        self.closing = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.closing.set()
        self.listener.close()

    def accept(self):
        while not self.closing.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        try:
            if not (self.plan.kind == "stall_all" and self.fired.is_set()):
                server.connect(self.target)
                self.forward(client, server)
            else:
                self.closing.wait()
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    # True once a connection with an application_name like this has sent its first message.
    def has_seen(self, name):
        return any(b"application_name\0" + name.encode() in first for first in list(self.seen))

    # Whether this connection is the victim, as its first message says.
    def is_victim(self, first):
        if b"application_name\0" + self.plan.name.encode() not in first:
            return False
        return True

    def forward(self, client, server):
        passed = {"down": 0, "up": 0}
        victim = None
        while not self.closing.is_set():
            if self.plan.kind == "stall_all" and self.fired.is_set():
                self.closing.wait()
            ready, _, _ = select.select([client, server], [], [], 0.1)
            for source in ready:
                direction = "up" if source is client else "down"
                data = source.recv(65536)
                if not data:
                    return
                if victim is None and direction == "up":
                    self.seen.append(data)
                    victim = self.is_victim(data)
                if victim and direction == self.plan.direction:
                    data = self.spoil(data, passed[direction], client, server)
                    if data is None:
                        return
                passed[direction] += len(data)
                (server if source is client else client).sendall(data)

    # The piece as it goes on; None ends the connection.
    def spoil(self, data, passed, client, server):
        at = self.plan.after - passed
        if self.fired.is_set() and self.plan.kind not in ("delay", "stall_each") or at >= len(data):
            return data
        with self.taken:
            if self.victim not in (None, client) and self.plan.kind != "stall_each":
                return data
            self.victim = client
        self.fired.set()
        if self.plan.kind in ("stall", "stall_each", "stall_all"):
            self.closing.wait()
            return None
        if self.plan.kind == "delay":
            time.sleep(0.02)
        elif self.plan.kind == "cut":
            (client if self.plan.direction == "down" else server).sendall(data[:at])
            return None
        elif self.plan.kind == "garble_header":
            # The type of a message of COPY data and its length behind it: the rest makes no sense any more.
            place = data.find(b"\nd\0\0")
            if place < 0:
                self.fired.clear()
            else:
                data = data[:place + 1] + b"!" + data[place + 2:]
        elif self.plan.kind == "garble":
            # A digit becomes another digit, as far as there is one: the message keeps its form.
            place = next((i for i in range(max(at, 0), len(data)) if data[i] in b"12345678"), max(at, 0))
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
        return data
