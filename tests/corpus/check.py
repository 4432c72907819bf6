#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does the runner itself tell right from wrong? Its parts, with made-up packages and programs.

check.py [-v] [-k PATTERN]: all tests of checks/, or those whose name has the pattern in it."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from corpus import live, record

TESTS = ("checks.packages", "checks.programs", "checks.results")

if __name__ == "__main__":
    live.say = record.say = lambda text: None
    unittest.main(module=None, argv=[sys.argv[0], *TESTS, *sys.argv[1:]])
