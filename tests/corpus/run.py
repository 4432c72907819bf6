#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts real security fixes, as Debian ships them, on daemons that run under load.

For each row of rows.tsv: the state before the patch is built by revector-cc as its package
builds it and started; a probe shows the bad behaviour; `revector build` and `revector apply`
put the patch on the process while it serves; the probe shows the fix; the update is reverted.
Exit status 1: a verdict is not the one that rows.tsv expects. 2: the runner could not work."""
import argparse
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from corpus import report, rows, suite_report
from corpus.build import Builds
from corpus.daemon import stop_all
from corpus.live import Live, Result
from corpus.patch import PatchMaker
from corpus.sources import Sources
from corpus.suites import Suite, Suites, no_suite
from corpus.tool import TOP, Problem, Revector, say


def options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="PACKAGE[:ROW]",
                        help="these rows; may be given several times")
    parser.add_argument("--quick", action="store_true", help="only the rows marked quick")
    parser.add_argument("--suites", action="store_true",
                        help="the tests that the packages ship, instead of probes")
    parser.add_argument("--list", action="store_true", help="print the rows and end")
    parser.add_argument("--jobs", type=int, default=1, metavar="N",
                        help="packages at a time (1); rows of one package share a folder")
    parser.add_argument("--json", metavar="FILE", help="write all results there")
    parser.add_argument("--markdown", metavar="FILE",
                        help="write the table there, between its marks if the file has them")
    parser.add_argument("--build", default=os.path.join(TOP, "build", "release"), metavar="DIR",
                        help="the build of Revector under test (build/release)")
    parser.add_argument("--folder", default=os.path.join(TOP, "build", "corpus"), metavar="DIR",
                        help="where sources and builds are kept (build/corpus)")
    return parser.parse_args()


def failed(row, problem):
    """What a row has when not even its package could be prepared."""
    result = Result(row.package, row.row, row.patch, row.change, row.expect, reason=str(problem))
    say(report.line(result))
    return result


def run_suite(package, chosen, revector, words, scratch):
    """The tests that a package ships, with a patch of one of the chosen rows."""
    result = Suite(package, reason=no_suite(package))
    sources = None
    if not result.reason:
        try:
            sources, *parts = prepare(package, revector, words)
            result = Suites(sources, *parts, revector, scratch).run(chosen)
        except Problem as problem:
            result = Suite(package, suite="?", reason=str(problem))
        finally:
            if sources:
                sources.close()
    say(suite_report.line(result))
    return [result]


def prepare(package, revector, words):
    """Its source, its builds, and what makes patches for it."""
    folder = os.path.join(os.path.abspath(words.folder), package)
    sources = Sources(package, folder)
    builds = Builds(sources, folder, revector, max(1, os.cpu_count() // words.jobs))
    return sources, builds, PatchMaker(sources, builds, revector)


def run_package(package, chosen, revector, words, scratch):
    """The rows of one package in the order of its patches, so that states follow each other."""
    sources = None
    try:
        sources, *parts = prepare(package, revector, words)
        return run_rows(Live(sources, *parts, revector, scratch), chosen, sources.patches)
    except Problem as problem:
        return [failed(row, problem) for row in chosen]
    finally:
        if sources:
            sources.close()


def run_rows(live, chosen, patches):
    order = {patch: number for number, patch in enumerate(patches)}
    results = []
    for row in sorted(chosen, key=lambda row: order.get(row.patches[0], -1)):
        results.append(live.run(row))
        say(report.line(results[-1]))
    return results


def end_on_signals(scratch):
    """Interrupted, the runner leaves no program and no file behind, but for what it keeps."""
    def end(number, _frame):
        stop_all()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def run_all(chosen, revector, words):
    packages = list(dict.fromkeys(row.package for row in chosen))
    scratch = tempfile.mkdtemp(prefix="revector-corpus-")
    os.chmod(scratch, 0o755)
    end_on_signals(scratch)
    try:
        with ThreadPoolExecutor(max_workers=words.jobs) as pool:
            run_one = run_suite if words.suites else run_package
            done = [pool.submit(run_one, package,
                                [row for row in chosen if row.package == package], revector, words,
                                scratch) for package in packages]
            return [result for future in done for result in future.result()]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    words = options()
    if words.jobs < 1:
        raise Problem("--jobs wants a number from 1 on")
    chosen = rows.choose(rows.read(), words.only, words.quick)
    if words.list:
        for row in chosen:
            print(f"{row.name:40} {row.probe:12} {row.expect:8} {row.patch}")
        return 0
    results = run_all(chosen, Revector(os.path.abspath(words.build)), words)
    told = suite_report if words.suites else report
    if words.json:
        told.write_json(results, words.json)
    if words.markdown:
        told.write_markdown(results, words.markdown)
    print(told.summary(results))
    return 0 if all(result.as_expected for result in results) else 1


if __name__ == "__main__":
    try:
        status = main()
    except Problem as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        status = 2
    sys.exit(status)
