#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What updates do to the slowest requests of a loaded Redis.

Redis from Debian's source package is built by revector-cc without one security fix, as
tests/apps/redis-live.sh does, and loaded by bench/client.c at a fixed rate that is well
below what it can do. Windows of three kinds take turns:
  without   nothing else happens
  command   `revector status` is run once in every period: what a short process costs on
            a machine of few processors, whatever it asks
  with      `revector apply` of the fix and `revector revert` are run by turns instead
Printed for each kind are the medians over its windows of the 50th, 99th and 99.9th
percentile, in microseconds; and of the ratios of the 99.9th percentiles of neighbouring
windows, with / without and with / command.
"""
import argparse
import json
import os
import statistics
import subprocess
import threading
import time

import common

TOP = os.path.dirname(common.HERE)
FIX = "0002-Fix-Read-Write-key-pattern-selector-CVE-2024-51741-1.patch"
KINDS = ("without", "command", "with")
PERCENTILES = ("p50", "p99", "p99.9", "max")


def build_redis(directory):
    """Paths of the server, and of the fixed source."""
    script = (f". {TOP}/tests/apps/lib.sh; . {TOP}/tests/apps/redis-lib.sh; "
              f"redis_build redis-live {FIX} >&2; echo $redis_dir; echo $redis_src")
    env = dict(os.environ, REVECTOR_CC=f"{directory}/bin/revector-cc")
    out = subprocess.run(["bash", "-ec", script, f"{TOP}/tests/apps/tail"], check=True, env=env,
                         stdout=subprocess.PIPE, text=True).stdout.split()
    return f"{out[0]}/src/redis-server", f"{out[1]}/src/acl.c"


def on_processors(processors, command):
    return ["taskset", "-c", processors, *command] if processors else command


class Server:
    def __init__(self, path, options):
        self.process = subprocess.Popen(
            on_processors(options.server, [path, "--port", str(options.port), "--save", "", "--bind",
                                           "127.0.0.1"]), stdout=subprocess.DEVNULL, cwd=options.work)
        self.pid = str(self.process.pid)
        time.sleep(1)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Commands:
    """Runs one command in the middle of each period, until stopped."""

    def __init__(self, commands, period, processors):
        self.commands, self.period, self.processors = commands, period, processors
        self.stopping = threading.Event()
        self.count = 0
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self):
        due = time.monotonic() + self.period / 2
        while not self.stopping.wait(max(0, due - time.monotonic())) or self.count % len(self.commands):
            command = self.commands[self.count % len(self.commands)]
            common.run(on_processors(self.processors, command))
            self.count += 1
            due += self.period

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self.count


def window(kind, client, commands, options):
    """Percentiles of one window, and how many commands ran in it."""
    runner = None
    if commands[kind]:
        runner = Commands(commands[kind], options.period / 1e3, options.commands)
    row = client.rows(f"run {options.window}", 1)[0]
    return row, runner.stop() if runner else 0


def measure(client, server, patch, options):
    revector = f"{options.build}/bin/revector"
    commands = {"without": None, "command": [[revector, "status", server.pid]],
                "with": [[revector, "apply", server.pid, patch], [revector, "revert", server.pid, "--all"]]}
    windows = {kind: [] for kind in KINDS}
    counts = {kind: 0 for kind in KINDS}
    client.rows(f"run {options.window}", 1)  # warm
    for turn in range(options.windows):
        for kind in KINDS[turn % 3:] + KINDS[:turn % 3]:
            row, count = window(kind, client, commands, options)
            windows[kind].append(row[1:])
            counts[kind] += count
    return windows, counts


def summary(windows, counts):
    result = {kind: dict(zip(PERCENTILES, map(statistics.median, zip(*rows)))) for kind, rows in windows.items()}
    for kind in KINDS:
        result[kind]["commands"] = counts[kind]
    for other in KINDS[:2]:
        pairs = zip(windows["with"], windows[other])
        result[f"p99.9, with / {other}"] = statistics.median(a[2] / b[2] for a, b in pairs)
    return result


def show(result):
    print("| windows | p50, us | p99, us | p99.9, us | max, us | commands |\n| --- | --- | --- | --- | --- | --- |")
    for kind in KINDS:
        cells = " | ".join(f"{result[kind][p]:.1f}" for p in PERCENTILES)
        print(f"| {kind} | {cells} | {result[kind]['commands']} |")
    print()
    for other in KINDS[:2]:
        name = f"p99.9, with / {other}"
        print(f"{name}: {result[name]:.3f}")


def options_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="build directory of Revector (build/release)")
    parser.add_argument("work", help="where the client and the patch are built")
    parser.add_argument("--windows", type=int, default=30, help="of each kind")
    parser.add_argument("--window", type=int, default=1000, help="length of one, in ms")
    parser.add_argument("--period", type=int, default=500, help="ms between two commands")
    parser.add_argument("--rate", type=int, default=5000, help="requests a second")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--port", type=int, default=17380)
    parser.add_argument("--server", default="", help="processors of the server, as for taskset")
    parser.add_argument("--load", default="", help="processors of the client")
    parser.add_argument("--commands", default="", help="processors of the commands")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.build, options.work = os.path.abspath(options.build), os.path.abspath(options.work)
    return options


def main():
    options = options_of()
    os.makedirs(options.work, exist_ok=True)
    redis, fixed = build_redis(options.build)
    patch, client_path = f"{options.work}/tail.rvp", f"{options.work}/client"
    common.run([f"{options.build}/bin/revector", "build", "--for", redis, "-o", patch, fixed],
               stderr=subprocess.DEVNULL)  # warnings of Redis itself
    common.run(["clang-19", "-O2", f"{common.HERE}/client.c", "-o", client_path])
    server = Server(redis, options)
    client = None
    try:
        client = common.Program(*on_processors(options.load, [client_path, options.port, options.connections,
                                                              options.rate]))
        result = summary(*measure(client, server, patch, options))
    finally:
        server.stop()
        if client:
            client.stop()
    print(json.dumps(result, indent=2)) if options.json else show(result)


if __name__ == "__main__":
    main()
