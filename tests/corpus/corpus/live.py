# SPDX-License-Identifier: BSD-2-Clause
"""One row: a daemon in the state before the patch, under load, is patched and reverted.

Each step that does not go as it should ends the row by a Problem; what has been seen until
then stays in the result."""
import os
from dataclasses import asdict, dataclass, field

from .daemon import BAD, FIXED, daemon_of
from .load import Load
from .tool import Problem, Refusal, say


@dataclass
class Result:
    """What became of a row. Names end in the unit of what they hold."""
    package: str
    row: str
    patch: str
    change: str
    expect: str
    version: str = ""
    verdict: str = "failed"
    reason: str = ""
    units: list = field(default_factory=list)
    replaces: list = field(default_factory=list)
    adds: list = field(default_factory=list)
    imports: int = 0
    hand_lines: int = 0
    build_s: float = 0.0
    build_cpu_s: float = 0.0
    compile_cpu_s: float = 0.0
    apply_ms: float = 0.0
    requests: int = 0
    lost: int = 0
    longest_ms: float = 0.0
    seen_before: str = ""
    seen_after: str = ""
    seen_reverted: str = ""

    @property
    def name(self):
        return f"{self.package}:{self.row}"

    @property
    def as_expected(self):
        return self.verdict in (self.expect, "gone")

    def to_json(self):
        return dict(asdict(self), as_expected=self.as_expected)


class Live:
    """Runs rows of one package, one after the other."""

    def __init__(self, sources, builds, maker, revector, scratch):
        self._sources = sources
        self._builds = builds
        self._maker = maker
        self._revector = revector
        self._scratch = scratch

    def run(self, row):
        """Never fails: whatever happens is in the result."""
        result = Result(row.package, row.row, row.patch, row.change, row.expect,
                        self._sources.version)
        gone = self._sources.gone(row.patches)
        if gone:
            result.verdict = "gone"
            result.reason = f"{self._sources.version} has no {', '.join(gone)} in debian/patches"
            return result
        try:
            self._run(row, result)
            result.verdict = "applied"
        except Refusal as refusal:
            result.verdict = "failed" if result.lost else "refused"
            result.reason = str(refusal) + (", and requests were lost" if result.lost else "")
        except Problem as problem:
            result.reason = str(problem)
        except Exception as error:  # a probe has come upon something that it does not know
            result.reason = f"{type(error).__name__}: {error}"
        return result

    def _run(self, row, result):
        kind = daemon_of(row)
        states = self._builds.state(self._sources.span(row.patches)[0])
        destructive = row.probe == "destructive"
        if destructive:
            self._see_bad_elsewhere(kind, states, result)
        daemon = kind(states, self._scratch)
        load = Load(daemon)
        try:
            daemon.start()
            load.start()
            self._update(daemon, row, result, destructive)
        finally:
            load.stop()
            result.requests, result.lost = load.requests, len(load.lost)
            result.longest_ms = load.longest * 1000
            daemon.stop()
        if load.lost:
            raise Problem(f"{len(load.lost)} connections of the load were lost; {load.lost[0]}")

    def _see_bad_elsewhere(self, kind, states, result):
        """The probe ends what it is tried on, so that is an instance of its own."""
        daemon = kind(states, self._scratch)
        try:
            daemon.start()
            result.seen_before = expect(daemon, BAD, "before the update")
        finally:
            daemon.stop()

    def _update(self, daemon, row, result, destructive):
        if not destructive:
            result.seen_before = expect(daemon, BAD, "before the update")
        processes = daemon.processes()
        try:
            self._apply(daemon, row, result)
        except Refusal:
            self._untouched(daemon, processes, destructive)
            raise
        result.seen_after = expect(daemon, FIXED, "after the update")
        self._revector.ask("revert", daemon.target, "--all")
        if not destructive:
            result.seen_reverted = expect(daemon, BAD, "after the revert")
        if daemon.processes() != processes:
            raise Problem("these are not the same processes as before the update")

    def _apply(self, daemon, row, result):
        path = os.path.join(daemon.folder, "fix.rvp")
        say(f"{row.name}: revector build")
        made = self._maker.make(row, daemon.pid, path)
        for name in ("units", "replaces", "adds", "imports", "hand_lines", "build_s", "build_cpu_s",
                     "compile_cpu_s"):
            setattr(result, name, getattr(made, name))
        say(f"{row.name}: revector apply")
        told = self._revector.ask("apply", daemon.target, path, *daemon.apply_options)
        result.apply_ms = told.get("request_to_effect_ns", 0) / 1e6
        daemon.check_old_code(told.get("keeps_old_code", []), lambda: self._in_old_code(daemon))

    def _in_old_code(self, daemon):
        """Sentences of `status`, one for each thread."""
        told = self._revector.ask("status", daemon.target)
        return [name for process in told["processes"] for update in process["updates"]
                for name in update.get("keeps_old_code", [])]

    @staticmethod
    def _untouched(daemon, processes, destructive):
        """A refusal must leave the program as it was."""
        if not destructive:
            expect(daemon, BAD, "after a refusal")
        if not daemon.alive() or daemon.processes() != processes:
            raise Problem("the program did not survive a refusal")


def expect(daemon, wanted, when):
    """What the probe saw. Problem, unless it is what is wanted of the living program."""
    verdict, seen = daemon.probe()
    if verdict != wanted:
        raise Problem(f"{when} the probe should be {wanted} and is {verdict}: {seen}")
    if wanted == FIXED and not daemon.alive():
        raise Problem(f"{when} the program is gone: {daemon.output().strip()[-200:]}")
    return seen
