# SPDX-License-Identifier: BSD-2-Clause
"""Tinyproxy: a thread for each connection, one request a connection."""
from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import Backend, connect, exchange, free_port, receive_rest, receive_until, wait_port

CONFIG = """Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 40
LogLevel Info
DefaultErrorFile "{errors}"
"""
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Tinyproxy(Daemon):
    program = "tinyproxy"

    def start(self):
        self.backend = Backend(self._serve)
        self.port = free_port()
        errors = self.write("errors.html", "<p>url=[{url}]</p>")
        config = self.write("config", CONFIG.format(port=self.port, errors=errors))
        self.spawn("-d", "-c", config)
        self.started(wait_port(self.port))

    @staticmethod
    def _serve(connection):
        receive_until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)

    def request(self, path=b"", headers=b""):
        return b"GET http://127.0.0.1:%d/%s HTTP/1.0\r\n%s\r\n" % (self.backend.port, path, headers)

    # A connection has one request, so what is kept is the next one, open and waiting.
    def connect(self):
        return [connect(self.port, 30)]

    def ask(self, connection, number):
        waiting = connection.pop()
        connection.append(connect(self.port, 30))
        with waiting:
            waiting.sendall(self.request(b"%d" % number))
            got = receive_rest(waiting, 30)
        if b"200 OK" not in got or not got.endswith(b"ok"):
            raise ValueError(f"answer {got[:60]!r}")

    def stop(self):
        self.backend.close()
        super().stop()


@shows("tinyproxy", "error-page-junk")
class ErrorPage(Tinyproxy):
    """A request line that cannot be read leaves the page's URL field to what the heap held."""

    def probe(self):
        stale = []
        for _ in range(30):
            request = self.request(b"SECRET" * 33)
            exchange(self.port, request, 2)
            blank = b" " * len(request.split(b"\r\n")[0])
            page = exchange(self.port, blank + b"\r\n\r\n", 2)
            url = page.split(b"url=[")[-1].split(b"]")[0]
            if url:
                stale.append(url)
        if stale:
            return BAD, f"stale bytes of the heap in {len(stale)} of 30 error pages"
        return FIXED, "the URL field is empty in 30 of 30 error pages"


@shows("tinyproxy", "CVE-2023-49606")
class ConnectionHeader(Tinyproxy):
    """A Connection header that names itself is freed twice."""

    def probe(self):
        got = b""
        for _ in range(5):
            got = exchange(self.port, self.request(headers=b"Connection: Connection\r\nX: b\r\n"), 3)
            ended = self.ended()
            if ended:
                return BAD, ended
        return (FIXED if b"200 OK" in got else BAD), f"answer {got[:15].decode('latin1')}"
