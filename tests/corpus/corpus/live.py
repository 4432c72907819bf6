# SPDX-License-Identifier: BSD-2-Clause
"""One row: a daemon in the state before the patch, under load, is patched and reverted.

Each step that does not go as it should ends the row by a Problem; what has been seen until
then stays in the result."""
import os
from dataclasses import asdict, dataclass, field, fields

from .daemon import BAD, FIXED, daemon_of, running
from .load import Load
from .tool import Problem, Refusal, say

FROM_ROW = ("package", "row", "patch", "change", "layout", "expect")


@dataclass
class Result:
    """What became of a row. Names end in the unit of what they hold. `revector` is the build that
    it was run by. `alone` is why the tool refuses the patch without the lines that were written by
    hand; `spare` says that there are such lines, and that it does not."""
    package: str
    row: str
    patch: str
    change: str
    layout: str
    expect: str
    revector: str = ""
    version: str = ""
    verdict: str = "failed"
    reason: str = ""
    alone: str = ""
    spare: bool = False
    units: list = field(default_factory=list)
    replaces: list = field(default_factory=list)
    adds: list = field(default_factory=list)
    imports: int = 0
    hand_lines: int = 0
    build_s: float = 0.0
    build_cpu_s: float = 0.0
    compile_s: float = 0.0
    compile_cpu_s: float = 0.0
    apply_ms: float = 0.0
    requests: int = 0
    lost: int = 0
    longest_ms: float = 0.0
    seen_before: str = ""
    seen_after: str = ""
    seen_reverted: str = ""

    @classmethod
    def of(cls, row, **known):
        return cls(**{name: getattr(row, name) for name in FROM_ROW}, **known)

    @classmethod
    def from_json(cls, told, row):
        """What to_json() made, with what rows.tsv says by now. None if it is of another patch."""
        if told["patch"] != row.patch:
            return None
        names = {one.name for one in fields(cls)} - set(FROM_ROW)
        return cls.of(row, **{name: told[name] for name in names & told.keys()})

    @property
    def name(self):
        return f"{self.package}:{self.row}"

    @property
    def as_expected(self):
        return self.verdict in (self.expect, "gone")

    def to_json(self):
        return dict(asdict(self), name=self.name, as_expected=self.as_expected)


class Live:
    """One row on its way. Used once."""

    def __init__(self, package, row):
        self._package = package
        self._row = row
        self._repeatable = row.probe == "repeatable"
        self.result = Result.of(row, version=package.sources.version)

    def run(self):
        """The result. Never fails: whatever happens is in it."""
        result = self.result
        gone = self._package.sources.gone(self._row.patches)
        if gone:
            result.verdict = "gone"
            result.reason = f"{result.version} has no {', '.join(gone)} in debian/patches"
            return result
        try:
            self._run()
            result.verdict = "applied"
        except Refusal as refusal:
            result.verdict = "failed" if result.lost else "refused"
            result.reason = str(refusal) + (", and requests were lost" if result.lost else "")
        except Problem as problem:
            result.reason = str(problem)
        except Exception as error:  # a probe has come upon something that it does not know
            result.reason = f"{type(error).__name__}: {error}"
        return result

    def _run(self):
        kind, scratch = daemon_of(self._row), self._package.scratch
        states = self._package.before(self._row)
        if not self._repeatable:  # the probe ends what it is tried on: an instance of its own
            with running(kind(states, scratch)) as daemon:
                self.result.seen_before = expect(daemon, BAD, "before the update")
        with running(kind(states, scratch)) as daemon:
            self._under_load(daemon)

    def _under_load(self, daemon):
        load, result = Load(daemon), self.result
        try:
            load.start()
            self._update(daemon)
        finally:
            load.stop()
            result.requests, result.lost = load.requests, len(load.lost)
            result.longest_ms = load.longest * 1000
        if load.lost:
            raise Problem(f"{len(load.lost)} connections of the load were lost; {load.lost[0]}")

    def _update(self, daemon):
        result = self.result
        if self._repeatable:
            result.seen_before = expect(daemon, BAD, "before the update")
        processes = daemon.processes()
        self._apply(daemon, processes)
        result.seen_after = expect(daemon, FIXED, "after the update")
        self._package.revector.ask("revert", daemon.target, "--all")
        if self._repeatable:
            result.seen_reverted = expect(daemon, BAD, "after the revert")
        if daemon.processes() != processes:
            raise Problem("these are not the same processes as before the update")

    def _apply(self, daemon, processes):
        """Debian's patch alone; if that is refused, with the lines of ours that there are."""
        by_hand = self._row.hand_written
        try:
            self._attempt(daemon, processes, None)
            self.result.spare = by_hand is not None
        except Refusal as refusal:
            if not by_hand:
                raise
            self.result.alone = str(refusal)
            self._attempt(daemon, processes, by_hand)

    def _attempt(self, daemon, processes, by_hand):
        """Builds the patch and applies it. A refusal must leave the program as it was."""
        path, result = os.path.join(daemon.folder, "fix.rvp"), self.result
        try:
            say(f"{result.name}: revector build" + (", with lines by hand" if by_hand else ""))
            made = self._package.maker.make(self._row.patches, daemon.pid, path, by_hand)
            for name, value in vars(made).items():
                setattr(result, name, value)
            say(f"{result.name}: revector apply")
            told = self._package.revector.ask("apply", daemon.target, path, *daemon.apply_options)
        except Refusal as refusal:
            if self._repeatable:
                expect(daemon, BAD, f"after a refusal ({refusal})")
            if not daemon.alive() or daemon.processes() != processes:
                raise Problem(f"the program did not survive a refusal ({refusal})") from None
            raise
        result.apply_ms = told.get("request_to_effect_ns", 0) / 1e6
        daemon.check_old_code(told.get("keeps_old_code", []), lambda: self._in_old_code(daemon))

    def _in_old_code(self, daemon):
        """Sentences of `status`, one for each thread."""
        told = self._package.revector.ask("status", daemon.target)
        return [name for process in told["processes"] for update in process["updates"]
                for name in update.get("keeps_old_code", [])]


def expect(daemon, wanted, when):
    """What the probe saw. Problem, unless it is what is wanted of the living program."""
    verdict, seen = daemon.probe()
    if verdict != wanted:
        raise Problem(f"{when} the probe should be {wanted} and is {verdict}: {seen}")
    if wanted == FIXED and not daemon.alive():
        raise Problem(f"{when} the program is gone: {daemon.output().strip()[-200:]}")
    return seen
