#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does the runner itself tell right from wrong? Its parts, with made-up packages and programs."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import types
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from corpus import build, daemon, live, patch, report, rows, sources, suites, tool
from corpus.load import Load

ROW = rows.Row("pack", "row", "one.patch", "repeatable", "applied", "-", "a function")

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


class RowsTest(Scratch):
    def read(self, line):
        self.addCleanup(setattr, rows, "FILE", rows.FILE)
        rows.FILE = self.write("rows.tsv", "# comment\n" + "\t".join(rows.COLUMNS) + "\n" + line)
        return rows.read()

    def test_a_line_with_too_few_columns_is_named(self):
        self.refuses("rows.tsv:3: 2 columns", self.read, "pack\trow\n")

    def test_a_verdict_that_does_not_exist_is_named(self):
        self.refuses("not perhaps", self.read, "pack\trow\tp\trepeatable\tperhaps\t-\tx\n")

    def test_a_row_that_does_not_exist_is_named(self):
        self.refuses("no row nothing", rows.choose, [ROW], ["nothing"], False)

    def test_every_row_of_the_table_has_a_probe(self):
        for row in rows.read():
            self.assertTrue(issubclass(daemon.daemon_of(row), daemon.Daemon))


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


class SourcesTest(Scratch):
    def setUp(self):
        super().setUp()
        self.sources = MadeSources("pack", self.folder)
        self.addCleanup(self.sources.close)

    def there(self):
        found = {}
        for name in ("file.c", "old.c", "new.c"):
            path = os.path.join(self.sources.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    found[name] = file.read().strip()
        return found

    def test_states_come_back_in_any_order(self):
        states = [{"file.c": "zero", "old.c": "old"}, {"file.c": "one", "old.c": "old"},
                  {"file.c": "two", "new.c": "new"}]
        for number in (2, 0, 1, 2, 1, 0):
            self.sources.go(number)
            self.assertEqual(self.there(), states[number])

    def test_what_a_build_made_stays(self):
        self.sources.go(0)
        made = self.write("source/file.o", "object")
        self.sources.go(2)
        self.assertTrue(os.path.exists(made))

    def test_a_file_that_is_alike_in_both_states_keeps_its_time(self):
        path = os.path.join(self.sources.folder, "old.c")
        self.sources.go(0)
        os.utime(path, (1, 1))
        self.sources.go(1)
        self.assertEqual(os.stat(path).st_mtime, 1)

    def test_a_patch_that_this_version_does_not_have_is_gone(self):
        self.assertEqual(self.sources.gone(["one.patch", "three.patch"]), ["three.patch"])

    def test_patches_of_one_row_must_follow_each_other(self):
        self.assertEqual(self.sources.span(["one.patch", "two.patch"]), (0, 2))
        self.refuses("do not follow", self.sources.span, ["two.patch", "one.patch"])

    def test_a_second_runner_is_kept_out(self):
        self.refuses("another runner", MadeSources, "pack", self.folder)


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


class LiveTest(Scratch):
    def run_row(self, *behaviour, refusal=None, row=ROW, **attributes):
        """The result of a row with this program, and a tool that refuses or does nothing."""
        shutil.copy2("/bin/sleep", self.write("sleeper", ""))
        kind = type("Made", (Program,), dict(attributes, behaviour=behaviour))
        daemon.shows("pack", "row")(kind)
        sys.modules["probes.pack"] = types.ModuleType("probes.pack")

        def make(_row, _pid, path):
            time.sleep(0.05)
            if refusal:
                raise tool.Refusal(refusal)
            return types.SimpleNamespace(path=path, units=[], replaces=["f"], adds=[], imports=0,
                                         hand_lines=0, build_s=1, build_cpu_s=1, compile_cpu_s=1)

        runner = live.Live(
            types.SimpleNamespace(version="1.0-1", gone=lambda patches: [
                name for name in patches if name not in PATCHES], span=lambda patches: (0, 1)),
            types.SimpleNamespace(state=lambda number: self.folder),
            types.SimpleNamespace(make=make),
            types.SimpleNamespace(ask=lambda *words: {"request_to_effect_ns": 1000000}),
            self.folder)
        return runner.run(row)

    def test_bad_then_fixed_then_bad_is_applied(self):
        result = self.run_row("bad", "fixed", "bad")
        self.assertEqual((result.verdict, result.reason), ("applied", ""))
        self.assertGreater(result.requests, 0)

    def test_a_fix_that_is_not_seen_fails(self):
        result = self.run_row("bad", "bad")
        self.assertEqual(result.verdict, "failed")
        self.assertIn("after the update the probe should be fixed", result.reason)

    def test_a_bug_that_is_not_seen_before_fails(self):
        self.assertIn("before the update", self.run_row("fixed").reason)

    def test_a_revert_without_effect_fails(self):
        self.assertIn("after the revert", self.run_row("bad", "fixed", "fixed").reason)

    def test_a_lost_request_fails(self):
        result = self.run_row("bad", "fixed", "bad", fails_at=3)
        self.assertEqual((result.verdict, result.lost), ("failed", 4))
        self.assertIn("a wrong answer", result.reason)

    def test_a_refusal_is_told_in_its_words(self):
        result = self.run_row("bad", "bad", refusal="the layout has changed")
        self.assertEqual((result.verdict, result.reason), ("refused", "the layout has changed"))

    def test_a_refusal_that_loses_requests_fails(self):
        result = self.run_row("bad", "bad", refusal="no", fails_at=3)
        self.assertEqual((result.verdict, result.lost), ("failed", 4))

    def test_a_refusal_that_changes_something_fails(self):
        self.assertEqual(self.run_row("bad", "fixed", refusal="no").verdict, "failed")

    def test_a_patch_that_is_gone_is_named_and_expected(self):
        row = rows.Row(*["pack", "row", "three.patch", "repeatable", "applied", "-", "x"])
        result = self.run_row(row=row)
        self.assertEqual((result.verdict, result.as_expected), ("gone", True))
        self.assertIn("three.patch", result.reason)


class MadeBuilds:
    """Of a program with three sources, two of which include one header."""
    def compiles(self):
        return [build.Compile("/src", (), f"/src/{name}.c") for name in ("a", "b", "c")]

    def generated(self):
        return []

    def reads(self, one):
        return {one.source} | ({"/src/x.h"} if one.source != "/src/c.c" else set())


class OfferTest(unittest.TestCase):
    def offered(self, *changed):
        builds = MadeBuilds()
        maker = patch.PatchMaker(None, builds, None)
        return maker._to_offer(set(changed), builds.compiles())

    def test_a_changed_source_is_offered_alone(self):
        self.assertEqual(self.offered("/src/b.c"), ["/src/b.c"])

    def test_a_changed_header_stands_for_its_includers(self):
        self.assertEqual(self.offered("/src/c.c", "/src/x.h"), ["/src/c.c", "/src/x.h"])

    def test_a_new_source_is_offered_if_it_stands_beside_others(self):
        self.assertEqual(self.offered("/src/a.c", "/src/new.c", "/src/tests/t.c", "/src/NEWS"),
                         ["/src/a.c", "/src/new.c"])


class ReportTest(Scratch):
    def test_what_stands_around_the_table_is_kept(self):
        path = self.write("page.md", f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        report.write_markdown([live.Result("p", "r", "x.patch", "c", "applied")], path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n"))
        self.assertIn("| p r |", text)
        self.assertNotIn("old", text)

    def test_the_compilers_error_is_the_reason(self):
        done = tool.Done(1, "", "x.c:3:1: error: revector: no 'f'\nrevector: failed\n", 0, 0)
        self.assertEqual(tool.refusal_text(done, "build"), "no 'f'")

    def test_an_unknown_row_ends_with_status_2(self):
        runner = os.path.join(tool.HERE, "run.py")
        done = subprocess.run([runner, "--only", "nothing"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row nothing", done.stderr)


class SuitesTest(Scratch):
    def test_a_test_that_failed_once_has_failed(self):
        made = suites.outcome("not ok two\nok one\nok two\nstatus 1")
        self.assertEqual((made.ok, made.failed), (["one"], ["two"]))

    def test_a_suite_that_fails_without_a_name_has_failed(self):
        self.assertEqual(suites.outcome("ok one\nstatus 2").failed,
                         ["the suite as a whole: status 2"])

    def test_a_suite_that_says_nothing_is_a_problem(self):
        self.refuses("no result", suites.outcome, "status 0")

    def made(self, build, started, plain=""):
        runs = {name: suites.outcome(text) for name, text in
                (("build", build), ("started", started), ("plain", plain)) if text}
        return suites.worse(suites.Suite("pack", **runs))

    def test_what_fails_on_the_plain_build_too_does_not_count(self):
        bad = "ok one\nnot ok two\nstatus 1"
        self.assertEqual(self.made(bad, bad, bad), [])
        self.assertEqual(self.made(bad, bad, "ok one\nok two\nstatus 0"), ["two"])

    def test_a_test_that_is_missing_on_patched_processes_counts(self):
        self.assertEqual(self.made("ok one\nok two\nstatus 0", "ok one\nstatus 0"), ["two"])

    def test_tests_that_met_no_patched_process_are_a_problem(self):
        runner = suites.Suites(None, None, None, None, self.folder)
        runner._check = lambda *_, **__: suites.Run(["one"])
        self.write("updates/build/00000001-fix.rvp", "")
        self.refuses("no process", runner._on_started, "pack", os.path.join(self.folder, "updates"))


class LoadTest(unittest.TestCase):
    def test_a_connection_that_fails_counts_once(self):
        program = types.SimpleNamespace(connect=lambda: None,
                                        ask=lambda _, number: 1 / (number - 2))
        load = Load(program)
        load.start()
        time.sleep(0.1)
        load.stop()
        self.assertEqual((len(load.lost), load.requests), (4, 4))


if __name__ == "__main__":
    tool.say = live.say = lambda text: None
    unittest.main()
