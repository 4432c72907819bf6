# SPDX-License-Identifier: BSD-2-Clause
"""A shared library that is patched, in a server of ours (users/) that has loaded it.

What a probe asks is a verb and a document; users/server.h says how that goes over a connection."""
from .daemon import BAD, FIXED, Daemon
from .net import connect, free_port, receive_until, wait_port


class Library(Daemon):
    """`program` is the server. The load asks `load_verb` about documents of different length;
    `load_answer`, with the number of elements put in, is what the right answer begins with."""
    load_verb = load_answer = b""

    def start(self):
        self.port = free_port()
        self.environment["LD_LIBRARY_PATH"] = self.states
        self.spawn(str(self.port))
        self.started(wait_port(self.port))

    def connect(self):
        return connect(self.port, 60)

    def ask(self, connection, number):
        elements = 1 + number % 50
        document = b"<a>" + b"<b c='d'>e</b>" * (elements - 1) + b"</a>"
        got = request(connection, self.load_verb, document)
        if not got.startswith(self.load_answer % elements):
            raise ValueError(f"answer {got[:60]!r}")

    def told(self, verb, *documents, length=None):
        """What it says of the last document of a connection, or b"" if it died of one."""
        with self.connect() as connection:
            try:
                return [request(connection, verb, each, length) for each in documents][-1]
            except OSError:
                return b""

    def survives(self, verb, document):
        """BAD if it dies of the document."""
        said = self.told(verb, document)
        ended = self.ended()
        return (BAD if ended else FIXED), ended or f"answer {said[:60]!r}"


def request(connection, verb, document, length=None):
    """`length`: what the request says of the document, if that is to be wrong."""
    said = len(document) if length is None else length
    connection.sendall(b"%s %d\n" % (verb, said) + document)
    return receive_until(connection, b"\n")
