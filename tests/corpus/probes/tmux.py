# SPDX-License-Identifier: BSD-2-Clause
"""tmux: a server, and clients in control mode that stay attached to it."""
import os
import subprocess
import time

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.tool import execute


class Client:
    """Attached in control mode: a command a line, and what becomes of it."""

    def __init__(self, words):
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, bufsize=0)
        self._until("%session-changed")

    def _until(self, *starts):
        """The line that has one of these starts, and those before it."""
        lines = []
        while line := self._process.stdout.readline().decode():
            if line.startswith(starts):
                return line, lines
            lines.append(line.rstrip("\n"))
        raise ConnectionError("the server has hung up")

    def __call__(self, command):
        """What the command prints. ValueError if it fails."""
        self._process.stdin.write(command.encode() + b"\n")
        self._until("%begin")
        line, said = self._until("%end", "%error")
        if line.startswith("%error"):
            raise ValueError(f"{command}: {said}")
        return said

    def close(self):
        self._process.kill()
        self._process.communicate()


class Tmux(Daemon):
    program = "tmux"
    environment = {"TERM": "xterm", "LC_ALL": "C.UTF-8"}

    def start(self):
        self.clients = []
        self.client = (os.path.join(self.states, self.program), "-S",
                       os.path.join(self.folder, "socket"))
        self.spawn(*self.client[1:], "-f", "/dev/null", "-D")
        self.started(self._wait())

    def _wait(self):
        """True once the server has a session."""
        for _ in range(100):
            if self.command("new-session", "-d", "sleep 100000").status == 0:
                return True
            time.sleep(0.1)
        return False

    def command(self, *words):
        """By a client of its own, which ends with the command."""
        return execute([*self.client, "-N", *words], 20)

    def connect(self):
        client = Client([*self.client, "-C", "attach"])
        self.clients.append(client)
        client.name = f"load-{len(self.clients)}"
        return client

    def ask(self, connection, number):
        connection(f"set-buffer -b {connection.name} {number}")
        said = connection(f"display-message -p 'load {number}'")
        if said != [f"load {number}"]:
            raise ValueError(f"answer {said}")

    def stop(self):
        super().stop()
        for client in self.clients:
            client.close()


@shows("tmux", "delete-buffer")
class DeleteBuffer(Tmux):
    """To delete a buffer that does not exist deletes another one."""

    def probe(self):
        self.command("set-buffer", "-b", "keep", "precious")
        done = self.command("delete-buffer", "-b", "nosuch")
        if "unknown buffer" in done.errors + done.out:
            return FIXED, "unknown buffer: nosuch"
        return BAD, f"another buffer was deleted instead (status {done.status})"
