#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What an update costs the program that it is applied to: see live.c.

Starts fresh processes, applies a patch of one function to each while a SCHED_FIFO
thread watches the clock, and prints the median and the worst of
  request to effect   the whole `revector apply` command, started to ended
  largest gap         seen by the watching thread while the update is applied,
                      and in a window of the same length without one
  memory              resident kB that the update adds, and that stay after revert; once
                      for the first update of a process, which also touches pages of the
                      runtime for the first time, and once for the next one
  call                ns per call before, patched, reverted

usage: live.py BUILD_DIRECTORY WORK_DIRECTORY [--processes N] [--workers N] [--json]
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import time

WINDOW_MS = 150
CALLS = 20_000_000


class Program:
    def __init__(self, path, workers):
        self.process = subprocess.Popen([path, str(workers)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)

    def begin(self, command):
        self.process.stdin.write(command + "\n")

    def end(self):
        return float(self.process.stdout.readline())

    def ask(self, command):
        self.begin(command)
        return self.end()

    def resident(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup") as lines:
            return int(re.search(r"^Rss:\s+(\d+)", lines.read(), re.M).group(1))

    def stop(self):
        self.process.kill()
        self.process.wait()


def build(directory, work):
    here = os.path.dirname(os.path.abspath(__file__))
    source, fixed = f"{here}/live.c", f"{work}/live.c"
    program, patch = f"{work}/live", f"{work}/live.rvp"
    subprocess.run([f"{directory}/bin/revector-cc", "-O2", "-pthread", source, "-o", program], check=True)
    with open(source) as text, open(fixed, "w") as out:
        out.write(text.read().replace("return x + 1;", "return x + 2;"))
    subprocess.run([f"{directory}/bin/revector", "build", "--for", program, "-o", patch, fixed], check=True,
                   stdout=subprocess.DEVNULL)
    return program, patch


def timed(command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - start) * 1e3


def settle(program, revector, limit=10):
    """Waits until nothing of a reverted update is left."""
    for _ in range(limit * 10):
        status = subprocess.run([revector, "status", str(program.process.pid), "--json"],
                                capture_output=True, text=True, check=True).stdout
        if '"reverted"' not in status:
            return
        time.sleep(0.1)


def apply_and_revert(program, revector, patch):
    """Resident kB before, with the update, and after its revert and clean-up."""
    pid = str(program.process.pid)
    sizes = [program.resident()]
    subprocess.run([revector, "apply", pid, patch], check=True, stdout=subprocess.DEVNULL)
    sizes.append(program.resident())
    subprocess.run([revector, "revert", pid, "--all"], check=True, stdout=subprocess.DEVNULL)
    settle(program, revector)
    sizes.append(program.resident())
    return sizes


def measure(path, patch, revector, workers):
    program = Program(path, workers)
    try:
        time.sleep(0.3)
        pid = str(program.process.pid)
        result = {"call before, ns": program.ask(f"calls {CALLS}"),
                  "gap without, us": program.ask(f"watch {WINDOW_MS}") / 1e3}
        for name in "first", "next":
            before, patched, reverted = apply_and_revert(program, revector, patch)
            result[f"{name} update adds, kB"] = patched - before
            result[f"{name} update leaves, kB"] = reverted - before
        program.begin(f"watch {WINDOW_MS}")
        time.sleep(0.05)
        result["request to effect, ms"] = timed([revector, "apply", pid, patch])
        result["gap with, us"] = program.end() / 1e3
        assert program.ask("answer") == 2, "the patch has no effect"
        result["call patched, ns"] = program.ask(f"calls {CALLS}")
        subprocess.run([revector, "revert", pid, "--all"], check=True, stdout=subprocess.DEVNULL)
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
    path, patch = build(options.build, options.work)
    revector = f"{options.build}/bin/revector"
    runs = [measure(path, patch, revector, options.workers) for _ in range(options.processes)]
    if options.json:
        print(json.dumps(runs, indent=2))
        return
    print("| figure | min | median | max |\n| --- | --- | --- | --- |")
    for name in runs[0]:
        values = sorted(run[name] for run in runs)
        print(f"| {name} | {values[0]:.3f} | {statistics.median(values):.3f} | {values[-1]:.3f} |")


if __name__ == "__main__":
    main()
