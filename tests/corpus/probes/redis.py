# SPDX-License-Identifier: BSD-2-Clause
"""Redis: one process; every probe goes through a connection that was open before the update."""
import os
import struct

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import HOST, connect, exchange, free_port, wait_port

BAD_DATA = "Bad data format"


def command(*words):
    """A request in Redis's own form."""
    out = b"*%d\r\n" % len(words)
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        out += b"$%d\r\n%s\r\n" % (len(data), data)
    return out


class Client:
    """A connection: client("GET", "key") asks, and returns the reply."""

    def __init__(self, port):
        self.socket = connect(port)
        self.socket.settimeout(30)
        self._got = b""

    def __call__(self, *words):
        self.socket.sendall(command(*words))
        return self.reply()

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("closed")
        self._got += data

    def _line(self):
        while b"\r\n" not in self._got:
            self._more()
        line, self._got = self._got.split(b"\r\n", 1)
        return line

    def _bytes(self, count):
        while len(self._got) < count + 2:
            self._more()
        data, self._got = self._got[:count], self._got[count + 2:]
        return data

    def reply(self):
        """Text of status and error replies, with their sign; bytes, numbers, lists."""
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind in b"+-":
            return line.decode("latin1")
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._bytes(int(rest))
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        raise ValueError(f"no reply: {line[:60]!r}")


class Redis(Daemon):
    program = "redis-server"
    options = ()
    password = None

    def start(self):
        self.port = free_port()
        self.spawn("--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no",
                   "--dir", self.folder, "--crash-log-enabled", "no", "--enable-debug-command",
                   "yes", *self.options)
        self.started(wait_port(self.port))
        self.client = self.connect()

    def connect(self):
        client = Client(self.port)
        if self.password:
            client("AUTH", self.password)
        return client

    def ask(self, connection, number):
        value = b"%d" % number
        key = f"load:{id(connection)}"
        said = connection("SET", key, value), connection("GET", key)
        if said != ("+OK", value):
            raise ValueError(f"answer {said}")

    def refused(self, reply, words, otherwise):
        """FIXED if the reply is the error that has these words."""
        told = str(reply)[:100]
        return (FIXED, told) if words in str(reply) else (BAD, f"{otherwise}: {told}")

    def ask_killer(self, *words):
        """The reply to what kills an unfixed server, and how the server ended or None."""
        try:
            reply = self.client(*words)
        except OSError as error:
            reply = f"no reply: {error}"
        return reply, self.ended()


@shows("redis", "CVE-2024-31449")
class ToHex(Redis):
    def probe(self):
        reply, ended = self.ask_killer("EVAL", "return bit.tohex(65535, -2147483648)", 0)
        if ended:
            return BAD, ended
        return (FIXED if reply == b"0000FFFF" else BAD), repr(reply)


@shows("redis", "CVE-2024-31228")
class DeepPattern(Redis):
    """A pattern of many stars overflows the stack of a recursive matcher."""

    def probe(self):
        self.client("SET", "a" * 300000, 1)
        reply, ended = self.ask_killer("KEYS", "*?" * 300000)
        return (BAD, ended) if ended else (FIXED, f"KEYS returned {reply!r}")


class Selector(Redis):
    pattern = ""

    def probe(self):
        return self.refused(self.client("ACL", "SETUSER", "probe", self.pattern), "Syntax error",
                            "accepted")


@shows("redis", "CVE-2024-31227")
class SelectorTilde(Selector):
    pattern = "%~"


@shows("redis", "CVE-2024-51741")
class SelectorPercent(Selector):
    pattern = "%"


@shows("redis", "CVE-2025-21605")
class Unauthenticated(Redis):
    """Replies that a client without a password does not read pile up without a limit."""
    password = "secret"
    options = ("--requirepass", password)

    def probe(self):
        batch = command("SET", "x", "5") * 2000
        sent = 0
        with connect(self.port) as greedy:
            greedy.setsockopt(1, 8, 4096)  # SOL_SOCKET, SO_RCVBUF
            greedy.settimeout(3)
            try:
                for _ in range(600):
                    greedy.sendall(batch)
                    sent += 2000
            except ConnectionError:
                return FIXED, f"disconnected after {sent} commands without reading"
            except TimeoutError:
                pass
        return BAD, f"{sent} replies queued for a client without a password"


