#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts real security fixes, as Debian ships them, on daemons that run under load.

For each row of rows.tsv: the state before the patch is built by revector-cc as its package
builds it and started; a probe shows the bad behaviour; `revector build` and `revector apply`
put the patch on the process while it serves; the probe shows the fix; the update is reverted.
Exit status 1: a verdict is not the one that rows.tsv expects. 2: the runner could not work."""
import argparse
import functools
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from corpus import package, report, rows, suite_report, suites
from corpus.daemon import stop_all
from corpus.live import Live, Result
from corpus.record import Record
from corpus.tool import TOP, Problem, Revector, end_commands, say


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
    parser.add_argument("--json", metavar="FILE",
                        help="keep the results there; it is written after each")
    parser.add_argument("--continue", action="store_true", dest="go_on",
                        help="keep what the --json FILE has: of the chosen rows, those are not run "
                        "that it has by the same build of Revector and as expected")
    parser.add_argument("--markdown", metavar="FILE",
                        help="write figures and table there in the end, between their marks if the "
                        "file has them")
    parser.add_argument("--build", default=os.path.join(TOP, "build", "release"), metavar="DIR",
                        help="the build of Revector under test (build/release)")
    parser.add_argument("--folder", default=os.path.join(TOP, "build", "corpus"), metavar="DIR",
                        help="where sources and builds are kept (build/corpus)")
    return parser.parse_args()


def run_rows(name, chosen, open_package, record):
    """The rows of one package."""
    try:
        with open_package(name) as opened:
            for row in opened.in_order(chosen):
                record.add(Live(opened, row).run())
    except Problem as problem:  # the package could not be prepared
        for row in chosen:
            record.add(Result.of(row, reason=str(problem)))


def run_suite(name, chosen, open_package, record):
    """The tests that a package ships, with a patch of one of the chosen rows."""
    reason = suites.no_suite(name)
    if reason:
        record.add(suites.Suite(name, reason=reason))
        return
    try:
        with open_package(name) as opened:
            record.add(suites.Suites(opened).run(chosen))
    except Problem as problem:  # the package could not be prepared
        record.add(suites.Suite(name, suite="?", reason=str(problem)))


def end_on_signals(scratch, record):
    """Interrupted, the runner leaves no program and no file behind, but for what it keeps."""
    def end(number, _frame):
        record.close()
        end_commands()
        stop_all()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def run_all(chosen, revector, words, record):
    """Packages side by side, as --jobs says; the rows of one, one after the other."""
    packages = {}
    for row in chosen:
        packages.setdefault(row.package, []).append(row)
    scratch = tempfile.mkdtemp(prefix="revector-corpus-")
    os.chmod(scratch, 0o755)
    end_on_signals(scratch, record)
    open_package = functools.partial(
        package.opened, folder=os.path.abspath(words.folder), revector=revector,
        jobs=max(1, os.cpu_count() // words.jobs), scratch=scratch)
    try:
        with ThreadPoolExecutor(max_workers=words.jobs) as pool:
            run_one = run_suite if words.suites else run_rows
            done = [pool.submit(run_one, name, its_rows, open_package, record)
                    for name, its_rows in packages.items()]
            while wait(done, timeout=0.5).not_done:
                pass  # a signal that came to another thread is seen when this one wakes
            for one in done:
                one.result()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check(words):
    """What can be known to be wrong before anything has run."""
    if words.jobs < 1:
        raise Problem("--jobs wants a number from 1 on")
    for path in filter(None, (words.json, words.markdown)):
        if not os.access(os.path.dirname(os.path.abspath(path)), os.W_OK):
            raise Problem(f"{path} cannot be written")


def main():
    words = options()
    check(words)
    table = rows.read()
    chosen = rows.choose(table, words.only, words.quick)
    if words.list:
        for row in chosen:
            print(f"{row.name:40} {row.probe:12} {row.layout:8} {row.expect:8} {row.patch}")
        return 0
    form, name = (suite_report, "package") if words.suites else (report, "name")
    revector = Revector(os.path.abspath(words.build))
    record = Record(form, {getattr(row, name): row for row in table}, revector.build, words.json)
    if words.go_on:
        there = record.go_on()
        chosen = [row for row in chosen if getattr(row, name) not in there]
        say(f"{words.json} has {len(there)} results that stay; {len(chosen)} rows are left to run")
    run_all(chosen, revector, words, record)
    results = record.results()
    if words.markdown:
        report.put_between(words.markdown, form.BEGIN, form.END, form.markdown(results))
    print(form.summary(results))
    return 0 if all(result.as_expected for result in results) else 1


if __name__ == "__main__":
    try:
        status = main()
    except Problem as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        status = 2
    sys.exit(status)
