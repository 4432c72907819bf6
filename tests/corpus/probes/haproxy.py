# SPDX-License-Identifier: BSD-2-Clause
"""HAProxy: one process with four threads, each with an event loop of its own."""
import struct
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import Backend, connect, exchange, free_port, receive_until, wait_port

CONFIG = """global
    nbthread 4
    {more}
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend load
    bind 127.0.0.1:{load}
    default_backend servers
frontend probe
    bind 127.0.0.1:{port} {bind}
    {front}
    default_backend servers
backend servers
    server one 127.0.0.1:{backend}
"""


class HAProxy(Daemon):
    """`front` and `bind` are lines of the frontend that the probe asks."""
    program = "haproxy"
    front = bind = more = ""

    def start(self):
        self.backend = Backend(self._serve)
        self.port, self.load_port = free_port(), free_port()
        config = CONFIG.format(port=self.port, load=self.load_port, backend=self.backend.port,
                               front=self.front, bind=self.bind, more=self.more)
        self.spawn("-db", "-f", self.write("config", config))
        self.started(wait_port(self.port) and wait_port(self.load_port))

    @staticmethod
    def _serve(connection):
        """Each answer is the path that was asked for; the connection is kept."""
        while True:
            head = receive_until(connection, b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" %
                               (len(path), path))

    def connect(self):
        connection = connect(self.load_port)
        connection.settimeout(30)
        return connection

    def ask(self, connection, number):
        path = b"/load/%d." % number
        connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        head, body = receive_until(connection, path).split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200") or body != path:
            raise ValueError(f"answer {head[:60]!r}")

    def request(self, path=b"/", headers=b"", method=b"GET", limit=1.5):
        return exchange(self.port, method + b" " + path + b" HTTP/1.1\r\nHost: a\r\n"
                        b"Connection: close\r\n" + headers + b"\r\n", limit)

    def stop(self):
        self.backend.close()
        super().stop()


def rejected(answer, otherwise):
    """FIXED if the answer says that the request is a bad one."""
    line = answer.split(b"\r\n")[0].decode("latin1")
    return (FIXED, line) if " 400 " in line else (BAD, f"{otherwise}: {line}")


@shows("haproxy", "CVE-2023-40225")
class EmptyLength(HAProxy):
    def probe(self):
        return rejected(self.request(headers=b"Content-Length:\r\n", method=b"POST"),
                        "an empty Content-Length is forwarded")


@shows("haproxy", "CVE-2023-45539")
class Fragment(HAProxy):
    def probe(self):
        return rejected(self.request(b"/page#.png"), "a fragment in the URI is forwarded")


@shows("haproxy", "h2-path-chars")
class FragmentH2(HAProxy):
    """The same by HTTP/2, where the stream is reset."""
    bind = "proto h2"
    headers, reset = 1, 3

    @staticmethod
    def frame(kind, flags, stream, payload):
        return (struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) +
                struct.pack(">I", stream) + payload)

    @staticmethod
    def kinds(data):
        """Of the frames of stream 1."""
        found = []
        while len(data) >= 9:
            length, kind = int.from_bytes(data[:3], "big"), data[3]
            if int.from_bytes(data[5:9], "big") == 1:
                found.append(kind)
            data = data[9 + length:]
        return found

    def probe(self):
        fields = {b":method": b"GET", b":scheme": b"http", b":path": b"/page#.png",
                  b":authority": b"a"}
        block = b"".join(b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
                         for name, value in fields.items())
        got = exchange(self.port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(4, 0, 0, b"") +
                       self.frame(self.headers, 5, 1, block), 1.5)
        kinds = self.kinds(got)
        if self.headers in kinds:
            return BAD, "a request with a fragment in :path is answered"
        return (FIXED if self.reset in kinds else BAD), f"frames of the stream: {kinds}"


@shows("haproxy", "sample-regsub")
class RegSub(HAProxy):
    """Replacing makes a header longer than the buffer that it is made in."""
    front = "http-request set-header x %[hdr(a),regsub(x,{},g)]".format("y" * 32)

    def probe(self):
        got = self.request(headers=b"a: " + b"x" * 8000 + b"\r\n")
        ended = self.ended()
        if ended:
            return BAD, ended
        return (FIXED if b"HTTP/1.1" in got else BAD), f"alive, answer {got[:12]!r}"


@shows("haproxy", "mjson-DoS")
class Exponent(HAProxy):
    """A number with a huge exponent keeps a thread busy until the watchdog ends the program."""
    front = ("http-request return status 200 content-type text/plain "
             "lf-string '%[hdr(j),json_query($.a)]' if { path /j }")

    def probe(self):
        begun = time.monotonic()
        got = self.request(b"/j", b'j: {"a":1e1000000000}\r\n', limit=8)
        took = time.monotonic() - begun
        ended = self.ended()
        if ended:
            return BAD, f"{ended} after {took:.1f} s"
        return (FIXED if took < 1 and b" 200 " in got[:16] else BAD), f"answered in {took:.2f} s"
