#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# jumps.sh FILE [NAMES] - the functions of FILE that jump out of themselves, sorted, by name;
# only those that the regular expression NAMES fits. Stubs, which do nothing else, and thunks
# of method faults are left out.
set -u
llvm-objdump -dr --no-show-raw-insn "$1" | awk '
function tell(target) {
    if (inside != "" && target != inside && index(target, inside "+") != 1)
        jumps[inside] = 1
}
# A jump with a relocation shows no target of its own: that comes in the next line.
function settle(relocated) {
    if (jump != "")
        tell(relocated != "" ? relocated : jump)
    jump = ""
}
/^[0-9a-f]+ <.*>:$/ { settle(""); inside = substr($2, 2, length($2) - 3); known[inside] = 1; next }
/ R_X86_64_/ { settle($NF); next }
{ settle("") }
$2 == "int3" { inside = "" } # padding of lld; what follows it may have no name
$2 ~ /^j/ { jump = $NF; gsub(/[<>]/, "", jump) }
END {
    settle("")
    for (name in jumps)
        if (!((name ".rv") in known) && name !~ /\.rv\.fault$/)
            print name
}' | grep -E "${2:-.}" | LC_ALL=C sort
