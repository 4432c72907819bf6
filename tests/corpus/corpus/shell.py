# SPDX-License-Identifier: BSD-2-Clause
"""A program that reads commands from its standard input, as one long-lived process.

The pipe is held open. Probe and load share it, a request at a time, so each answer ends in
a mark of its own by which it is known."""
import os
import select
import subprocess
import threading
import time

from .daemon import Daemon


class Shell(Daemon):
    """Several threads may ask."""
    arguments = ()

    def __init__(self, states, scratch):
        super().__init__(states, scratch)
        self._turn = threading.Lock()
        self._got = b""
        self._asked = 0

    def start(self):
        self.environment.update(LD_LIBRARY_PATH=self.states, TERM="dumb")
        self.spawn(*self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT, bufsize=0)

    def stop(self):
        """What is still being asked fails first, since there is nobody to answer it."""
        if self.process:
            self.process.kill()
            with self._turn:
                self.process.stdin.close()
                self.process.stdout.close()
        super().stop()

    def tell(self, text, mark, limit=20):
        """What the program prints up to `mark` after it has been given `text`. ConnectionError if
        it ends before, TimeoutError after `limit` seconds."""
        with self._turn:
            self.process.stdin.write(text)
            return self._until(mark, time.monotonic() + limit)

    def number(self):
        """One that no request has had before."""
        with self._turn:
            self._asked += 1
            return self._asked

    def _until(self, mark, end):
        descriptor = self.process.stdout.fileno()
        while mark not in self._got:
            ready, _, _ = select.select([descriptor], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no {mark!r}")
            data = os.read(descriptor, 1 << 16)
            if not data:
                raise ConnectionError("ended")
            self._got += data
        answer, self._got = self._got.split(mark, 1)
        return answer

    # Each connection of the load is the one pipe.
    def connect(self):
        return None
