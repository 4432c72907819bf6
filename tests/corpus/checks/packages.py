# SPDX-License-Identifier: BSD-2-Clause
"""Rows, states of sources, and what is offered to `revector build`."""
import os
import shutil
import types
import unittest

from corpus import daemon, patch, rows

from .made import ROW, MadeBuilds, MadeSources, Scratch


class RowsTest(Scratch):
    def read(self, line):
        self.addCleanup(setattr, rows, "FILE", rows.FILE)
        rows.FILE = self.write("rows.tsv", "# comment\n" + "\t".join(rows.COLUMNS) + "\n" + line)
        return rows.read()

    def test_a_line_with_too_few_columns_is_named(self):
        self.refuses("rows.tsv:3: 2 columns", self.read, "pack\trow\n")

    def test_a_verdict_that_does_not_exist_is_named(self):
        self.refuses("not perhaps", self.read, "pack\trow\tp\trepeatable\tsame\tperhaps\t-\tx\n")

    def test_a_row_that_does_not_exist_is_named(self):
        self.refuses("no row nothing", rows.choose, [ROW], ["nothing"], False)

    def test_every_row_of_the_table_has_a_probe(self):
        for row in rows.read():
            self.assertTrue(issubclass(daemon.daemon_of(row), daemon.Daemon))


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

    def test_lines_by_hand_come_off_again_whatever_happens(self):
        by_hand = self.write("by-hand", "--- a/file.c\n+++ b/file.c\n@@ -1 +1,2 @@\n-one\n"
                             "+one, by hand\n+\n")
        self.sources.go(1)
        try:
            with self.sources.with_hand_written(by_hand) as lines_and_files:
                self.assertEqual(lines_and_files, (1, ["file.c"]))
                self.assertEqual(self.there()["file.c"], "one, by hand")
                raise ValueError("a refusal")
        except ValueError:
            self.assertEqual(self.there()["file.c"], "one")

    def test_what_is_generated_is_compared_with_the_state_before(self):
        made = os.path.join(self.sources.folder, "made.c")
        builds = types.SimpleNamespace(generated=[made], recipe=lambda _: shutil.copyfile(
            os.path.join(self.sources.folder, "file.c"), made))
        maker = patch.PatchMaker(self.sources, builds, None)
        maker._make = lambda changed, *_: changed
        self.sources.go(1)
        builds.recipe("generate")  # as a run has left it that made this patch already
        self.assertIn(made, maker.make(["one.patch"], 1, "fix.rvp"))

    def test_a_patch_that_this_version_does_not_have_is_gone(self):
        self.assertEqual(self.sources.gone(["one.patch", "three.patch"]), ["three.patch"])

    def test_patches_of_one_row_must_follow_each_other(self):
        self.assertEqual(self.sources.span(["one.patch", "two.patch"]), (0, 2))
        self.refuses("do not follow", self.sources.span, ["two.patch", "one.patch"])

    def test_a_second_runner_is_kept_out(self):
        self.refuses("another runner", MadeSources, "pack", self.folder)


class OfferTest(unittest.TestCase):
    def offered(self, *changed, **how):
        builds = MadeBuilds()
        maker = patch.PatchMaker(None, builds, None)
        added = {"/src/new.c", "/src/tests/t.c", "/src/NEWS"}
        return maker._to_offer(set(changed), added, builds.compiles(), **how)

    def test_a_changed_source_is_offered_alone(self):
        self.assertEqual(self.offered("/src/b.c"), ["/src/b.c"])

    def test_a_changed_header_stands_for_its_includers(self):
        self.assertEqual(self.offered("/src/c.c", "/src/x.h"), ["/src/c.c", "/src/x.h"])

    def test_a_header_of_a_library_stands_for_the_librarys_includers_only(self):
        self.assertEqual(self.offered("/src/x.h", used=True), ["/src/a.c", "/src/b.c", "/src/c.c"])

    def test_a_changed_source_that_the_program_does_not_have_is_not_offered(self):
        self.assertEqual(self.offered("/src/a.c", "/src/client.c"), ["/src/a.c"])

    def test_a_new_source_is_offered_if_it_stands_beside_others(self):
        self.assertEqual(self.offered("/src/a.c", "/src/new.c", "/src/tests/t.c", "/src/NEWS"),
                         ["/src/a.c", "/src/new.c"])
