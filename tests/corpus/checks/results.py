# SPDX-License-Identifier: BSD-2-Clause
"""What is made of results: lines, figures, tables, and files that a run goes on from."""
import dataclasses
import os
import subprocess
import unittest

from corpus import figures, live, package, record, report, rows, suites, tool

from .made import OTHER, ROW, Scratch


class ReportTest(Scratch):
    def test_what_stands_around_the_table_is_kept(self):
        path = self.write("page.md", f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        made = report.markdown([live.Result.of(ROW)])
        report.put_between(path, report.BEGIN, report.END, made)
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


class FiguresTest(unittest.TestCase):
    def measured(self, *results):
        return [measured for _, _, measured in figures.figures(
            [dataclasses.replace(live.Result.of(ROW), **each) for each in results])]

    def test_lines_by_hand_do_not_count_as_none(self):
        got = self.measured({"verdict": "applied"}, {"verdict": "applied", "hand_lines": 3},
                            {"verdict": "refused"}, {"verdict": "gone"})
        self.assertEqual(got[0], "1 of 3: 33.3 %")

    def test_more_lines_than_a_few_do_not_count_as_a_few(self):
        rest = {"verdict": "applied", "layout": "changed"}
        got = self.measured({**rest, "hand_lines": 20}, {**rest, "hand_lines": 21})
        self.assertEqual(got[:2], ["-", "1 of 2: 50.0 %"])

    def test_an_update_that_was_in_force_and_failed_was_applied_wrongly(self):
        got = self.measured({"verdict": "failed", "apply_ms": 1.0}, {"verdict": "refused"},
                            {"verdict": "failed"}, {"verdict": "applied", "alone": "a layout"})
        self.assertEqual(got[2], "2 of 3: 66.7 %")

    def test_only_patches_of_one_file_count_for_the_time_of_a_build(self):
        timed = {"build_s": 3.0, "build_cpu_s": 1.0, "compile_s": 2.0, "compile_cpu_s": 2.0}
        got = self.measured({**timed, "units": ["a"]}, {**timed, "units": ["a", "b"],
                                                        "build_cpu_s": 9.0})
        self.assertEqual(got[4], "median 0.50 in processor time, 1.50 by the clock; "
                                 "at most 0.50, 1.50")


class RecordTest(Scratch):
    def made(self, revector="one", file="results.json"):
        return record.Record(report, {"pack:row": ROW, "pack:other": OTHER}, revector,
                             file and os.path.join(self.folder, file))

    def kept(self):
        """Of a run that was stopped after one row, which was as expected, and another."""
        made = self.made()
        made.add(live.Result.of(ROW, verdict="applied"))
        made.add(live.Result.of(OTHER, reason="no apt"))

    def test_rows_that_are_there_are_not_run_again_unless_they_went_wrong(self):
        self.kept()
        made = self.made()
        self.assertEqual(made.go_on(), {"pack:row"})
        self.assertEqual([result.reason for result in made.results()], ["", "no apt"])

    def test_rows_of_another_build_are_run_again_and_stay_until_then(self):
        self.kept()
        made = self.made("another")
        self.assertEqual(made.go_on(), set())
        made.add(live.Result.of(OTHER, verdict="applied"))
        self.assertEqual([result.revector for result in made.results()], ["one", "another"])
        self.assertIn("by 2 builds", report.markdown(made.results()))

    def test_rows_come_in_the_order_of_the_table(self):
        made = self.made()
        for row in (OTHER, ROW):
            made.add(live.Result.of(row, verdict="applied"))
        self.assertEqual([result.name for result in made.results()], ["pack:row", "pack:other"])

    def test_a_row_whose_patch_is_another_by_now_is_forgotten(self):
        made = self.made()
        made.add(live.Result.of(dataclasses.replace(ROW, patch="old.patch"), verdict="applied"))
        self.assertEqual(self.made().go_on(), set())

    def test_a_file_that_has_no_results_is_named(self):
        self.write("results.json", "{}")
        self.refuses("results.json has no rows", self.made().go_on)

    def test_to_go_on_from_nothing_is_refused(self):
        self.refuses("--json", self.made(file=None).go_on)

    def test_what_comes_of_a_row_after_the_end_was_told_does_not_count(self):
        made = self.made()
        made.close()
        made.add(live.Result.of(ROW, reason="killed"))
        self.assertEqual(made.results(), [])

    def test_suites_come_back_with_their_runs(self):
        suite = suites.Suite("pack", build=suites.Run(["one"], ["two"], 1.0))
        self.assertEqual(suites.Suite.from_json(suite.to_json(), None), suite)


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

    def test_one_of_several_folders_of_updates_is_enough(self):
        for build in ("library", "tests"):
            self.write(f"updates/{build}/00000001-fix.rvp", "")
        updates = os.path.join(self.folder, "updates")
        before = suites.changes(updates)
        self.assertEqual(suites.changes(updates), before)
        os.utime(os.path.join(updates, "tests"), ns=(0, 0))
        self.assertNotEqual(suites.changes(updates), before)

    def test_each_package_has_tests_or_a_reason(self):
        for name in {row.package for row in rows.read()}:
            self.assertNotIn("names none", suites.no_suite(name), name)

    def test_tests_that_met_no_patched_process_are_a_problem(self):
        runner = suites.Suites(package.Package(None, None, None, None, self.folder))
        runner._check = lambda *_, **__: suites.Run(["one"])
        self.write("updates/build/00000001-fix.rvp", "")
        self.refuses("no process", runner._on_started, "pack", os.path.join(self.folder, "updates"))
