# SPDX-License-Identifier: BSD-2-Clause
"""A package's source in all its states: pN is upstream's with the first N patches of Debian.

The states are commits of a repository, so that going from one to the next touches only
the files in which they differ, and make builds only what depends on those."""
import fcntl
import os
import re
import shutil
import sys
import threading
from contextlib import contextmanager

from .tool import HERE, Problem, run, say

GIT = ("git", "-c", "core.autocrlf=false", "-c", "gc.auto=0", "-c", "user.name=corpus",
       "-c", "user.email=corpus@localhost", "-c", "core.excludesFile=/dev/null")

_apt = threading.Lock()  # it refuses to work for two at a time


class Sources:
    """The source folder of one package, for this runner alone. Not for several threads."""

    def __init__(self, package, folder):
        self.package = package
        self.folder = os.path.join(folder, "source")
        self._lock = lock(folder)
        self._version_file = os.path.join(folder, "version")
        if not os.path.exists(self._version_file):
            self._fetch(folder)
        with open(self._version_file, encoding="utf-8") as file:
            self.version = file.read().strip()
        self.patches = series(self.folder)

    def close(self):
        """Lets another runner work in the folder."""
        self._lock.close()

    def _fetch(self, folder):
        shutil.rmtree(self.folder, ignore_errors=True)
        script = os.path.join(HERE, "source.sh")
        with _apt:
            told = run(["bash", script, self.package, self.folder], 900, stderr=sys.stderr).out
        version = told.split()[-1]
        say(f"{self.package}: {version}, a commit for each patch")
        self._commit_states()
        with open(self._version_file, "w", encoding="utf-8") as file:
            file.write(version + "\n")

    def _commit_states(self):
        for place, _, names in os.walk(self.folder):
            for name in (".gitattributes", ".gitignore"):
                if name in names:
                    os.unlink(os.path.join(place, name))
        self.git("init", "-q", ".")
        self._commit("p0")
        for number, (name, level) in enumerate(series_lines(self.folder), 1):
            self._apply(os.path.join("debian", "patches", name), level)
            self._commit(f"p{number}")

    def _commit(self, tag):
        self.git("add", "-A", "-f", ".")
        self.git("commit", "-q", "--allow-empty", "-m", tag)
        self.git("tag", tag)

    def _apply(self, patch, *how):
        run(["patch", *how, "-f", "-s", "--no-backup-if-mismatch", "-i", patch], cwd=self.folder)

    def git(self, *words):
        return run([*GIT, *words], cwd=self.folder).out

    def gone(self, patches):
        """Those that this version of the package does not have."""
        return [name for name in patches if name not in self.patches]

    def span(self, patches):
        """Numbers of the states before and after them. Problem unless they follow each other."""
        places = [self.patches.index(name) for name in patches]
        if places != list(range(places[0], places[0] + len(places))):
            raise Problem(f"{self.package}: {', '.join(patches)} do not follow each other")
        return places[0], places[-1] + 1

    def go(self, number):
        """Puts state pN into the folder: all files that any patch touches are as they are there.
        What a build made or changed beside them stays."""
        tag = f"p{number}"
        words = self.git("diff", "--no-renames", "--name-status", "-z", tag, "--",
                         *self._touched()).split("\0")
        changes = list(zip(words[1::2], words[0::2]))
        for name in (name for name, what in changes if what == "A"):
            os.unlink(os.path.join(self.folder, name))
        there = [name for name, what in changes if what != "A"]
        if there:
            self.git("checkout", "-q", tag, "--", *there)

    def _touched(self):
        names = self.git("log", "--no-renames", "--format=", "--name-only", "-z",
                         f"p0..p{len(self.patches)}")
        return sorted({name for name in names.split("\0") if name})

    def changed(self, before, after, more=()):
        """Names of the files that a patch changes, or that stand in `more`, and that are not now
        as they were in state `before`; but for those of the packaging."""
        names = self.git("diff", "--no-renames", "--name-only", "-z", f"p{before}", f"p{after}")
        names = [name for name in names.split("\0") if name] + list(more)
        now = self.git("diff", "--no-renames", "--name-only", "-z", f"p{before}", "--", *names)
        return [name for name in now.split("\0") if name and not name.startswith("debian/")]

    def added(self, before, after):
        """Names of the files that are in the state `after` only."""
        names = self.git("diff", "--no-renames", "--diff-filter=A", "--name-only", "-z",
                         f"p{before}", f"p{after}")
        return [name for name in names.split("\0") if name]

    @contextmanager
    def with_hand_written(self, patch):
        """A patch of our own, or None, on top of the state. (how many lines it adds, the names of
        its files)"""
        if not patch:
            yield 0, []
            return
        with open(patch, encoding="utf-8") as file:
            text = file.read()
        added = re.findall(r"^\+(?!\+\+ )[^\S\n]*\S", text, re.M)
        self._apply(patch, "-p1")
        try:
            yield len(added), re.findall(r"^\+\+\+ b/(\S+)", text, re.M)
        finally:
            self._apply(patch, "-p1", "-R")

    def forget_builds(self):
        """Back to what was unpacked, for a build from nothing."""
        self.git("reset", "-q", "--hard", "p0")
        self.git("clean", "-xdfq")


def lock(folder):
    """An open file that keeps other runners out of the folder until it is closed."""
    os.makedirs(folder, exist_ok=True)
    file = open(os.path.join(folder, "lock"), "w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Problem(f"another runner works in {folder}") from None
    return file


def series_lines(folder):
    """(name, -pN) of each patch that debian/patches/series applies."""
    lines = []
    with open(os.path.join(folder, "debian", "patches", "series"), encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                level = words[1] if len(words) > 1 and re.fullmatch(r"-p\d", words[1]) else "-p1"
                lines.append((words[0], level))
    return lines


def series(folder):
    return [name for name, _ in series_lines(folder)]
