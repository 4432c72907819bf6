# SPDX-License-Identifier: BSD-2-Clause
"""The tests that a package ships: do they pass on its build, and on patched processes?

Three runs. On the build: the newest state of the package. Patched at the start: the state before
a patch of rows.tsv; each process that the tests start finds the patch in the directory of
updates. Patched while it runs: where the tests can be pointed at a server, one that was updated
before. Only what passes on a plain build of the same source counts."""
import filecmp
import os
import shutil
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field, fields

from .daemon import FIXED, daemon_of, running
from .live import expect
from .tool import HERE, Problem, run, say

PLAIN = "clang-19"
_ports = threading.Lock()  # tests of packages use ports that nobody gave them


@dataclass
class Run:
    """The names of the tests that passed, and of those that did not."""
    ok: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Suite:
    """What became of one package's tests; no `suite`, but a reason, if none are run. `revector` is
    the build that they were run by; `row` is of the patch; `worse` names tests that pass on the
    plain build only."""
    package: str
    revector: str = ""
    version: str = ""
    suite: str = ""
    row: str = ""
    build: Run = field(default_factory=Run)
    started: Run = field(default_factory=Run)
    served: Run = field(default_factory=Run)
    plain: Run = field(default_factory=Run)
    worse: list = field(default_factory=list)
    reason: str = ""

    @classmethod
    def from_json(cls, told, _):
        """What to_json() made."""
        known = {one.name: told[one.name] for one in fields(cls) if one.name in told}
        runs = {name: Run(**told[name]) for name in ("build", "started", "served", "plain")}
        return cls(**{**known, **runs})

    @property
    def name(self):
        return self.package

    @property
    def as_expected(self):
        return not self.suite or not (self.worse or self.reason)

    def to_json(self):
        return dict(asdict(self), name=self.name, as_expected=self.as_expected)


def no_suite(package):
    """Why no tests of the package are run; "" if they are."""
    step = ["bash", os.path.join(HERE, "recipe.sh"), package]
    return "" if run([*step, "suite"]).out.strip() else run([*step, "no_suite"]).out.strip()


