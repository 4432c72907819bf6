# SPDX-License-Identifier: BSD-2-Clause
"""What became of the packages' own tests, as lines, as JSON, and as a table of docs/corpus.md."""
import json

from .report import builds, cell
from .suites import Suite

KEY, RESULT = "suites", Suite
BEGIN = "<!-- suites: tests/corpus/run.py --suites --markdown -->"
END = "<!-- end of suites -->"
HEAD = ("| package | tests | build | patch | patched at each start | patched while it runs "
        "| plain build | verdict |\n| --- | --- | --- | --- | --- | --- | --- | --- |")


def passed(run):
    """How many tests, of how many."""
    return f"{len(run.ok)} of {len(run.ok) + len(run.failed)}" if run.ok or run.failed else "-"


def verdict_text(suite):
    if suite.reason:
        return suite.reason
    if suite.worse:
        return "worse: " + ", ".join(suite.worse)
    return "as on the plain build" if suite.plain.failed else "all pass"


def line(suite):
    """One line for the terminal."""
    if not suite.suite:
        return f"-      {suite.package}: {suite.reason}"
    mark = "ok    " if suite.as_expected else "NOT OK"
    return (f"{mark} {suite.package}: {verdict_text(suite)}; its build {passed(suite.build)}, "
            f"patched at each start {passed(suite.started)}, patched while it runs "
            f"{passed(suite.served)}, plain build {passed(suite.plain)}")


def table_row(suite):
    cells = (suite.package, suite.suite or "-", passed(suite.build), suite.row or "-",
             passed(suite.started), passed(suite.served), passed(suite.plain), verdict_text(suite))
    return "| " + " | ".join(cell(value) for value in cells) + " |"


def summary(suites):
    """One sentence on all packages."""
    having = [suite for suite in suites if suite.suite]
    bad = sum(not suite.as_expected for suite in having)
    return f"{len(suites)} packages: the tests of {len(having)} were run, {bad} of them not as well " \
           "as on a plain build."


def markdown(suites):
    rows = "\n".join(table_row(suite) for suite in suites)
    return f"{summary(suites)}{builds(suites)}\n\n{HEAD}\n{rows}"


def json_text(suites):
    return json.dumps({"summary": summary(suites), KEY: [suite.to_json() for suite in suites]},
                      indent=2) + "\n"
