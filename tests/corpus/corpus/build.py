# SPDX-License-Identifier: BSD-2-Clause
"""Builds of a package's states by its recipe, kept until the compiler changes."""
import os
import shlex
import shutil
from dataclasses import dataclass
from functools import cached_property

from .tool import HERE, digest, run, run_logged, say

SOURCE_ENDINGS = (".c",)


@dataclass(frozen=True)
class Compile:
    """One compile of the build: `words` are the arguments, `source` is an absolute path."""
    folder: str
    words: tuple
    source: str


class Builds:
    """All builds of one package, in the one source folder. Not for several threads."""

    def __init__(self, sources, folder, revector, jobs):
        self.sources = sources
        self.folder = folder
        self.log = os.path.join(folder, "build.log")
        self._commands = os.path.join(folder, "commands.log")
        self._revector = revector
        self._environment = dict(os.environ, CC=os.path.join(HERE, "cc.sh"), JOBS=str(jobs),
                                 CORPUS_CC=revector.compiler, CORPUS_LOG=self._commands,
                                 LC_ALL="C.UTF-8")
        self._forget_old()

    def _forget_old(self):
        """Another compiler or recipe makes another program: from the beginning, then."""
        stamp = os.path.join(self.folder, "built-by")
        recipe = os.path.join(HERE, "recipes", f"{self.sources.package}.sh")
        made_by = digest(*self._revector.compiled_by, recipe)
        if os.path.exists(stamp):
            with open(stamp, encoding="utf-8") as file:
                if file.read() == made_by:
                    return
        self.sources.forget_builds()
        shutil.rmtree(os.path.join(self.folder, "states"), ignore_errors=True)
        for path in (self._commands, self.log):
            open(path, "w", encoding="utf-8").close()
        self.recipe("configure")
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(made_by)

    def recipe(self, step, folder=None, **environment):
        """Runs a step, in the source folder or another copy of it."""
        command = ["bash", os.path.join(HERE, "recipe.sh"), self.sources.package, step]
        how = {"cwd": folder or self.sources.folder, "env": {**self._environment, **environment}}
        if step in ("programs", "generated"):
            return run(command, **how).out.split()
        if step in ("suite", "tester", "serves", "check", "served"):
            return run(command, 1200, **how).out.strip()
        return run_logged(command, self.log, **how)

    def state(self, number):
        """The folder with the programs of state pN, built if they are not there."""
        out = os.path.join(self.folder, "states", f"p{number}")
        if os.path.isdir(out):
            return out
        say(f"{self.sources.package}: building state p{number}")
        self.sources.go(number)
        self.recipe("build")
        shutil.rmtree(out + ".new", ignore_errors=True)
        os.makedirs(out + ".new")
        for program in self.recipe("programs"):
            shutil.copy2(os.path.join(self.sources.folder, program), out + ".new")
        os.rename(out + ".new", out)
        return out

    def compiles(self):
        """The last compile of each source file, in the order of the build."""
        found = {}
        with open(self._commands, encoding="utf-8") as lines:
            for line in lines:
                folder, *words = shlex.split(line)
                source = self._source_of(folder, words)
                if source:
                    found[source, tuple(output_of(words))] = Compile(folder, tuple(words), source)
        return list(found.values())

    def _source_of(self, folder, words):
        """The source of ours that a command compiles; None for tests of configure, and links."""
        if "-c" not in words:
            return None
        named = [word for word in words if word.endswith(SOURCE_ENDINGS) and word[0] != "-"]
        path = os.path.realpath(os.path.join(folder, named[-1])) if named else ""
        inside = path.startswith(os.path.realpath(self.sources.folder) + os.sep)
        return path if inside and os.path.exists(path) else None

    @cached_property
    def generated(self):
        """Absolute paths of sources that the recipe's step `generate` writes."""
        return [os.path.realpath(os.path.join(self.sources.folder, name))
                for name in self.recipe("generated")]

    def again(self, compile_):
        """Compiles it once more, to nowhere: what a developer waits for."""
        words = [*without_output(compile_.words), *self._revector.headers, "-o", "/dev/null"]
        return run([self._revector.compiler, *words], cwd=compile_.folder)

    def reads(self, compile_):
        """Absolute paths of all that a compile reads of this package."""
        words = [word for word in without_output(compile_.words) if word != "-c"]
        text = run(["clang-19", *words, *self._revector.headers, "-MM", "-w"],
                   cwd=compile_.folder).out
        names = text.replace("\\\n", " ").split(":", 1)[-1].split()
        return {os.path.realpath(os.path.join(compile_.folder, name)) for name in names}


def output_of(words):
    return [words[i + 1] for i, word in enumerate(words[:-1]) if word == "-o"]


def without_output(words):
    """Without what names a result: objects and lists of dependencies."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        elif word not in ("-MD", "-MMD", "-MP"):
            kept.append(word)
    return kept
