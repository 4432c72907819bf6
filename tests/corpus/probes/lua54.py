# SPDX-License-Identifier: BSD-2-Clause
"""Lua's interpreter, interactive: its loop goes on while functions below it are replaced."""
from corpus.daemon import BAD, FIXED, shows
from corpus.shell import Shell


class Lua(Shell):
    program = "lua5.4"
    arguments = ("-i",)

    def start(self):
        super().start()
        self.run("x = 1")

    def run(self, source):
        """What the source prints. The mark is put together, since input may be echoed."""
        number = self.number()
        text = f'{source}\nprint("en" .. "d {number}.")\n'
        return self.tell(text.encode(), b"end %d." % number).decode()

    def ask(self, connection, number):
        said = self.run(f'local t = {{n = {number}}}; print("load " .. math.max(t.n, 0) .. "!")')
        if f"load {number}!" not in said:
            raise ValueError(f"answer {said[-60:]!r}")


@shows("lua5.4", "CVE-2022-28805")
class ConstantEnvironment(Lua):
    """Wrong code for a global variable where _ENV is a constant."""

    def probe(self):
        said = self.run('print(pcall(load("local _ENV <const> = 5; a.b.c = 1; return a")))')
        if "index a number value" in said:
            return FIXED, "attempt to index a number value"
        return BAD, f"wrong code ran: {said.splitlines()[-2:]}"
