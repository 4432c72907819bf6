# SPDX-License-Identifier: BSD-2-Clause
"""From a Debian patch to a patch file: the changed sources stand where the program was built,
and `revector build` is given those that make code of the running program."""
import hashlib
import os
from dataclasses import dataclass, field

from .tool import Problem

# Compiling each source once more, for the ratio, is worth its time for few only.
TIMED_UNITS = 3


@dataclass
class Made:
    """What was built, and how long it took: build_s by the clock; build_cpu_s and compile_cpu_s in
    processor time, which other work on the machine does not change. The latter is 0 for a patch of
    many units."""
    path: str
    units: list
    hand_lines: int = 0
    build_s: float = 0.0
    build_cpu_s: float = 0.0
    compile_cpu_s: float = 0.0
    replaces: list = field(default_factory=list)
    adds: list = field(default_factory=list)
    imports: int = 0


class PatchMaker:
    """Makes patches for one package. Not for several threads: it moves the source folder."""

    def __init__(self, sources, builds, revector):
        self._sources = sources
        self._builds = builds
        self._revector = revector

    def make(self, row, pid, path):
        """The patch of a row for the process `pid`. Refusal: the tool says why there is none."""
        states = self._sources.span(row.patches)
        generated = self._digests()
        self._sources.go(states[1])
        by_hand = os.path.exists(row.hand_written)
        lines, files = self._sources.add_hand_written(row.hand_written) if by_hand else (0, [])
        try:
            self._builds.recipe("generate")
            changed = self._changed(states, generated, files)
            return self._make(changed, pid, path, lines)
        finally:
            if by_hand:
                self._sources.take_hand_written(row.hand_written)

    def _digests(self):
        """Of generated sources, which no list of changed files has."""
        return {path: digest(path) for path in self._builds.generated()}

    def _changed(self, states, generated, files):
        """Absolute paths of the files that differ between two states, and of generated ones."""
        folder = self._sources.folder
        changed = {os.path.realpath(os.path.join(folder, name))
                   for name in self._sources.changed(*states, files)}
        return changed | {path for path, was in generated.items() if digest(path) != was}

    def _make(self, changed, pid, path, lines):
        compiles = self._of_process(pid, changed)
        if not compiles:
            names = ", ".join(sorted(os.path.basename(name) for name in changed))
            raise Problem(f"no source of the running program changes ({names})")
        made = Made(path, [os.path.relpath(one.source, self._sources.folder) for one in compiles],
                    lines)
        if len(compiles) <= TIMED_UNITS:
            made.compile_cpu_s = sum(self._builds.again(one).cpu_s for one in compiles)
        files = self._to_offer(changed, compiles)
        done = self._revector.do("build", "--for", pid, "-o", path, *files, limit=300)
        made.build_s, made.build_cpu_s = done.wall_s, done.cpu_s
        shown = self._revector.ask("inspect", path)
        made.replaces, made.adds = shown["replaces"], shown["adds_functions"]
        made.imports = len(shown["calls"]) + len(shown["uses_data"])
        return made

    def _to_offer(self, changed, compiles):
        """What a developer has in hand: changed sources of the program, new ones that stand beside
        them, and changed headers, each for all that include it."""
        generated = set(self._builds.generated())
        known = {one.source for one in self._builds.compiles()}
        read = set().union(*(self._builds.reads(one) for one in compiles))
        folders = {os.path.dirname(one.source) for one in compiles}
        own = [one.source for one in compiles if one.source in changed | generated]
        new = sorted(path for path in changed - known - read
                     if path.endswith(".c") and os.path.dirname(path) in folders)
        return list(dict.fromkeys(own + new + sorted((changed & read) - known)))

    def _of_process(self, pid, changed):
        """Compiles of units of the process that read a changed file."""
        known = {method["source"] for method in self._revector.ask("methods", pid)["methods"]}
        generated = set(self._builds.generated())
        all_compiles = self._builds.compiles()
        included = {path for path in changed - {one.source for one in all_compiles}
                    if path.endswith((".h", ".c", ".inc", ".def"))}
        return [one for one in all_compiles
                if (one.source in generated or known & set(one.words)) and
                (one.source in changed or (included and included & self._builds.reads(one)))]


def digest(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()
