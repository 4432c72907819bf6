# SPDX-License-Identifier: BSD-2-Clause
"""Stunnel: a thread for each connection, which stays in one function until that has ended.

So an update is in force for new connections; those that live go on with the old code, and
`revector` names them until the last has ended."""
import os
import socket
import ssl
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import Backend, connect, free_port, receive_until, wait_port
from corpus.tool import Problem, run

QUIET = 5  # connections without a request, so that nothing but us ends them

CONFIG = """foreground = yes
debug = warning
pid =
[service]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{backend}
cert = {cert}
key = {key}
"""


class Stunnel(Daemon):
    program = "stunnel"
    apply_options = ("--consistency", "call")

    def start(self):
        self.ends = []
        self.backend = Backend(self._serve)
        self.port = free_port()
        cert, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
             cert, "-days", "30", "-subj", "/CN=corpus"])
        self.spawn(self.write("config", CONFIG.format(
            port=self.port, backend=self.backend.port, cert=cert, key=key)))
        self.started(wait_port(self.port))
        self.quiet = [self.tls() for _ in range(QUIET)]

    def _serve(self, connection):
        """Echoes lines; a line `watch` asks to remember how the connection ends."""
        watched = False
        try:
            while data := connection.recv(65536):
                watched = watched or data == b"watch\n"
                connection.sendall(data)
            end = "closed"
        except ConnectionError:
            end = "reset"
        if watched:
            self.ends.append(end)

    def tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connect(self.port, 30), suppress_ragged_eofs=True)
        connection.settimeout(30)
        return connection

    @staticmethod
    def echo(connection, line):
        connection.sendall(line)
        got = receive_until(connection, b"\n")
        if got != line:
            raise ValueError(f"answer {got[:60]!r}")

    # A connection has fifty requests. So those of the load that are in old code end by and by.
    def connect(self):
        return [self.tls()]

    def ask(self, connection, number):
        if number % 50 == 0:
            connection.pop().close()
            connection.append(self.tls())
        self.echo(connection[0], b"load %d\n" % number)

    def check_old_code(self, told, now):
        """All quiet connections are named at first, and each until it ends. Those of the load come
        and go meanwhile, so one may have ended before anybody looked, and another be new."""
        named = [name for name in told if name.startswith("client_run ")]
        if len(named) < QUIET:
            raise Problem(f"apply names {named} in old code, of {QUIET} that are there")
        self.wait_for(QUIET, now)
        for left in reversed(range(QUIET)):
            ending = self.quiet.pop()
            self.echo(ending, b"still served\n")
            self.wait_for(left + 1, now)
            ending.close()
            self.wait_for(left, now)

    @staticmethod
    def wait_for(count, now):
        end = time.monotonic() + 20
        while len(names := now()) != count:
            if time.monotonic() > end:
                raise Problem(f"status should name {count} connections in old code: {names}")
            time.sleep(0.05)

    def stop(self):
        self.backend.close()
        super().stop()


@shows("stunnel4", "tls-eof")
class EndOfStream(Stunnel):
    """A connection that ends without TLS's own goodbye is reset on the other side."""

    def probe(self):
        self.ends.clear()
        connection = self.tls()
        self.echo(connection, b"watch\n")
        with socket.socket(fileno=connection.detach()) as bare:
            bare.shutdown(socket.SHUT_RDWR)
        for _ in range(50):
            if self.ends:
                break
            time.sleep(0.1)
        return (FIXED if self.ends == ["closed"] else BAD), f"the server saw: {self.ends}"
