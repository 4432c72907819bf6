# SPDX-License-Identifier: BSD-2-Clause
"""Expat in a server of ours (users/xml-expat.c), which loads it as a shared library."""
from corpus.daemon import BAD, FIXED, shows
from corpus.library import Library


class Expat(Library):
    program = "xml-expat"
    load_verb, load_answer = b"parts", b"ok %d "


@shows("expat", "CVE-2024-45490")
class NegativeLength(Expat):
    def probe(self):
        said = self.told(b"whole", b"", length=-1)
        return (FIXED if b"invalid argument" in said else BAD), f"answer {said!r}"


@shows("expat", "CVE-2023-52425")
class LongToken(Expat):
    """A long token in many parts was looked at from its beginning with each part."""

    def probe(self):
        took = [int(self.told(b"parts", b"<a b='" + b"c" * length + b"'/>").split()[2])
                for length in (500_000, 2_000_000)]
        return (BAD if took[1] > 60 + 8 * took[0] else FIXED), f"500 kB, 2 MB: {took} ms"


@shows("expat", "CVE-2024-50602")
class StopTooEarly(Expat):
    def probe(self):
        said = self.told(b"stop", b"")
        return (FIXED if b"not started" in said else BAD), f"answer {said!r}"


@shows("expat", "CVE-2024-8176")
class Recursion(Expat):
    """Each entity contains the one before it."""

    def probe(self):
        depth = 60_000
        inner = b"".join(b"<!ENTITY e%d '&e%d;'>" % (n, n - 1) for n in range(1, depth))
        return self.survives(b"whole", b"<!DOCTYPE a [<!ENTITY e0 'x'>%s]><a>&e%d;</a>"
                             % (inner, depth - 1))
