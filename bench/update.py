#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What an update costs threads, time and memory: see update.c.

  check       a busy thread, 26 frames deep, meets an update: the call that finds it,
              unwinds the stack and goes on in the new code; the median call after that;
              and all that its calls took above such a median while the update came
  transition  64 threads are blocked in poll, nanosleep and waits for a condition: rv_apply
              and rv_revert with `thread` consistency, with `call`, which waits for
              nobody, and the difference of neighbours, which is the transition; then the
              whole `revector apply` command with both
  memory      kB of a process with those threads after 10, 100, 1,000 ... rounds of apply
              and revert
"""
import argparse
import json
import os
import time

import common


def timed(command):
    start = time.monotonic()
    common.run(command)
    return (time.monotonic() - start) * 1e3


def check(program, patch, options):
    subject = common.Program(program, patch)
    try:
        rows = subject.rows(f"check {options.checks} {options.frames}", options.checks)
    finally:
        subject.stop()
    first, after, more = ([ns / 1e3 for ns in column] for column in zip(*rows))
    return {"call that finds the update, us": first, "median call after it, us": after,
            "all calls meanwhile above that, us": more}


def commands(subject, patch, revector, count):
    """ms of whole commands, the two consistencies taking turns."""
    times = {"thread": [], "call": []}
    for _ in range(count):
        for how, values in times.items():
            values.append(timed([revector, "apply", "--consistency", how, subject.pid, patch]))
            common.run([revector, "revert", subject.pid, "--all"])
    return times


def transition(program, patch, options):
    subject = common.Program(program, patch)
    try:
        subject.ask(f"threads {options.threads}")
        rows = [[ns / 1e6 for ns in row] for row in subject.rows(f"apply {options.applies}", options.applies)]
        whole = commands(subject, patch, f"{options.build}/bin/revector", options.applies)
    finally:
        subject.stop()
    return {"rv_apply, thread, ms": [row[0] for row in rows], "rv_apply, call, ms": [row[2] for row in rows],
            "transition, ms": [row[0] - row[2] for row in rows],
            "rv_revert, thread, ms": [row[1] for row in rows],
            "revector apply, thread, ms": whole["thread"], "revector apply, call, ms": whole["call"]}


def memory(program, patch, options):
    subject = common.Program(program, patch)
    rows, done = [], 0
    try:
        subject.ask(f"threads {options.threads}")
        for total in (n for n in (10, 100, 1000, 10000, 100000) if n <= options.rounds):
            left = subject.ask(f"rounds {total - done}")
            done = total
            rows.append({"rounds": total, "Rss, kB": subject.kilobytes("Rss"),
                         "Private_Dirty, kB": subject.kilobytes("Private_Dirty"), "pieces left": int(left)})
    finally:
        subject.stop()
    return rows


def show_memory(rows):
    print("\n| " + " | ".join(rows[0]) + " |\n|" + " --- |" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")


def options_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="build directory of Revector (build/release)")
    parser.add_argument("work", help="where the program and the patch are built")
    parser.add_argument("--only", choices=["check", "transition", "memory"])
    parser.add_argument("--frames", type=int, default=26, help="of the program, on the busy thread's stack")
    parser.add_argument("--checks", type=int, default=300, help="updates that it meets")
    parser.add_argument("--threads", type=int, default=64, help="that are blocked")
    parser.add_argument("--applies", type=int, default=50, help="for each consistency")
    parser.add_argument("--rounds", type=int, default=10000, help="of apply and revert; 10 times ... up to it")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    options = options_of()
    os.makedirs(options.work, exist_ok=True)
    program, patch = common.build(options.build, options.work, "update", [("return x + 1;", "return x + 2;")])
    figures, rows = {}, []
    if options.only in (None, "check"):
        figures.update(check(program, patch, options))
    if options.only in (None, "transition"):
        figures.update(transition(program, patch, options))
    if options.only in (None, "memory"):
        rows = memory(program, patch, options)
    if options.json:
        print(json.dumps({"figures": {k: common.spread(v) for k, v in figures.items()}, "memory": rows}, indent=2))
        return
    if figures:
        common.show(figures, False)
    if rows:
        show_memory(rows)


if __name__ == "__main__":
    main()
