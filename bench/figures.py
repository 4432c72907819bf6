#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What translation costs: SQLite's speedtest1 and Lua, each built four ways.

Prints a Markdown table of ratios to a plain build by the same clang. Every
figure is taken side by side in one run: instructions are counted exactly by
valgrind; times are user + system time of whole processes, the variants taking
turns, and a ratio is the median of the ratios of neighbouring runs; text is the
.text section; compile time is that of SQLite's amalgamation.

usage: figures.py BUILD_DIRECTORY WORK_DIRECTORY [--runs N] [--only sqlite|lua] [--json]
"""
import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys

VARIANTS = {
    "direct": None,
    "walk": ["-fplugin-arg-revector-translation=walk"],
    "walk inline": ["-fplugin-arg-revector-translation=walk", "-fplugin-arg-revector-place=inline"],
    "leaf": ["-fplugin-arg-revector-translation=leaf"],
    "leaf inline": ["-fplugin-arg-revector-translation=leaf", "-fplugin-arg-revector-place=inline"],
}
LUA_FLAGS = ["-std=gnu99", "-DLUA_USE_LINUX", "-DLUA_COMPAT_5_3"]
SQLITE_FLAGS = ["-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)


def cpu_seconds(command):
    """User + system seconds of one run of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def instructions(command, work):
    """Instructions that a command executes, counted by callgrind."""
    out = os.path.join(work, "callgrind.out")
    run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out] + command,
        stderr=subprocess.DEVNULL)
    with open(out) as lines:
        return int(re.search(r"^(?:totals|summary): (\d+)", lines.read(), re.M).group(1))


def text_size(program):
    out = subprocess.run(["size", "-A", program], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^\.text\s+(\d+)", out, re.M).group(1))


class Program:
    """One program in all variants: compile commands, and what a run is."""

    def __init__(self, name, sources, flags, libraries, quick, slow):
        self.name, self.sources, self.flags, self.libraries = name, sources, flags, libraries
        self.quick, self.slow = quick, slow  # arguments for counting and for timing

    def build(self, compiler, work):
        self.binaries = {}
        for variant, plugin_flags in VARIANTS.items():
            say(f"building {self.name}, {variant}")
            binary = os.path.join(work, f"{self.name}-{variant.replace(' ', '-')}")
            self.binaries[variant] = binary
            # Objects linked in one command; the plain build goes through the same wrapper.
            env = dict(os.environ, REVECTOR_OFF="1") if plugin_flags is None else os.environ
            run([compiler, "-O2", "-w", *(plugin_flags or []), *self.flags, *self.sources, "-o", binary,
                 *self.libraries], env=env)

    def figures(self, work, runs):
        binaries = self.binaries
        say(f"counting instructions of {self.name}")
        counts = {v: instructions([b, *self.quick], work) for v, b in binaries.items()}
        times = {v: [] for v in binaries}
        for turn in range(runs):
            say(f"timing {self.name}, {turn + 1} of {runs}")
            for variant, binary in binaries.items():
                times[variant].append(cpu_seconds([binary, *self.slow]))
        sizes = {v: text_size(b) for v, b in binaries.items()}
        plain = times["direct"]
        return {v: {"instructions": counts[v] / counts["direct"],
                    "time": statistics.median(t / p for t, p in zip(times[v], plain)),
                    "text": sizes[v] / sizes["direct"]} for v in binaries}


def compile_times(compiler, program, work, runs):
    """Seconds with the plugin / without, the amalgamation only, taking turns."""
    command = [compiler, "-O2", "-w", *program.flags, "-c", program.sources[0],
               "-o", os.path.join(work, "compile.o")]
    ratios = []
    for turn in range(runs):
        say(f"compiling {program.name}, {turn + 1} of {runs}")
        os.environ["REVECTOR_OFF"] = "1"
        plain = cpu_seconds(command)
        del os.environ["REVECTOR_OFF"]
        ratios.append(cpu_seconds(command) / plain)
    return statistics.median(ratios)


def programs(work, sources):
    sqlite, lua = sources
    yield Program("sqlite", [f"{sqlite}/sqlite3.c", f"{sqlite}/speedtest1.c"], [*SQLITE_FLAGS, f"-I{sqlite}"],
                  ["-lm"], ["--size", "5", ":memory:"], ["--size", "30", ":memory:"])
    lua_sources = [f"{lua}/{f}" for f in sorted(os.listdir(lua)) if f.endswith(".c") and f != "luac.c"]
    script = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                          "tests/apps/workload.lua")
    yield Program("lua", lua_sources, LUA_FLAGS, ["-lm", "-ldl", "-Wl,-E"], [script, "1"], [script, "6"])


def table(results, compile_ratio):
    lines = ["| program | translation | instructions | time | text |", "| --- | --- | --- | --- | --- |"]
    for name, figures in results.items():
        for variant, f in figures.items():
            if variant != "direct":
                lines.append(f"| {name} | {variant} | {f['instructions']:.4f} | {f['time']:.3f} | {f['text']:.3f} |")
    if compile_ratio:
        lines.append(f"\ncompile time of SQLite's amalgamation with the plugin / without: {compile_ratio:.3f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="build directory of Revector (build/release)")
    parser.add_argument("work", help="where programs are built")
    parser.add_argument("--sqlite", required=True, help="folder with sqlite3.c and speedtest1.c")
    parser.add_argument("--lua", required=True, help="Lua's src folder")
    parser.add_argument("--runs", type=int, default=15, help="timed runs of each variant")
    parser.add_argument("--only", choices=["sqlite", "lua"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    compiler = os.path.join(options.build, "bin", "revector-cc")
    os.makedirs(options.work, exist_ok=True)
    results, compile_ratio = {}, None
    for program in programs(options.work, (options.sqlite, options.lua)):
        if options.only in (None, program.name):
            program.build(compiler, options.work)
            results[program.name] = program.figures(options.work, options.runs)
            if program.name == "sqlite":
                compile_ratio = compile_times(compiler, program, options.work, 3)
    if options.json:
        print(json.dumps({"programs": results, "compile": compile_ratio}, indent=2))
    else:
        print(table(results, compile_ratio))


if __name__ == "__main__":
    main()
