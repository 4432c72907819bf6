# SPDX-License-Identifier: BSD-2-Clause
"""Libxml2 in a server of ours (users/xml-libxml2.c), which loads it as a shared library."""
from corpus.daemon import BAD, FIXED, shows
from corpus.library import Library

CATALOG = """<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
  <uri name="known" uri="file:///known"/>
  <nextCatalog catalog="catalog.xml"/>
</catalog>
"""


class Libxml2(Library):
    program = "xml-libxml2"
    load_verb, load_answer = b"parse", b"ok %d -\n"

    def start(self):
        self.environment["XML_CATALOG_FILES"] = self.write("catalog.xml", CATALOG)
        super().start()


@shows("libxml2", "stale-namespaces")
class StaleNamespaces(Libxml2):
    """A document that ended too early leaves its namespaces to the next one of that parser."""

    def probe(self):
        said = self.told(b"parse", b"<a xmlns:p='urn:p'><b>", b"<p:c/>")
        return (FIXED if b"not defined" in said else BAD), f"answer {said!r}"


@shows("libxml2", "CVE-2025-24928")
class LongNames(Libxml2):
    """The message of an element's wrong content was longer than its buffer."""

    def probe(self):
        prefix, name = b"p" * 4900, b"n" * 4900
        return self.survives(b"parse", b"<!DOCTYPE a [<!ELEMENT a (b)><!ELEMENT b ANY>]>"
                             b"<a xmlns:%s='urn:p'><%s:%s/></a>" % (prefix, prefix, name))


@shows("libxml2", "CVE-2025-27113")
class ChildAxis(Libxml2):
    """In a pattern, child::b is b."""

    def probe(self):
        said = self.told(b"match:child::b", b"<a><b/><b/><b/></a>")
        return (FIXED if said.startswith(b"ok 3 ") else BAD), f"answer {said!r}"


@shows("libxml2", "CVE-2026-0990")
class Catalog(Libxml2):
    """A catalog whose next one is itself."""

    def probe(self):
        return self.survives(b"resolve", b"unknown")


@shows("libxml2", "CVE-2026-0989")
class Includes(Libxml2):
    """Schemas that include each other, deeper than was allowed."""
    environment = {"RNG_INCLUDE_LIMIT": "2"}

    def probe(self):
        for number in range(6):
            inner = f'<include href="{number + 1}.rng"/>' if number < 5 else \
                '<start><element name="a"><empty/></element></start>'
            path = self.write(f"{number}.rng", '<grammar xmlns="http://relaxng.org/ns/structure/'
                              f'1.0">{inner}</grammar>')
            top = path if number == 0 else top
        said = self.told(b"schema", top.encode())
        return (FIXED if said.startswith(b"bad") else BAD), f"answer {said!r}"
