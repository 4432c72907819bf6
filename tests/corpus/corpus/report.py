# SPDX-License-Identifier: BSD-2-Clause
"""Results of rows as lines, as JSON, and as the tables of docs/corpus.md."""
import json
import os
import re

from .figures import figures
from .live import Result
from .tool import replace_file

KEY, RESULT = "rows", Result
BEGIN = "<!-- rows: tests/corpus/run.py --markdown -->"
END = "<!-- end of rows -->"
HEAD = ("| patch | what changes | functions: replaced, new | imports | build, s (of a compile) "
        "| apply, ms | requests, lost | verdict |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |")


def verdict_text(result):
    if result.verdict != "applied":
        return f"{result.verdict}: {result.reason}"
    if result.hand_lines:
        return f"applied with {result.hand_lines} handwritten lines; without: {result.alone}"
    return "applied" + (", and its handwritten lines are not needed" if result.spare else "")


def line(result):
    """One line for the terminal."""
    mark = "ok    " if result.as_expected else "NOT OK"
    text = f"{mark} {result.name}: {verdict_text(result)}"
    if result.verdict == "applied":
        text += (f"; {len(result.replaces)} replaced, {len(result.adds)} new, built in "
                 f"{result.build_s:.2f} s, in force after {result.apply_ms:.1f} ms, "
                 f"{result.requests} requests, {result.lost} lost")
    return text if result.as_expected else f"{text} (expected: {result.expect})"


def ratio(result):
    if not result.compile_cpu_s:
        return "-"
    return f"{result.build_cpu_s / result.compile_cpu_s:.2f}"


def cell(text, limit=400):
    text = re.sub(r"\s+", " ", str(text)).replace("|", "\\|")
    return text if len(text) <= limit else text[:limit] + " ..."


def table_row(result):
    built, applied = result.build_s > 0, result.apply_ms > 0
    cells = (f"{result.package} {result.row}", result.change,
             f"{len(result.replaces)}, {len(result.adds)}" if built else "-",
             result.imports if built else "-",
             f"{result.build_s:.2f} ({ratio(result)})" if built else "-",
             f"{result.apply_ms:.1f}" if applied else "-",
             f"{result.requests}, {result.lost}", verdict_text(result))
    return "| " + " | ".join(cell(value) for value in cells) + " |"


def summary(results):
    """One sentence on all rows."""
    counts = {}
    for result in results:
        name = "applied with handwritten lines" if result.hand_lines and \
            result.verdict == "applied" else result.verdict
        counts[name] = counts.get(name, 0) + 1
    lost, requests = sum(r.lost for r in results), sum(r.requests for r in results)
    parts = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{len(results)} patches: {parts}; {requests} requests meanwhile, {lost} lost."


def markdown(results):
    """Summary, figures and table."""
    versions = sorted({f"{r.package} {r.version}" for r in results if r.version})
    table = ["| figure | aim | measured |", "| --- | --- | --- |"]
    table += [f"| {' | '.join(figure)} |" for figure in figures(results)]
    rows = [HEAD, *(table_row(result) for result in results)]
    return "\n".join([summary(results) + builds(results), f"Of: {', '.join(versions)}.", "",
                      *table, "", *rows])


def builds(results):
    """A sentence if not all are by one build of Revector, as after --continue."""
    count = len({result.revector for result in results})
    return f" They were run by {count} builds of Revector." if count > 1 else ""


def json_text(results):
    measured = [dict(zip(("figure", "aim", "measured"), each)) for each in figures(results)]
    return json.dumps({"summary": summary(results), "figures": measured,
                       KEY: [result.to_json() for result in results]}, indent=2) + "\n"


def put_between(path, begin, end, made):
    """What stands between the two marks in the file gives way to `made`; without marks, all."""
    made, text = f"{begin}\n{made}\n{end}", ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    if begin in text and end in text:
        replace_file(path, text[:text.index(begin)] + made + text[text.index(end) + len(end):])
    else:
        replace_file(path, made + "\n")
