# SPDX-License-Identifier: BSD-2-Clause
"""nginx: rows of HTTP itself: rewriting, connections, headers, TLS and backends."""
import os
import signal
import socket
import ssl
import subprocess
import time

from corpus.daemon import BAD, FIXED, shows
from corpus.net import HOST, connect, receive_rest

from .nginx_server import Nginx, body


@shows("nginx", "CVE-2026-42945")
class Rewrite(Nginx):
    """Arguments in a rewrite make captures of it escaped where they should not be."""
    http = """server { listen 127.0.0.1:PORT; location / {
        rewrite ^/(.*) /new?c=1; set $mine $1; return 200 "[$mine]"; } }"""

    def probe(self):
        got = body(self.get(b"/a%2Bb%26c"))
        return (FIXED if b"[a+b&c]" in got else BAD), f"captured {got.decode('latin1')}"


@shows("nginx", "CVE-2026-9256")
class Overlap(Nginx):
    """Two captures of the same text are more than the room for them."""
    http = """server { listen 127.0.0.1:PORT; large_client_header_buffers 4 64k; location / {
        rewrite ^/((.*))$ http://127.0.0.1:8080/?$1$2 redirect; return 200 no; } }"""

    def probe(self):
        got = b""
        for count in (30, 500, 3000, 9000, 20000):
            got = self.get(b"/" + b"+" * count)
            crashed = self.crashed()
            if crashed:
                return BAD, f"{crashed} at {count} bytes"
        return FIXED, got[:30].decode("latin1")


@shows("nginx", "bug-973861")
class Lingering(Nginx):
    """A connection that reached its last request is reset, with answers still under way."""
    http = """server { listen 127.0.0.1:PORT; keepalive_requests 3;
        location / { return 200 "x"; } }"""
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    def probe(self):
        reset = sum(self._is_reset() for _ in range(5))
        return (BAD if reset else FIXED), f"{reset} of 5 connections reset"

    def _is_reset(self):
        """Three requests are answered, the rest comes late."""
        with connect(self.port) as connection:
            try:
                for data, pause in ((self.request * 2, 0.05), (self.request, 0.15),
                                    (self.request, 0.1), (self.request, 0.1)):
                    connection.sendall(data)
                    time.sleep(pause)
                connection.settimeout(1)
                while connection.recv(65536):
                    pass
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        return False


@shows("nginx", "http2bomb")
class ManyHeaders(Nginx):
    http = """server { listen 127.0.0.1:PORT; large_client_header_buffers 8 64k;
        location / { return 200 x; } }"""

    def probe(self):
        got = self.get(b"/", b"".join(b"h%d: 1\r\n" % i for i in range(1500)))
        refused = b" 494 " in got[:20] or b" 400 " in got[:20]
        return (FIXED if refused else BAD), f"1500 headers: {got[:15].decode('latin1')}"


@shows("nginx", "CVE-2026-1642")
class Premature(Nginx):
    """An answer in plain text, sent before the handshake, passes for one from a TLS backend.

    The connect has to be asynchronous (a full backlog) and the worker stopped while the backend
    answers, so that it sees both events of the connection at once."""
    workers = 1
    http = """server { listen 127.0.0.1:PORT; location / { proxy_pass https://127.0.0.1:BACKEND;
        proxy_connect_timeout 8s; proxy_read_timeout 4s; } }"""
    answer = b"HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\nINJECTED"

    class Backlog:
        """A listener whose queue has one place."""

        def __init__(self):
            self.socket = socket.socket()
            self.socket.bind((HOST, 0))
            self.socket.listen(0)
            self.socket.settimeout(4)
            self.port = self.socket.getsockname()[1]
            self.close = self.socket.close

        def fill(self):
            fillers = []
            for _ in range(2):
                fillers.append(socket.socket())
                fillers[-1].setblocking(False)
                fillers[-1].connect_ex((HOST, self.port))
            return fillers

    def prepare(self):
        self.backend = self.Backlog()

    def probe(self):
        taken = sum(self._inject() for _ in range(2))
        told = "prematurely sent response" in self.errors()
        if not taken and not told:
            return "unclear", "neither taken nor refused"
        return (BAD if taken else FIXED), f"{taken} of 2 plain answers taken for TLS"

    def _inject(self):
        worker = self.processes()[1]
        fillers = self.backend.fill()
        time.sleep(0.1)
        with connect(self.port) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            time.sleep(0.2)
            os.kill(worker, signal.SIGSTOP)
            try:
                accepted = self._answer({filler.getsockname()[1] for filler in fillers})
                time.sleep(0.1)
            finally:
                os.kill(worker, signal.SIGCONT)
            got = receive_rest(client, 3)
        for connection in (*fillers, *accepted):
            connection.close()
        return b"INJECTED" in got

    def _answer(self, fillers):
        """Answers the connection that is none of ours; all that were accepted."""
        accepted = []
        try:
            for _ in range(6):
                connection, address = self.backend.socket.accept()
                accepted.append(connection)
                if address[1] not in fillers:
                    connection.sendall(self.answer)
                    break
        except TimeoutError:
            pass
        return accepted


@shows("nginx", "CVE-2025-23419")
class Resumption(Nginx):
    """A TLS session of one server, resumed on another, passes that one's client check."""
    server = """server { listen 127.0.0.1:PORT ssl; server_name %s; ssl_protocols TLSv1.3;
        ssl_certificate one.crt; ssl_certificate_key one.key; ssl_client_certificate %s.crt;
        ssl_verify_client on; ssl_session_cache shared:S:1m; ssl_session_tickets on;
        location / { return 200 "%s:$ssl_client_verify"; } }"""
    http = server % ("one.test", "one", "one") + server % ("two.test", "two", "two")

    def prepare(self):
        for name in ("one", "two"):
            self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key",
                          "-out", name + ".crt", "-days", "30", "-subj", "/CN=" + name,
                          "-addext", "basicConstraints=critical,CA:TRUE")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "client.key", "-out",
                      "client.csr", "-subj", "/CN=client")
        self._openssl("x509", "-req", "-in", "client.csr", "-CA", "one.crt", "-CAkey", "one.key",
                      "-CAcreateserial", "-out", "client.crt", "-days", "30")

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def probe(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(f"{self.folder}/client.crt", f"{self.folder}/client.key")
        _, session = self._get(context, "one.test", None)
        try:
            got, _ = self._get(context, "two.test", session)
        except (ssl.SSLError, ConnectionError) as error:
            return FIXED, f"handshake refused: {str(error)[:50]}"
        return (BAD if b"two:SUCCESS" in got else FIXED), f"answer {body(got)[:40]!r}"

    def _get(self, context, host, session):
        with context.wrap_socket(connect(self.port), server_hostname=host,
                                 session=session) as connection:
            connection.settimeout(2)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" %
                               host.encode())
            got = b""
            try:
                while data := connection.recv(4096):
                    got += data
            except TimeoutError:
                pass
            return got, connection.session
