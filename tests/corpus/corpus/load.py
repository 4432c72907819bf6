# SPDX-License-Identifier: BSD-2-Clause
"""Load on a daemon: connections that ask, check each answer, and never connect anew."""
import threading
import time

CONNECTIONS = 4
PAUSE = 0.0005  # s between requests of one connection: both cores must not be busy with us


class Load:
    """Runs from start() to stop(). A connection that fails once is out, and counts as lost."""

    def __init__(self, daemon):
        self._daemon = daemon
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._threads = []
        self.requests = 0
        self.lost = []      # one sentence each
        self.longest = 0.0  # s that one request took

    def start(self):
        """All connections are made before the first request."""
        connections = [self._daemon.connect() for _ in range(CONNECTIONS)]
        for connection in connections:
            thread = threading.Thread(target=self._work, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, connection):
        number = 0
        while not self._ending.is_set():
            number += 1
            begun = time.monotonic()
            try:
                self._daemon.ask(connection, number)
            except Exception as error:  # whatever it is, this request has no right answer
                self._lose(f"request {number}: {type(error).__name__} {error}")
                return
            self._count(time.monotonic() - begun)
            time.sleep(PAUSE)

    def _lose(self, what):
        with self._lock:
            self.lost.append(what)

    def _count(self, took):
        with self._lock:
            self.requests += 1
            self.longest = max(self.longest, took)

    def stop(self):
        """Ends the load, and waits until the last answers are there."""
        self._ending.set()
        for thread in self._threads:
            thread.join(30)
