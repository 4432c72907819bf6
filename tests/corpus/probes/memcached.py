# SPDX-License-Identifier: BSD-2-Clause
"""Memcached: four threads that serve, each with an event loop of its own, and some that sort and
sweep behind them."""
import struct
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import HOST, connect, free_port, receive_exactly, receive_until, wait_port

END = b"END\r\n"


class Memcached(Daemon):
    program = "memcached"
    options = ()

    def start(self):
        self.port = free_port()
        self.spawn("-l", HOST, "-p", str(self.port), "-U", "0", "-t", "4", "-u", "root",
                   *self.options)
        self.started(wait_port(self.port))

    def connection(self):
        connection = connect(self.port)
        connection.settimeout(30)
        return connection


# ---- the proxy: what is asked goes through a program in Lua ----

PROGRAM = """function mcp_config_pools(old) return {} end
function mcp_config_routes(pools)
    mcp.attach(mcp.CMD_GET, function(request)
        return "VALUE " .. request:key() .. " 0 2\\r\\nok\\r\\n"
    end)
end
"""


class Proxy(Memcached):
    """Each `get` finds the value `ok`, which the program makes up; the store has all else."""

    def start(self):
        self.options = ("-o", "proxy_config=" + self.write("proxy.lua", PROGRAM))
        super().start()

    def connect(self):
        connection = self.connection()
        return connection, b"load:%d" % connection.getsockname()[1]

    def ask(self, connection, number):
        channel, key = connection
        value = b"%d" % number
        channel.sendall(b"set %s 0 0 %d\r\n%s\r\ngat 0 %s\r\nget a b\r\n" %
                        (key, len(value), value, key))
        want = (b"STORED\r\nVALUE %s 0 %d\r\n%s\r\n" % (key, len(value), value) + END +
                b"VALUE a 0 2\r\nok\r\nVALUE b 0 2\r\nok\r\n" + END)
        got = receive_exactly(channel, len(want))
        if got != want:
            raise ValueError(f"answer {got!r}")

    def get(self, request):
        """What comes back up to the end of the list."""
        with self.connection() as connection:
            connection.sendall(request)
            return receive_until(connection, END)


@shows("memcached", "CVE-2023-46852")
class ManySpaces(Proxy):
    """Spaces before the first of several keys overflow a buffer on the stack."""

    def probe(self):
        try:
            got = self.get(b"get" + b" " * 600 + b"a b\r\n")
        except ConnectionError:
            return BAD, self.ended() or "the connection was cut"
        return (FIXED if b"malformed" in got else BAD), f"answer {got[:40]!r}"


@shows("memcached", "CVE-2023-46853")
class BareNewline(Proxy):
    """A line that ends without \\r loses the last byte of its last key."""

    def probe(self):
        got = self.get(b"get first last\n")
        return (FIXED if b"VALUE last 0" in got else BAD), f"answer {got!r}"


# ---- the list of passwords: the binary protocol ----

GET, SET, AUTHENTICATE = 0x00, 0x01, 0x21
DENIED = 0x20


def packet(code, key=b"", value=b"", extras=b""):
    return struct.pack(">BBHBBHIIQ", 0x80, code, len(key), len(extras), 0, 0,
                       len(extras) + len(key) + len(value), 0, 0) + extras + key + value


def receive(connection):
    """(status, what follows the head) of an answer."""
    head = struct.unpack(">BBHBBHIIQ", receive_exactly(connection, 24))
    return head[5], receive_exactly(connection, head[6])


@shows("memcached", "CVE-2026-47783")
class ReadsOn(Memcached):
    """How long it takes to be turned away tells whether a name is in the list of passwords: if it
    is, the list is not read to its end."""
    options = ("-S",)
    lines = 200000
    password = "secret"

    def start(self):
        users = ["first", *(f"user{number}" for number in range(self.lines))]
        listed = "".join(f"{user}@corpus:{self.password}\n" for user in users)
        self.write("memcached.conf", "mech_list: plain\n")
        self.environment = {"SASL_CONF_PATH": self.folder,
                            "MEMCACHED_SASL_PWDB": self.write("passwords", listed)}
        super().start()

    def log_in(self, name, password):
        """(status, the connection, seconds it took)."""
        connection = self.connection()
        begun = time.monotonic()
        connection.sendall(packet(AUTHENTICATE, b"PLAIN", f"\0{name}@corpus\0{password}".encode()))
        status, _ = receive(connection)
        return status, connection, time.monotonic() - begun

    def connect(self):
        status, connection, _ = self.log_in("first", self.password)
        if status:
            raise ConnectionError(f"status {status:#x}")
        return connection, b"load:%d" % connection.getsockname()[1]

    def ask(self, connection, number):
        channel, key = connection
        value = b"%d" % number
        channel.sendall(packet(SET, key, value, bytes(8)) + packet(GET, key))
        said = receive(channel), receive(channel)
        if said != ((0, b""), (0, bytes(4) + value)):
            raise ValueError(f"answer {said}")

    def denial(self, name):
        """Seconds until the wrong password is turned down: the shortest of some."""
        took = []
        for _ in range(5):
            status, connection, seconds = self.log_in(name, "wrong")
            connection.close()
            if status != DENIED:
                raise ValueError(f"status {status:#x}")
            took.append(seconds)
        return min(took)

    def probe(self):
        known, unknown = self.denial("first"), self.denial("nobody")
        seen = f"{known * 1000:.1f} ms for a name in the list, {unknown * 1000:.1f} for another one"
        return (BAD if known < unknown / 4 else FIXED), seen
