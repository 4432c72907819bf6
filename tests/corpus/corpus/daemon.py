# SPDX-License-Identifier: BSD-2-Clause
"""A program of the corpus while it runs: what a file of probes/ derives its own from.

A probe shows a patch from outside. It says BAD or FIXED and what it saw; it is a method of a
class that starts the program as the row needs it. `connect` and `ask` are what the load does."""
import importlib
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager

from .tool import Problem, may_begin

BAD, FIXED = "bad", "fixed"

_classes = {}
_running = set()


class Daemon:
    """One instance with a folder of its own. `states` is the folder with its programs."""

    program = ""     # file name in the folder of a state
    family = False   # several processes: an update goes to all of them, by name
    apply_options = ()  # of `revector apply`
    user = None      # whose processes they are, if the runner is root
    environment = {}  # variables that its processes have besides the runner's

    def __init__(self, states, scratch):
        self.folder = tempfile.mkdtemp(prefix="run-", dir=scratch)
        os.chmod(self.folder, 0o755)
        # A name that no other process on the machine has, for updates by name.
        self.name = f"{self.program}-{os.path.basename(self.folder)[4:]}"
        self.states = states
        self.path = os.path.join(self.folder, self.name)
        shutil.copy2(os.path.join(states, self.program), self.path)
        self.environment = dict(self.environment)
        self.process = None

    # ---- what a package defines ----

    def start(self):
        """Runs the program; returns when it answers."""
        raise NotImplementedError

    def probe(self):
        """(BAD or FIXED, what was seen)."""
        raise NotImplementedError

    def connect(self):
        """A connection of the load; it is kept from before the update to after the revert."""
        raise NotImplementedError

    def ask(self, connection, number):
        """One request. An exception if the answer is not the right one."""
        raise NotImplementedError

    def check_old_code(self, told, now):
        """For programs with functions that go on with old code: `told` are the threads in it that
        `apply` has named, now() those that `status` names. Problem if they are not the right ones."""

    # ---- what all have ----

    @property
    def pid(self):
        return self.process.pid

    @property
    def target(self):
        """What `revector apply` is given."""
        return self.name if self.family else str(self.pid)

    def spawn(self, *arguments, **how):
        """What it prints goes to the file `output`, unless `how`, which Popen gets, says so."""
        may_begin()
        with open(os.path.join(self.folder, "output"), "ab") as log:
            how = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log,
                   "env": {**os.environ, **self.environment}, **how}
            if self.user and os.geteuid() == 0:
                how.update(user=self.user, group=self.user, extra_groups=[])
            self.process = subprocess.Popen([self.path, *arguments], cwd=self.folder,
                                            start_new_session=True, **how)
        _running.add(self)

    def processes(self):
        """The program's process and its children; none if it is gone."""
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
                return [self.pid, *map(int, file.read().split())]
        except OSError:
            return []

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def output(self, name="output"):
        """What it has written to its log so far."""
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb" if isinstance(content, bytes) else "w") as file:
            file.write(content)
        return path

    def started(self, is_there):
        """Problem, with the last lines of its log, unless it has started."""
        if not is_there:
            raise Problem(f"{self.program} did not start: {self.output().strip()[-300:]}")

    def ended(self):
        """Waits a moment for an end that is near; how it ended, or None."""
        try:
            return f"died with status {self.process.wait(0.4)}"
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        """Ends the program and its children, and removes the folder."""
        if self.process:
            for how, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
                try:
                    os.killpg(self.process.pid, how)
                except ProcessLookupError:
                    pass
                try:
                    self.process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
        _running.discard(self)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(daemon):
    """The program from its start to its end."""
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()


def stop_all():
    """For a runner that is told to end."""
    for program in list(_running):
        program.stop()


def shows(package, row):
    """Marks a class as the one whose probe shows the row."""
    def remember(cls):
        _classes[package, row] = cls
        return cls
    return remember


def daemon_of(row):
    """The class that shows a row, from probes/PACKAGE.py."""
    module = row.package.replace(".", "").replace("-", "_")
    try:
        importlib.import_module(f"probes.{module}")
        return _classes[row.package, row.row]
    except (ModuleNotFoundError, KeyError):
        raise Problem(f"{row.name} has no probe in probes/{module}.py") from None
