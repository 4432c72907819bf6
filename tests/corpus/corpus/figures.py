# SPDX-License-Identifier: BSD-2-Clause
"""The figures of a run, computed from its rows: what is aimed at, and what came out."""
from statistics import median

FEW_LINES = 20


def figures(results):
    """(what, aim, measured) of each; `measured` is "-" if no row has it."""
    there = [one for one in results if one.verdict != "gone"]
    same = [one for one in there if one.layout == "same"]
    rest = [one for one in there if one.layout == "changed"]
    refused = [one for one in there if one.alone or one.verdict == "refused"]
    wrong = [one for one in there if one.verdict == "failed" and one.apply_ms]
    lost, requests = (sum(getattr(one, name) for one in there) for name in ("lost", "requests"))
    return [
        ("patches that apply with no handwritten line, of those that change no layout of data",
         "95 % or more", share(applied(same, 0), same)),
        (f"patches that apply with at most {FEW_LINES} handwritten lines, of the rest", "90 %",
         share(applied(rest, FEW_LINES), rest)),
        ("patches refused, with the reason, of those that cannot go on as they are; the others "
         "were applied wrongly", "100 %", share(refused, refused + wrong)),
        ("requests lost", "0", f"{lost} of {requests}"),
        ("`revector build` of a patch of one file / compiling that file", "1.5", ratios(there)),
        ("from request to effect, under load", "3 ms", times(there))]


def applied(results, lines):
    """Those that were applied with at most so many handwritten lines."""
    return [one for one in results if one.verdict == "applied" and one.hand_lines <= lines]


def share(part, whole):
    return f"{len(part)} of {len(whole)}: {100 * len(part) / len(whole):.1f} %" if whole else "-"


def ratios(results):
    """In processor time, and by the clock."""
    timed = [one for one in results if len(one.units) == 1 and one.compile_cpu_s]
    if not timed:
        return "-"
    cpu = [one.build_cpu_s / one.compile_cpu_s for one in timed]
    wall = [one.build_s / one.compile_s for one in timed]
    return (f"median {median(cpu):.2f} in processor time, {median(wall):.2f} by the clock; "
            f"at most {max(cpu):.2f}, {max(wall):.2f}")


def times(results):
    taken = [one.apply_ms for one in results if one.verdict == "applied"]
    if not taken:
        return "-"
    return f"median {median(taken):.1f} ms, at most {max(taken):.1f} ms"
