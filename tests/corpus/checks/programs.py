# SPDX-License-Identifier: BSD-2-Clause
"""A row on its way, its load, and its ports."""
import dataclasses
import shutil
import socket
import sys
import time
import types
import unittest

from corpus import daemon, live, net, package, patch, report, rows, tool
from corpus.load import Load

from .made import PATCHES, ROW, Program, Scratch


class LiveTest(Scratch):
    def run_row(self, *behaviour, refusal=None, alone=None, row=ROW, **attributes):
        """The result of a row with this program, and a tool that refuses, or refuses the patch
        `alone`, without lines by hand, or does nothing."""
        shutil.copy2("/bin/sleep", self.write("sleeper", ""))
        kind = type("Made", (Program,), dict(attributes, behaviour=behaviour))
        daemon.shows("pack", "row")(kind)
        sys.modules["probes.pack"] = types.ModuleType("probes.pack")

        def make(_patches, _pid, _path, by_hand=None):
            time.sleep(0.05)
            if refusal or (alone and not by_hand):
                raise tool.Refusal(refusal or alone)
            return patch.Made(["file.c"], 5 if by_hand else 0, 1.0, 1.0, replaces=["f"])

        made = package.Package(
            types.SimpleNamespace(version="1.0-1", gone=lambda patches: [
                name for name in patches if name not in PATCHES], span=lambda patches: (0, 1)),
            types.SimpleNamespace(state=lambda number: self.folder),
            types.SimpleNamespace(make=make),
            types.SimpleNamespace(ask=lambda *words: {"request_to_effect_ns": 1000000}),
            self.folder)
        return live.Live(made, row).run()

    def by_hand(self):
        """A row for which there are lines by hand."""
        self.addCleanup(setattr, rows, "HERE", rows.HERE)
        rows.HERE = self.folder
        self.write("hand/pack/row.patch", "")
        return ROW

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
        result = self.run_row(row=dataclasses.replace(ROW, patch="three.patch"))
        self.assertEqual((result.verdict, result.as_expected), ("gone", True))
        self.assertIn("three.patch", result.reason)

    def test_lines_by_hand_are_taken_when_the_patch_alone_is_refused(self):
        result = self.run_row("bad", "bad", "fixed", "bad", alone="a layout", row=self.by_hand())
        self.assertEqual((result.verdict, result.hand_lines, result.alone),
                         ("applied", 5, "a layout"))
        self.assertIn("5 handwritten lines; without: a layout", report.verdict_text(result))

    def test_lines_by_hand_that_are_not_needed_are_left_out_and_told(self):
        result = self.run_row("bad", "fixed", "bad", row=self.by_hand())
        self.assertEqual((result.verdict, result.hand_lines, result.alone), ("applied", 0, ""))
        self.assertIn("not needed", report.verdict_text(result))

    def test_a_refusal_of_the_patch_alone_must_change_nothing_either(self):
        result = self.run_row("bad", "fixed", alone="a layout", row=self.by_hand())
        self.assertEqual(result.verdict, "failed")
        self.assertIn("after a refusal", result.reason)


class LoadTest(unittest.TestCase):
    def test_a_connection_that_fails_counts_once(self):
        program = types.SimpleNamespace(connect=lambda: None,
                                        ask=lambda _, number: 1 / (number - 2))
        load = Load(program)
        load.start()
        time.sleep(0.1)
        load.stop()
        self.assertEqual((len(load.lost), load.requests), (4, 4))


class NetTest(unittest.TestCase):
    def test_no_port_is_given_twice(self):
        ports = [net.free_port() for _ in range(200)]
        self.assertEqual(len(set(ports)), len(ports))

    def test_a_port_that_somebody_has_is_not_free(self):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(type=kind) as taken:
                taken.bind((net.HOST, 0))
                self.assertFalse(net.is_free(taken.getsockname()[1]))
