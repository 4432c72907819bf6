# SPDX-License-Identifier: BSD-2-Clause
"""SQLite's shell with a database in memory; the library that it loads is what is patched."""
from corpus.daemon import BAD, FIXED, shows
from corpus.shell import Shell


class Sqlite(Shell):
    program = "sqlite3"
    arguments = ("-batch", ":memory:")

    def start(self):
        super().start()
        self.run("CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 2), (3, 4);")

    def run(self, statements, limit=60):
        number = self.number()
        text = f"{statements}\nSELECT 'en' || 'd {number}.';\n"
        return self.tell(text.encode(), b"end %d.\n" % number, limit).decode()

    def ask(self, connection, number):
        said = self.run(f"SELECT 'load ' || (sum(a) + {number}), max(b) FROM t GROUP BY a > 9;")
        if said != f"load {number + 4}|4\n":
            raise ValueError(f"answer {said[-60:]!r}")


@shows("sqlite3", "CVE-2025-6965")
class AggregateTerms(Sqlite):
    """More terms of one query than numbers for them."""

    def probe(self):
        terms = ",".join(f"sum(a+{i})" for i in range(2500))
        said = self.run(f"SELECT count(*) FROM (SELECT b FROM t GROUP BY b HAVING 5 IN ({terms}));")
        if "aggregate terms" in said:
            return FIXED, said.strip()[:80]
        return BAD, f"2500 aggregate terms are taken: {said.strip()[:40]}"
