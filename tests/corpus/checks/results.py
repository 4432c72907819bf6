# SPDX-License-Identifier: BSD-2-Clause
"""What is made of results: lines and tables."""
import os
import subprocess

from corpus import live, package, report, suites, tool

from .made import ROW, Scratch


class ReportTest(Scratch):
    def test_what_stands_around_the_table_is_kept(self):
        path = self.write("page.md", f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        report.write_markdown([live.Result.of(ROW)], path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n"))
        self.assertIn("| pack row |", text)
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
        runner = suites.Suites(package.Package(None, None, None, None, self.folder))
        runner._check = lambda *_, **__: suites.Run(["one"])
        self.write("updates/build/00000001-fix.rvp", "")
        self.refuses("no process", runner._on_started, "pack", os.path.join(self.folder, "updates"))
