# SPDX-License-Identifier: BSD-2-Clause
"""Libxml2 in a server of ours (users/xml-libxml2.c), which loads it as a shared library."""
import os

from corpus.daemon import BAD, FIXED, Daemon, shows
from corpus.net import connect, free_port, receive_until, wait_port

CATALOG = """<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
  <uri name="known" uri="file:///known"/>
  <nextCatalog catalog="catalog.xml"/>
</catalog>
"""


class Libxml2(Daemon):
    program = "xml-libxml2"
    environment = {}

    def start(self):
        self.port = free_port()
        self.spawn(str(self.port), env=dict(
            os.environ, LD_LIBRARY_PATH=self.states, **self.environment,
            XML_CATALOG_FILES=self.write("catalog.xml", CATALOG)))
        self.started(wait_port(self.port))

    def connect(self):
        return connect(self.port, 60)

    def ask(self, connection, number):
        elements = 1 + number % 50
        got = request(connection, b"parse", b"<a>" + b"<b c='d'>e</b>" * (elements - 1) + b"</a>")
        if got != b"ok %d -\n" % elements:
            raise ValueError(f"answer {got[:60]!r}")

    def told(self, verb, *documents):
        """What it says of the last document of a connection, or b"" if it died of one."""
        said = b""
        with self.connect() as connection:
            try:
                for document in documents:
                    said = request(connection, verb, document)
            except OSError:
                return b""
        return said

    def survives(self, verb, document):
        said = self.told(verb, document)
        ended = self.ended()
        return (BAD if ended else FIXED), ended or f"answer {said[:60]!r}"


def request(connection, verb, document):
    connection.sendall(b"%s %d\n" % (verb, len(document)) + document)
    return receive_until(connection, b"\n")


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
