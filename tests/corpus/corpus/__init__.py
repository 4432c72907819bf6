# SPDX-License-Identifier: BSD-2-Clause
"""The parts of the corpus runner, from the bottom up: tool, rows, sources, build, patch,
daemon, shell, load, live, suites, report, suite_report. Each imports only those before it."""
