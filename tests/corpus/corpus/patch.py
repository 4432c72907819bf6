# SPDX-License-Identifier: BSD-2-Clause
"""From a Debian patch to a patch file: the changed sources stand where the program was built,
and `revector build` is given those that make code of the running program."""
import os
from dataclasses import dataclass, field

from .tool import HERE, Problem, digest

USERS = os.path.join(HERE, "users")
# Compiling each source once more, for the ratio, is worth its time for few only.
TIMED_UNITS = 3
IMPORTS = ("calls", "uses_data", "uses_symbols")  # keys of `revector inspect`


@dataclass
class Made:
    """What was built, and how long it took, by the clock and in processor time, which other work
    on the machine does not change. compile_s and compile_cpu_s are of compiling the same files
    once more; 0 for a patch of many units."""
    units: list
    hand_lines: int
    build_s: float
    build_cpu_s: float
    compile_s: float = 0.0
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

    def make(self, patches, pid, path, hand_written=None):
        """The file `path` from Debian's patches, and a patch of ours on top of them, for the
        process `pid`. Refusal: the tool says why there is none."""
        before, after = self._sources.span(patches)
        was = self._generated_at(before)
        self._sources.go(after)
        with self._sources.with_hand_written(hand_written) as (lines, files):
            self._builds.recipe("generate")
            changed = self._paths(self._sources.changed(before, after, files))
            changed |= {name for name in was if digest(name) != was[name]}
            added = self._paths(self._sources.added(before, after))
            return self._make(changed, added, pid, path, lines)

    def make_again(self, made, program, path):
        """The same for the file `program`, which has the same sources: where make() left them."""
        files = [os.path.join(self._sources.folder, unit) for unit in made.units]
        self._revector.do("build", "--for", program, "-o", path, *files, limit=300)

    def _generated_at(self, state):
        """What generated sources are there; no list of changed files has them."""
        self._sources.go(state)
        self._builds.recipe("generate")
        return {path: digest(path) for path in self._builds.generated}

    def _paths(self, names):
        return {os.path.realpath(os.path.join(self._sources.folder, name)) for name in names}

    def _make(self, changed, added, pid, path, lines):
        sources = {method["source"] for method in self._revector.ask("methods", pid)["methods"]}
        compiles = self._of_process(sources, changed)
        if not compiles:
            names = ", ".join(sorted(os.path.basename(name) for name in changed))
            raise Problem(f"no source of the running program changes ({names})")
        used = any(os.path.dirname(os.path.realpath(source)) == USERS for source in sources)
        files = self._to_offer(changed, added, compiles, used)
        done = self._revector.do("build", "--for", pid, "-o", path, *files, limit=300)
        shown = self._revector.ask("inspect", path)
        made = Made([os.path.relpath(one.source, self._sources.folder) for one in compiles], lines,
                    done.wall_s, done.cpu_s, replaces=shown["replaces"],
                    adds=shown["adds_functions"],
                    imports=sum(len(shown[key]) for key in IMPORTS))
        if len(compiles) <= TIMED_UNITS:
            again = [self._builds.again(one) for one in compiles]
            made.compile_s = sum(each.wall_s for each in again)
            made.compile_cpu_s = sum(each.cpu_s for each in again)
        return made

    def _to_offer(self, changed, added, compiles, used=False):
        """What a developer has in hand: changed sources of the program, added ones that stand
        beside them, and changed headers, each for all that include it. Of a library that is `used`
        by a program of ours, which includes its headers as well, they are those of the library by
        name: a patch is for one of the two."""
        known = {one.source for one in self._builds.compiles()}
        read = set().union(*(self._builds.reads(one) for one in compiles))
        folders = {os.path.dirname(one.source) for one in compiles}
        own = [one.source for one in compiles
               if used or one.source in changed or one.source in self._builds.generated]
        new = sorted(path for path in (changed & added) - read
                     if path.endswith(".c") and os.path.dirname(path) in folders)
        headers = [] if used else sorted((changed & read) - known)
        return list(dict.fromkeys(own + new + headers))

    def _of_process(self, known, changed):
        """Compiles of units that read a changed file; `known` are the process's sources."""
        all_compiles = self._builds.compiles()
        included = {path for path in changed - {one.source for one in all_compiles}
                    if path.endswith((".h", ".c", ".inc", ".def"))}
        return [one for one in all_compiles
                if (one.source in self._builds.generated or known & set(one.words)) and
                (one.source in changed or (included and included & self._builds.reads(one)))]
