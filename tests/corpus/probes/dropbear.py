# SPDX-License-Identifier: BSD-2-Clause
"""Dropbear: a server that forks for each connection, and executes its file anew in the child.

So what is in force in the server is not in the memory of the next child: that finds it in the
directory of updates, and has it before main."""
import os
import shutil
import socket
import struct
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import HOST, exchange, free_port, receive_exactly, receive_until, wait_port
from corpus.tool import Problem, execute, run

UNIMPLEMENTED, UNKNOWN = 3, 40  # kinds of packets


class Dropbear(Daemon):
    """The load stays in what comes before encryption: a packet of a kind that nobody knows is
    answered by its number."""
    program = "dropbear"
    family = True
    options = ()

    def start(self):
        self.port = free_port()
        key = os.path.join(self.folder, "host-key")
        run([os.path.join(self.states, "dropbearkey"), "-t", "ed25519", "-f", key])
        self.environment["REVECTOR_UPDATES"] = updates = os.path.join(self.folder, "updates")
        os.mkdir(updates, 0o700)
        self.spawn("-F", "-E", "-r", key, "-p", f"{HOST}:{self.port}", "-P",
                   os.path.join(self.folder, "pid"), *self.options)
        self.started(wait_port(self.port))

    def connect(self):
        # From another address: only few clients of one may be without a password.
        connection = socket.create_connection((HOST, self.port), 30, ("127.0.0.2", 0))
        connection.sendall(b"SSH-2.0-load\r\n")
        receive_until(connection, b"\r\n")
        return connection

    def ask(self, connection, number):
        body = bytes([UNKNOWN]) + struct.pack(">I", number)
        padding = 16 - 5 - len(body)
        connection.sendall(struct.pack(">IB", 16 - 4, padding) + body + bytes(padding))
        kind, sequence = self.receive(connection)
        if (kind, sequence) != (UNIMPLEMENTED, number - 1):
            raise ValueError(f"answer {kind}, {sequence}")

    @staticmethod
    def receive(connection):
        """(kind, first number) of the next packet that is no offer of algorithms."""
        while True:
            length, _ = struct.unpack(">IB", receive_exactly(connection, 5))
            packet = receive_exactly(connection, length - 1)
            if packet[0] != 20:
                return packet[0], struct.unpack(">I", packet[1:5])[0]

    def settle(self, processes):
        """Waits until children of a probe have ended."""
        for _ in range(50):
            if self.processes() == processes:
                break
            time.sleep(0.1)


@shows("dropbear", "CVE-2023-48795")
class StrictKex(Dropbear):
    """Whether the server offers the key exchange in which no packet can be slipped in."""

    def probe(self):
        processes = self.processes()
        got = exchange(self.port, b"SSH-2.0-probe\r\n")
        self.settle(processes)
        if b"kex-strict-s-v00@openssh.com" in got:
            return FIXED, "strict key exchange is offered"
        return BAD, f"no strict key exchange in an offer of {len(got)} bytes"


@shows("dropbear", "noremotetcp")
class KeepAlive(Dropbear):
    """A client that asks whether the server is there, of a server that forwards no ports."""
    options = ("-k",)

    def start(self):
        if os.getuid():
            raise Problem("a login for which root's home is covered needs root")
        self.key = os.path.join(self.folder, "key")
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key])
        os.makedirs(os.path.join(self.folder, "home", ".ssh"), 0o700)
        shutil.copy(self.key + ".pub", os.path.join(self.folder, "home", ".ssh", "authorized_keys"))
        super().start()

    def spawn(self, *arguments, **how):
        """The program sees a home of root that is ours; nobody else does."""
        super().spawn("--mount", "sh", "-c", 'mount --bind home ~root && exec "$@"', "sh",
                      self.path, *arguments, executable=shutil.which("unshare"), **how)

    def probe(self):
        processes = self.processes()
        done = execute(["ssh", "-F", "/dev/null", "-i", self.key, "-p", self.port,
                        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                        "-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2",
                        "-o", "BatchMode=yes", f"root@{HOST}", "sleep 5; echo still there"])
        self.settle(processes)
        if "still there" in done.out:
            return FIXED, "a session of 5 s has lived"
        if "not responding" in done.errors:
            return BAD, "no answer, and the client ends after 3 s"
        raise Problem(f"ssh: {done.errors.strip()[-200:]}")
