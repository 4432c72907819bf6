#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What an update costs the program that it is applied to: see live.c.

Starts fresh processes, applies a patch of one function to each while a SCHED_FIFO
thread watches the clock, and prints the median and the worst of
  request to effect   the whole `revector apply` command, started to ended, with the
                      default consistency, `thread`, and with `call`
  largest gap         seen by the watching thread while the update is applied,
                      and in a window of the same length without one
  memory              resident kB that the update adds, and that stay after revert; once
                      for the first update of a process, which also touches pages of the
                      runtime for the first time, and once for the next one
  call                ns per call before, patched, reverted

usage: live.py BUILD_DIRECTORY WORK_DIRECTORY [--processes N] [--workers N] [--json]
"""
import argparse
import os
import subprocess
import time

import common

WINDOW_MS = 150
CALLS = 20_000_000


def timed(command):
    start = time.monotonic()
    common.run(command)
    return (time.monotonic() - start) * 1e3


def settle(program, revector, limit=10):
    """Waits until nothing of a reverted update is left."""
    for _ in range(limit * 10):
        status = subprocess.run([revector, "status", program.pid, "--json"],
                                capture_output=True, text=True, check=True).stdout
        if '"reverted"' not in status:
            return
        time.sleep(0.1)


def apply_and_revert(program, revector, patch):
    """Resident kB before, with the update, and after its revert and clean-up."""
    pid = program.pid
    sizes = [program.kilobytes("Rss")]
    common.run([revector, "apply", pid, patch])
    sizes.append(program.kilobytes("Rss"))
    common.run([revector, "revert", pid, "--all"])
    settle(program, revector)
    sizes.append(program.kilobytes("Rss"))
    return sizes


def measure(path, patch, revector, workers):
    program = common.Program(path, workers)
    try:
        time.sleep(0.3)
        pid = program.pid
        result = {"call before, ns": program.ask(f"calls {CALLS}"),
                  "gap without, us": program.ask(f"watch {WINDOW_MS}") / 1e3}
        for name in "first", "next":
            before, patched, reverted = apply_and_revert(program, revector, patch)
            result[f"{name} update adds, kB"] = patched - before
            result[f"{name} update leaves, kB"] = reverted - before
        for how in "call", "thread":
            program.begin(f"watch {WINDOW_MS}")
            time.sleep(0.05)
            result[f"request to effect, {how}, ms"] = timed([revector, "apply", "--consistency", how, pid, patch])
            result[f"gap with, {how}, us"] = program.end() / 1e3
            if how == "call":
                common.run([revector, "revert", pid, "--all"])
                settle(program, revector)
        assert program.ask("answer") == 2, "the patch has no effect"
        result["call patched, ns"] = program.ask(f"calls {CALLS}")
        common.run([revector, "revert", pid, "--all"])
        assert program.ask("answer") == 1, "the revert has no effect"
        result["call reverted, ns"] = program.ask(f"calls {CALLS}")
        return result
    finally:
        program.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("work")
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    path, patch = common.build(options.build, options.work, "live", [("return x + 1;", "return x + 2;")])
    revector = f"{options.build}/bin/revector"
    runs = [measure(path, patch, revector, options.workers) for _ in range(options.processes)]
    common.show({name: [one[name] for one in runs] for name in runs[0]}, options.json)


if __name__ == "__main__":
    main()
