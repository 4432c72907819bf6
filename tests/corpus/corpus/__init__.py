# SPDX-License-Identifier: BSD-2-Clause
"""The parts of the corpus runner, from the bottom up: tool, rows, sources, build, patch, package,
daemon, shell, net, library, load, live, suites, figures, report, suite_report, record. Each
imports only those before it."""
