# SPDX-License-Identifier: BSD-2-Clause
"""Expat in a server of ours (users/xml-expat.c), which loads it as a shared library."""
import os

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import connect, free_port, receive_until, wait_port


class Expat(Daemon):
    program = "xml-expat"

    def start(self):
        self.port = free_port()
        self.spawn(str(self.port), env=dict(os.environ, LD_LIBRARY_PATH=self.states))
        self.started(wait_port(self.port))

    def connect(self):
        return connect(self.port, 60)

    def ask(self, connection, number):
        elements = 1 + number % 50
        got = request(connection, b"parts", b"<a>" + b"<b c='d'>e</b>" * (elements - 1) + b"</a>")
        if not got.startswith(b"ok %d " % elements):
            raise ValueError(f"answer {got[:60]!r}")

    def told(self, verb, document=b"", length=None):
        """What it says of a document, or b"" if it died of it."""
        with self.connect() as connection:
            try:
                return request(connection, verb, document, length)
            except OSError:
                return b""


def request(connection, verb, document=b"", length=None):
    """`length`: what the request says of the document, if that is to be wrong."""
    connection.sendall(b"%s %d\n" % (verb, len(document) if length is None else length) + document)
    return receive_until(connection, b"\n")


@shows("expat", "CVE-2024-45490")
class NegativeLength(Expat):
    def probe(self):
        said = self.told(b"whole", length=-1)
        return (FIXED if b"invalid argument" in said else BAD), f"answer {said!r}"


@shows("expat", "CVE-2023-52425")
class LongToken(Expat):
    """A long token in many parts was looked at from its beginning with each part."""

    def probe(self):
        took = [int(self.told(b"parts", b"<a b='" + b"c" * length + b"'/>").split()[2])
                for length in (500_000, 2_000_000)]
        return (BAD if took[1] > 60 + 8 * took[0] else FIXED), f"500 kB, 2 MB: {took} ms"


@shows("expat", "CVE-2024-50602")
class StopTooEarly(Expat):
    def probe(self):
        said = self.told(b"stop")
        return (FIXED if b"not started" in said else BAD), f"answer {said!r}"


@shows("expat", "CVE-2024-8176")
class Recursion(Expat):
    """Each entity contains the one before it."""

    def probe(self):
        depth = 60_000
        inner = b"".join(b"<!ENTITY e%d '&e%d;'>" % (n, n - 1) for n in range(1, depth))
        said = self.told(b"whole", b"<!DOCTYPE a [<!ENTITY e0 'x'>%s]><a>&e%d;</a>"
                         % (inner, depth - 1))
        ended = self.ended()
        return (BAD if ended else FIXED), ended or f"answer {said!r}"
