# SPDX-License-Identifier: BSD-2-Clause
"""What the measuring scripts share: programs that take commands on standard input,
their patches, and how figures are printed. No script by itself."""
import json
import os
import re
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)


class Program:
    """A program whose every command is answered by one line, or by as many as asked for."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.pid = str(self.process.pid)

    def begin(self, command):
        self.process.stdin.write(command + "\n")

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            raise SystemExit(f"{self.process.args[0]} ended without an answer")
        return text

    def end(self):
        return float(self.line())

    def ask(self, command):
        self.begin(command)
        return self.end()

    def rows(self, command, count):
        """`count` lines of numbers."""
        self.begin(command)
        return [[float(x) for x in self.line().split()] for _ in range(count)]

    def kilobytes(self, name):
        """Of smaps_rollup: Rss, Private_Dirty, ..."""
        with open(f"/proc/{self.pid}/smaps_rollup") as lines:
            return int(re.search(rf"^{name}:\s+(\d+)", lines.read(), re.M).group(1))

    def stop(self):
        self.process.kill()
        self.process.wait()


def build(directory, work, name, changes, flags=()):
    """bench/NAME.c by revector-cc, and a patch that makes each change; paths of both."""
    source, fixed = f"{HERE}/{name}.c", f"{work}/{name}.c"
    program, patch = f"{work}/{name}", f"{work}/{name}.rvp"
    include = [f"-I{os.path.dirname(HERE)}", f"-I{directory}/include"]
    run([f"{directory}/bin/revector-cc", "-O2", "-pthread", *include, *flags, source, "-o", program])
    with open(source) as file:
        text = file.read()
    for old, new in changes:
        assert old in text, f"{source} has no '{old}'"
        text = text.replace(old, new)
    with open(fixed, "w") as out:
        out.write(text)
    run([f"{directory}/bin/revector", "build", "--for", program, "-o", patch, fixed])
    return program, patch


def spread(values):
    """What is told of many values of one figure."""
    values = sorted(values)
    return {"min": values[0], "median": statistics.median(values), "max": values[-1],
            "count": len(values)}


def show(figures, as_json, digits=3):
    """{name: values} as JSON, or as a Markdown table."""
    results = {name: spread(values) for name, values in figures.items()}
    if as_json:
        print(json.dumps(results, indent=2))
        return
    print("| figure | min | median | max | of |\n| --- | --- | --- | --- | --- |")
    for name, r in results.items():
        cells = " | ".join(f"{r[key]:.{digits}f}" for key in ("min", "median", "max"))
        print(f"| {name} | {cells} | {r['count']} |")
