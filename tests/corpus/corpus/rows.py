# SPDX-License-Identifier: BSD-2-Clause
"""rows.tsv: which patches there are, and what is expected of each."""
import os
from dataclasses import dataclass

from .tool import HERE, Problem

FILE = os.path.join(HERE, "rows.tsv")
COLUMNS = ("package", "row", "patch", "probe", "layout", "expect", "quick", "change")
PROBES = ("repeatable", "destructive")
LAYOUTS = ("same", "changed")
VERDICTS = ("applied", "refused", "failed")


@dataclass(frozen=True)
class Row:
    """One patch. `probe` is destructive where it kills or wedges the old program; `layout` says
    whether types of data that live on are other ones in the patch."""
    package: str
    row: str
    patch: str
    probe: str
    layout: str
    expect: str
    quick: str
    change: str

    @property
    def name(self):
        return f"{self.package}:{self.row}"

    @property
    def patches(self):
        """Files of debian/patches that make sense together only, in their order; mostly one."""
        return self.patch.split(",")

    @property
    def hand_written(self):
        """A patch of ours that goes on top of Debian's, if that is refused alone; None without."""
        path = os.path.join(HERE, "hand", self.package, f"{self.row}.patch")
        return path if os.path.exists(path) else None


def check(row, line):
    where = f"rows.tsv:{line}"
    if row.probe not in PROBES:
        raise Problem(f"{where}: the probe is {' or '.join(PROBES)}, not {row.probe}")
    if row.layout not in LAYOUTS:
        raise Problem(f"{where}: the layout is {' or '.join(LAYOUTS)}, not {row.layout}")
    if row.expect not in VERDICTS:
        raise Problem(f"{where}: expected is {', '.join(VERDICTS)}, not {row.expect}")
    if row.quick not in ("quick", "-"):
        raise Problem(f"{where}: quick or -, not {row.quick}")


def read():
    """All rows, in the order of the file."""
    rows = []
    with open(FILE, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(COLUMNS):
                raise Problem(f"rows.tsv:{number}: {len(cells)} columns instead of {len(COLUMNS)}")
            if tuple(cells) == COLUMNS:
                continue
            rows.append(Row(*cells))
            check(rows[-1], number)
    return rows


def choose(rows, only, quick):
    """Those that `--only PACKAGE[:ROW]`, any number of times, and `--quick` leave."""
    chosen = [row for row in rows if not quick or row.quick == "quick"]
    if only:
        for word in only:
            if not any(word in (row.package, row.name) for row in rows):
                raise Problem(f"there is no row {word}; --list shows them")
        chosen = [row for row in chosen if row.package in only or row.name in only]
    if not chosen:
        raise Problem("no row is left; --list shows them")
    return chosen
