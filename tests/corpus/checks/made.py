# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the runner make up: rows, a package of two patches, a program."""
import dataclasses
import os
import shutil
import tempfile
import unittest

from corpus import build, daemon, rows, sources, tool

ROW = rows.Row("pack", "row", "one.patch", "repeatable", "same", "applied", "-", "a function")
OTHER = dataclasses.replace(ROW, row="other")

PATCHES = {
    "one.patch": "--- a/file.c\n+++ b/file.c\n@@ -1 +1 @@\n-zero\n+one\n",
    "two.patch": "--- a/file.c\n+++ b/file.c\n@@ -1 +1 @@\n-one\n+two\n"
                 "--- a/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"
                 "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+new\n",
}


class Scratch(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def refuses(self, words, action, *arguments):
        with self.assertRaises(tool.Problem) as caught:
            action(*arguments)
        self.assertIn(words, str(caught.exception))


class MadeSources(sources.Sources):
    """A package of two patches, instead of one from Debian."""

    def _fetch(self, folder):
        for name, text in (("file.c", "zero\n"), ("old.c", "old\n"),
                           ("debian/patches/series", "one.patch\n# no patch\ntwo.patch -p1\n"),
                           *((f"debian/patches/{name}", text) for name, text in PATCHES.items())):
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        self._commit_states()
        with open(self._version_file, "w", encoding="utf-8") as file:
            file.write("1.0-1\n")


class MadeBuilds:
    """Of a program with three sources, two of which include one header."""
    def compiles(self):
        return [build.Compile("/src", (), f"/src/{name}.c") for name in ("a", "b", "c")]

    generated = ()

    def reads(self, one):
        return {one.source} | ({"/src/x.h"} if one.source != "/src/c.c" else set())


class Program(daemon.Daemon):
    """A program whose probe says what `behaviour` tells it, in turn."""
    program = "sleeper"
    behaviour = ()
    fails_at = None

    def start(self):
        self.turns = iter(self.behaviour)
        self.spawn("60")

    def probe(self):
        return next(self.turns), "seen"

    def connect(self):
        return self

    def ask(self, connection, number):
        if number == self.fails_at:
            raise ValueError("a wrong answer")
