# SPDX-License-Identifier: BSD-2-Clause
"""Fcgiwrap: a parent, and processes forked in advance that all accept on one socket. Each request
runs a script; a connection stays with its process."""
import os
import struct
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import connect, free_port, wait_port

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
WORKERS = 6  # four for the load
SCRIPT = """#!/bin/sh
printf 'Content-Type: text/plain\\n\\n<%s>' "$QUERY_STRING"
[ -z "$SLOW" ] || { sleep 1; printf late; }
"""


class Fcgiwrap(Daemon):
    program = "fcgiwrap"
    family = True

    def start(self):
        self.script = self.write("script", SCRIPT)
        os.chmod(self.script, 0o755)
        self.port = free_port()
        self.spawn("-c", str(WORKERS), "-s", f"tcp:127.0.0.1:{self.port}")
        self.started(wait_port(self.port) and self._all_there())

    def _all_there(self):
        end = time.monotonic() + 10
        while len(self.processes()) < 1 + WORKERS and time.monotonic() < end:
            time.sleep(0.02)
        return len(self.processes()) == 1 + WORKERS

    def connect(self):
        return connect(self.port, 30)

    def ask(self, connection, number):
        self.send(connection, QUERY_STRING=str(number))
        got = b"".join(data for _, data in outputs(connection))
        if not got.endswith(b"<%d>" % number):
            raise ValueError(f"answer {got[-60:]!r}")

    def send(self, connection, **parameters):
        """A request whose connection is to be kept."""
        parameters = dict(parameters, SCRIPT_FILENAME=self.script, REQUEST_METHOD="GET")
        pairs = b"".join(struct.pack(">2B", len(name), len(value)) + (name + value).encode()
                         for name, value in parameters.items())
        connection.sendall(record(BEGIN, struct.pack(">HB5x", 1, 1)) + record(PARAMS, pairs) +
                           record(PARAMS) + record(STDIN))


def record(kind, content=b""):
    return struct.pack(">2B2H2x", 1, kind, 1, len(content)) + content


def outputs(connection):
    """(when, data) of each piece of the answer, up to its end."""
    stream = connection.makefile("rb")
    while head := stream.read(8):
        _, kind, _, length, padding = struct.unpack(">2B2HBx", head)
        data = stream.read(length + padding)[:length]
        if kind == END:
            return
        if kind == STDOUT and data:
            yield time.monotonic(), data
    raise ConnectionError("closed")


@shows("fcgiwrap", "no-buffering")
class NoBuffering(Fcgiwrap):
    """With NO_BUFFERING, what a script has written is there before it ends."""

    def probe(self):
        with self.connect() as connection:
            self.send(connection, QUERY_STRING="x", SLOW="1", NO_BUFFERING="")
            pieces = list(outputs(connection))
        ahead = pieces[-1][0] - pieces[0][0]
        return (FIXED if ahead > 0.5 else BAD), f"in {len(pieces)} pieces, {ahead:.1f} s apart"
