# SPDX-License-Identifier: BSD-2-Clause
"""Dnsmasq: one process that asks a server of ours what it does not know itself."""
import socket
import struct
import threading
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import HOST, free_port

CONFIG = """port={port}
listen-address=127.0.0.1
bind-interfaces
user=root
group=root
log-facility=-
pid-file=
no-resolv
no-hosts
no-poll
server=127.0.0.1#{upstream}
host-record=known.example,192.0.2.7
{options}
"""
A, MX, OPT, RRSIG, NSEC = 1, 15, 41, 46, 47
POINTER = b"\xc0\x0c"  # the name of the question


class Dnsmasq(Daemon):
    program = "dnsmasq"
    options = ""

    def start(self):
        self.upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.upstream.bind((HOST, 0))
        threading.Thread(target=self._answer, daemon=True).start()
        self.port = free_port()
        self.asked = 0
        config = CONFIG.format(port=self.port, upstream=self.upstream.getsockname()[1],
                               options=self.options)
        self.spawn("--keep-in-foreground", "--conf-file=" + self.write("config", config))
        self.started(self._soon())

    def _soon(self):
        end = time.monotonic() + 10
        while not self.serves() and time.monotonic() < end:
            time.sleep(0.05)
        return self.serves()

    def _answer(self):
        """Our server, until its socket is closed."""
        try:
            while True:
                query, peer = self.upstream.recvfrom(4096)
                self.upstream.sendto(self.reply(query), peer)
        except OSError:
            pass

    def reply(self, query):
        return response(query, [record(A, socket.inet_aton("192.0.2.9"))])

    def stop(self):
        self.upstream.close()
        super().stop()

    # ---- the load, and for probes ----

    def connect(self, limit=30):
        connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        connection.settimeout(limit)
        connection.connect((HOST, self.port))
        return connection

    def ask(self, connection, number):
        connection.send(question("known.example", number & 0xffff))
        got = connection.recv(4096)
        if got[:2] != struct.pack(">H", number & 0xffff) or not got.endswith(bytes([192, 0, 2, 7])):
            raise ValueError(f"answer {got[:60]!r}")

    def serves(self):
        """Whether it answers within half a second."""
        with self.connect(0.5) as connection:
            try:
                self.ask(connection, 1)
                return True
            except OSError:
                return False

    def forward(self, kind=A, name=b""):
        """The answer to a question that our server was asked, too; None if there is none."""
        self.asked += 1
        with self.connect(1.5) as connection:
            connection.send(question(f"n{self.asked}.corpus.example", 7, kind, name))
            try:
                return connection.recv(4096)
            except OSError:
                return None


def labels(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def question(name, number, kind=A, encoded=b""):
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + (encoded or labels(name)) + \
        struct.pack(">2H", kind, 1)


def record(kind, data, owner=POINTER, length=None):
    """`length`: what the record says of its data, if that is to be wrong."""
    return owner + struct.pack(">2HIH", kind, 1, 300, len(data) if length is None else length) + data


def response(query, answers=(), authority=(), additional=()):
    end = 12
    while query[end]:
        end += query[end] + 1
    head = query[:2] + struct.pack(">5H", 0x8180, 1, len(answers), len(authority), len(additional))
    return head + query[12:end + 5] + b"".join((*answers, *authority, *additional))


@shows("dnsmasq", "CVE-2026-4893")
class ClientSubnet(Dnsmasq):
    """An answer for another subnet than the one that was asked for is none."""
    options = "add-subnet=32"
    subnet = "127.0.0.1"

    def reply(self, query):
        option = struct.pack(">4H", 8, 8, 1, 32 << 8) + socket.inet_aton(self.subnet)
        opt = b"\0" + struct.pack(">2HIH", OPT, 4096, 0, len(option)) + option
        return response(query, [record(A, b"\1\2\3\4")], additional=[opt])

    def probe(self):
        self.subnet = "127.0.0.1"
        right = self.forward()
        self.subnet = "198.51.100.1"
        wrong = self.forward()
        seen = f"answer for the right subnet: {right is not None}, the wrong: {wrong is not None}"
        return (FIXED if right and not wrong else BAD), seen


class Deadly(Dnsmasq):
    """An answer that ends or wedges the program."""
    kind = A

    def probe(self):
        self.forward(self.kind)
        ended = self.ended()
        serves = not ended and self.serves()
        return (FIXED if serves else BAD), ended or f"goes on serving: {serves}"


@shows("dnsmasq", "CVE-2026-5172")
class RecordLength(Deadly):
    """A record whose name is longer than the record."""
    options = "cache-rr=MX"
    kind = MX

    def reply(self, query):
        return response(query, [record(MX, b"\0\1" + labels("mail.corpus.example"), length=4)])


@shows("dnsmasq", "CVE-2026-4890")
class EmptyWindow(Deadly):
    """A window of no bytes in the list of an NSEC record's types. An anchor of an algorithm that
    is not known means that nothing can be verified."""
    options = "dnssec\ntrust-anchor=.,1,200,2," + "00" * 32

    def reply(self, query):
        types = b"\1\0"
        signature = struct.pack(">HBBIIIH", NSEC, 8, 3, 300, 0x7fffffff, 1, 1) + \
            labels("corpus.example") + b"x" * 64
        return response(query, authority=[record(NSEC, POINTER + types), record(RRSIG, signature)])


@shows("dnsmasq", "CVE-2026-2291")
class LongName(Deadly):
    """A name of bytes that take up two each in the cache."""

    def probe(self):
        name = b"".join(bytes([60]) + bytes([1 + number]) * 60 for number in range(16)) + b"\0"
        for _ in range(8):
            self.forward(name=name)
            name = name[:1] + bytes([name[1] ^ 0x40]) + name[2:]
        self.forward()
        ended = self.ended()
        return (BAD if ended else FIXED), ended or "goes on"
