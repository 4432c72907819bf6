# SPDX-License-Identifier: BSD-2-Clause
"""Small things that probes do with sockets, all on 127.0.0.1."""
import random
import socket
import threading
import time

HOST = "127.0.0.1"
# Below those that the kernel gives to whoever connects, as loads do all the time.
PORTS = range(10000, 32768)

_given = set()
_giving = threading.Lock()


def free_port():
    """A port that nobody has, and that nobody has been given before: programs that are started
    side by side take theirs a moment later."""
    with _giving:
        while True:
            port = random.choice(PORTS)
            if port not in _given and is_free(port):
                _given.add(port)
                return port


def is_free(port):
    """For TCP and UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                return False
    return True


def wait_port(port, limit=10):
    """True as soon as somebody listens there."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            connect(port, 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def connect(port, limit=5):
    return socket.create_connection((HOST, port), limit)


def receive_rest(connection, limit=2.0):
    """All that comes until the other side closes, or is silent for `limit` seconds."""
    connection.settimeout(limit)
    got = b""
    try:
        while data := connection.recv(65536):
            got += data
    except (TimeoutError, ConnectionError):
        pass
    return got


def exchange(port, request, limit=1.0):
    """One connection, one request, and what comes back; b"" if it is cut."""
    with connect(port) as connection:
        try:
            connection.sendall(request)
        except ConnectionError:
            return b""
        return receive_rest(connection, limit)


def receive_until(connection, mark):
    """Bytes up to and with `mark`. ConnectionError if the other side closes before."""
    got = b""
    while mark not in got:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("closed")
        got += data
    return got


def receive_exactly(connection, count):
    """So many bytes. ConnectionError if the other side closes before."""
    got = b""
    while len(got) < count:
        data = connection.recv(count - len(got))
        if not data:
            raise ConnectionError("closed")
        got += data
    return got


class Backend(threading.Thread):
    """A server behind the program under test: `answer(connection)` for each connection."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self._answer = answer
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with connection:
            try:
                self._answer(connection)
            except OSError:
                pass

    def close(self):
        self._listener.close()
