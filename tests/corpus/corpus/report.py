# SPDX-License-Identifier: BSD-2-Clause
"""Results as lines, as JSON, and as the table of docs/corpus.md."""
import json
import os
import re

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
    """Between the marks of `path` stands the table; what stands around it is kept."""
    versions = sorted({f"{r.package} {r.version}" for r in results if r.version})
    rows = "\n".join(table_row(result) for result in results)
    return f"{BEGIN}\n{summary(results)}\nOf: {', '.join(versions)}.\n\n{HEAD}\n{rows}\n{END}"


def write_markdown(results, path):
    put_between(path, BEGIN, END, markdown(results))


def put_between(path, begin, end, made):
    """What stands between the two marks gives way to `made`, which has them; without marks, all."""
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    if begin in text and end in text:
        made = text[:text.index(begin)] + made + text[text.index(end) + len(end):]
    else:
        made += "\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(made)


def write_json(results, path):
    dump({"summary": summary(results), "rows": [r.to_json() for r in results]}, path)


def dump(what, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(what, file, indent=2)
        file.write("\n")