@shows("redis", "CVE-2025-32023")
class SparseHll(Redis):
    def probe(self):
        runs = bytes([0x40 | (16383 >> 8), 16383 & 255]) * (131072 + 1000)
        self.client("SET", "hll", b"HYLL" + bytes([1] + [0] * 11) + runs + b"\xff")
        reply, ended = self.ask_killer("PFCOUNT", "hll", "hll")
        return (BAD, ended) if ended else self.refused(reply, "INVALIDOBJ", "counted")


@shows("redis", "CVE-2025-46818")
class MetaTable(Redis):
    """Scripts may change the metatable of all strings. Seen when the interpreter is made anew."""

    def probe(self):
        self.client("SCRIPT", "FLUSH")
        script = "getmetatable('').__index = function() return 1 end return 'changed'"
        return self.refused(self.client("EVAL", script, 0), "readonly", "script ran")


@shows("redis", "CVE-2025-67733")
class SplitReply(Redis):
    def probe(self):
        script = 'error(redis.error_reply("X\\r\\n+INJECTED"))'
        got = exchange(self.port, command("EVAL", script, 0) + command("PING"), 1.0)
        split = b"\r\n+INJECTED" in got
        return (BAD, "the reply is split in two") if split else (FIXED, repr(got[:24]))


@shows("redis", "CVE-2026-21863")
class Gossip(Redis):
    """A packet of the cluster bus that counts more entries than it has."""

    def start(self):
        self.bus = free_port()
        self.options = ("--cluster-enabled", "yes", "--cluster-port", str(self.bus), "--loglevel",
                        "verbose")
        super().start()
        self.started(wait_port(self.bus))

    # Without slots a node of a cluster stores nothing.
    def ask(self, connection, number):
        word = b"load %d" % number
        if connection("ECHO", word) != word:
            raise ValueError("not the word that was sent")

    def packet(self, count, extensions):
        head = struct.pack(">IHHHHQQQ", 0, 1, self.port, 2, count, 1, 1, 0)
        name_slots_master = b"abcdef1234" * 4 + bytes(2048) + bytes(40)
        rest = (bytes(46) + struct.pack(">H", extensions) + bytes(30) +
                struct.pack(">HHHBBBB", 0, self.bus, 1, 0, 4, 0, 0))
        body = head + name_slots_master + rest
        return b"RCmb" + struct.pack(">I", len(body) + 4) + body[4:]

    def probe(self):
        for _ in range(20):
            try:
                exchange(self.bus, self.packet(65535, 37888), 0.2)
            except OSError:
                break
        ended = self.ended()
        if ended:
            return BAD, ended
        told = "gossip count" in self.output()
        return (FIXED, "logged: gossip count exceeds the packet") if told else (BAD, "not logged")


class Restore(Redis):
    """A value that RESTORE must not take."""
    payload = b""

    def probe(self):
        self.client("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1")
        reply, ended = self.ask_killer("RESTORE", "probe", 0, self.payload, "REPLACE")
        return (BAD, ended) if ended else self.refused(reply, BAD_DATA, "accepted")


@shows("redis", "CVE-2026-25243")
class HugeString(Restore):
    payload = b"\x00\x81\xff\xff\xff\xff\xff\xff\xff\xf7\x0a\x00" + bytes(8)


@shows("redis", "CVE-2026-25243-zipmap")
class Zipmap(Restore):
    payload = (b"\x09\x11\x01\xfe\x04\x00\x00\x00\x01\x00\xff\x00\x04\x00\x76\x61\x6c\x31\xff"
               b"\x09\x00\xf9\xd5\xa4\xf7\x7d\x00\x3f\x1b")


@shows("redis", "CVE-2026-66373")
class StreamNack(Restore):
    """A stream whose group has one entry pending with two consumers."""

    def __init__(self, states, scratch):
        super().__init__(states, scratch)
        path = os.path.join(os.path.dirname(__file__), "redis-stream.hex")
        with open(path, encoding="ascii") as file:
            self.payload = bytes.fromhex(file.read())
