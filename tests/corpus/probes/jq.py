# SPDX-License-Identifier: BSD-2-Clause
"""jq: one process with one filter; each line on its standard input is a document."""
import json

from corpus.daemon import BAD, FIXED, shows
from corpus.shell import Shell

FILTER = 'if type == "object" then {loaded} else (try ({probed}) catch .) end'


class Jq(Shell):
    """Objects are the load's documents; `loaded` uses what is patched, `probed` is for the rest."""
    program = "jq"
    loaded = probed = "."

    def start(self):
        filter_ = FILTER.format(loaded=self.loaded, probed=self.probed)
        self.arguments = ("-c", "--unbuffered", filter_)
        super().start()
        self.ask(None, 0)

    def document(self, value, limit=20):
        """What the filter makes of it."""
        return json.loads(self.tell(json.dumps(value).encode() + b"\n", b"\n", limit))

    def ask(self, connection, number):
        said = self.document({"n": number})
        if said != f"load {number}":
            raise ValueError(f"answer {said!r}")

    def refused(self, value, words):
        """FIXED if jq takes the document's filter for an error that has these words."""
        try:
            said = str(self.document(value))
        except (ConnectionError, json.JSONDecodeError) as error:  # the latter: its last words
            return BAD, self.ended() or str(error)
        return (FIXED if words in said else BAD), said[:80]


@shows("jq", "CVE-2026-33947")
class DeepPath(Jq):
    """A path of three million steps overflows the stack of a function that calls itself."""
    loaded = r'"load \(setpath(["a", "b"]; .n) | getpath(["a", "b"]))"'
    probed = '[range(.) | 0] as $path | null | getpath($path) | "no error"'

    def probe(self):
        return self.refused(3000000, "too deep")


@shows("jq", "CVE-2026-39956")
class Strindices(Jq):
    """A C function that filters reach without a test of its arguments."""
    loaded = r'"load \(.n)" | if _strindices("a") == [2] then . else "wrong" end'
    probed = '_strindices("abc")'

    def probe(self):
        return self.refused(123, "cannot be searched")