class Suites:
    """Runs the tests of one package."""

    def __init__(self, package):
        self._package = package
        self._sources = package.sources
        self._builds = package.builds

    def run(self, rows):
        """Never fails; `rows` are the package's, and the last one whose patch is applied as it is
        is the one used."""
        suite = Suite(self._sources.package, version=self._sources.version,
                      suite=self._builds.recipe("suite"))
        try:
            self._run(suite, self._last_applied(rows))
        except Problem as problem:
            suite.reason = str(problem)
        except Exception as error:  # of a probe
            suite.reason = f"{type(error).__name__}: {error}"
        return suite

    def _last_applied(self, rows):
        applied = [row for row in self._package.in_order(rows) if row.expect == "applied" and
                   not row.hand_written and not self._sources.gone(row.patches)]
        if not applied:
            raise Problem("no row of this package is applied")
        return applied[-1]

    def _run(self, suite, row):
        suite.row = row.row
        newest = len(self._sources.patches)
        self._stand_at(newest)
        suite.build = self._check(suite.package, "on its build", "check")
        self._patched(suite, row)
        if suite.build.failed or suite.started.failed or suite.served.failed:
            suite.plain = self._on_plain(suite.package, newest)
        suite.worse = worse(suite)

    def _stand_at(self, number):
        """The source folder, built, with the very programs that patches for the state are for."""
        states = self._builds.state(number)
        self._sources.go(number)
        self._builds.recipe("build")
        for program in self._builds.recipe("programs"):
            there = os.path.join(self._sources.folder, program)
            os.unlink(there)  # a name of its own, newer than what it is made from
            shutil.copy(os.path.join(states, os.path.basename(program)), there)
        return states

    def _patched(self, suite, row):
        kind, scratch = daemon_of(row), self._package.scratch
        patches = self._make(row, kind)
        states = self._stand_at(self._sources.span(row.patches)[0])
        if self._builds.recipe("serves"):
            suite.served = self._on_served(suite.package, kind(states, scratch), patches[0])
        with tempfile.TemporaryDirectory(prefix="updates-", dir=scratch) as updates:
            for patch in patches:
                keep(self._package.revector, patch, updates, kind.user)
            started = kind(states, scratch)
            started.environment["REVECTOR_UPDATES"] = updates
            with running(started):
                expect(started, FIXED, "started with the update")
            suite.started = self._on_started(suite.package, updates)
        if not self._are(states):
            raise Problem("the tests have built the programs anew")

    def _make(self, row, kind):
        """The patch for what the probe starts; and, if that is not what the tests start, for the
        program that they are."""
        states, scratch = self._package.before(row), self._package.scratch
        paths = [os.path.join(scratch, f"{row.package}.rvp")]
        with running(kind(states, scratch)) as daemon:
            made = self._package.maker.make(row.patches, daemon.pid, paths[0])
        tester = os.path.basename(self._builds.recipe("tester"))
        if tester:
            paths.append(os.path.join(scratch, f"{row.package}-{tester}.rvp"))
            self._package.maker.make_again(made, os.path.join(states, tester), paths[1])
        return paths

    def _on_served(self, package, daemon, patch):
        with running(daemon):
            self._package.revector.ask("apply", daemon.target, patch)
            expect(daemon, FIXED, "after the update")
            made = self._check(package, "on a server that was updated", "served",
                               PORT=str(daemon.port))
            expect(daemon, FIXED, "after the tests")
        return made

    def _on_started(self, package, updates):
        """A start that takes the update has a mark in its folder meanwhile, which leaves a trace:
        so it is known that the tests had patched processes."""
        before = changes(updates)
        made = self._check(package, "with the update at each start", "check",
                           REVECTOR_UPDATES=updates)
        if changes(updates) == before:
            raise Problem("no process of the tests has taken the update")
        return made

    def _are(self, states):
        """Whether the tests ran on the programs of that state."""
        return all(filecmp.cmp(os.path.join(self._sources.folder, program),
                               os.path.join(states, os.path.basename(program)), shallow=False)
                   for program in self._builds.recipe("programs"))

    def _on_plain(self, package, number):
        """In a copy of the source, which is kept for the next time."""
        folder = os.path.join(self._builds.folder, "plain")
        if not os.path.exists(os.path.join(folder, "built")):
            say(f"{package}: building it by {PLAIN}")
            shutil.rmtree(folder, ignore_errors=True)
            run(["git", "clone", "-q", self._sources.folder, folder])
            run(["git", "checkout", "-q", f"p{number}"], cwd=folder)
            for step in ("configure", "build"):
                self._builds.recipe(step, folder, CC=PLAIN)
            open(os.path.join(folder, "built"), "w", encoding="utf-8").close()
        return self._check(package, "on a plain build", "check", folder, CC=PLAIN)

    def _check(self, package, where, step, folder=None, **environment):
        with _ports:
            say(f"{package}: its tests {where}")
            begun = time.monotonic()
            made = outcome(self._builds.recipe(step, folder, **environment))
            made.seconds = time.monotonic() - begun
        return made


def outcome(text):
    """From the lines that a recipe's `check` prints. Problem if there is no test among them."""
    *lines, last = text.splitlines()
    failed = {line.removeprefix("not ok ") for line in lines if line.startswith("not ok ")}
    passed = {line.removeprefix("ok ") for line in lines if line.startswith("ok ")} - failed
    if not passed and not failed:
        raise Problem("the tests print no result; see suite.log in the source folder")
    if last != "status 0" and not failed:
        failed.add(f"the suite as a whole: {last}")
    return Run(sorted(passed), sorted(failed))


def worse(suite):
    """Tests that the plain build passes, or that there is no need to ask it about, and that fail,
    or are not there at all, on what we built or patched."""
    good = set(suite.plain.ok or suite.build.ok)
    bad = set(suite.build.failed) | set(suite.started.failed) | set(suite.served.failed)
    gone = good - (set(suite.started.ok) & set(suite.build.ok))
    return sorted((bad - set(suite.plain.failed)) | gone)


def keep(revector, patch, updates, user=None):
    """Puts the patch into a directory of updates: programs that are started with it know it. It is
    the `user`'s, who starts them, if there is one and we can give it away."""
    folder = os.path.join(updates, revector.ask("inspect", patch)["for_build"])
    os.mkdir(folder)
    shutil.copy(patch, os.path.join(folder, "00000001-fix.rvp"))
    for path in (updates, folder):
        os.chmod(path, 0o755)
        if user and os.geteuid() == 0:
            shutil.chown(path, user)


def changes(updates):
    """When something in each folder of a directory of updates was last made or taken away."""
    return [os.stat(folder).st_mtime_ns for folder in os.scandir(updates)]
