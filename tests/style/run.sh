#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh - proves of every check of scripts/style.sh that it can fail, and at the right line.
#
# Each case makes a tree of one file, first a good one, then a bad one.
set -euo pipefail
style=$(cd "$(dirname "$0")/../.." && pwd)/scripts/style.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
spdx='/* SPDX-License-Identifier: BSD-2-Clause */'
cases=0 bad=0 tried=' '

# check, file, good content, bad content, what the finding must begin with
case_of() {
    local check=$1 file=$2 finding=$5 out
    tried+="$check "
    cases=$((cases + 1))
    out=$(try "$check" "$file" "$3") || complain "$check refuses a good $file:" "$out"
    if out=$(try "$check" "$file" "$4"); then
        complain "$check finds nothing in a bad $file"
    elif ! grep -qF "$finding" <<<"$out"; then
        complain "$check does not say \"$finding\":" "$out"
    fi
}

try() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/tablewalk" "$work/tree/runtime/core" "$work/tree/$(dirname "$2")"
    echo "$spdx" >"$work/tree/tablewalk/below.h"
    echo "$spdx" >"$work/tree/runtime/core/above.h"
    printf '%b' "$3" >"$work/tree/$2"
    "$style" --root "$work/tree" --only "$1" 2>&1
}

complain() {
    printf '%s\n' "not ok: $1" "${@:2}"
    bad=$((bad + 1))
}

lines() {
    yes "$2" | head -n "$1" | tr '\n' '@' | sed 's/@/\\n/g'
}

case_of include_direction tablewalk/a.c '#include "below.h"\n' '\n#include "above.h"\n' tablewalk/a.c:2:
case_of include_direction runtime/control/a.c '' '#include "above.h"\n' runtime/control/a.c:1:
case_of freestanding_headers runtime/core/a.c '#include <stdint.h>\n' '#include <stdio.h>\n' runtime/core/a.c:1:
case_of atomics tablewalk/a.c 'int a;\n' 'int a;\n_Atomic int b;\n' tablewalk/a.c:2:
case_of atomics runtime/host/a.c 'int a;\n' '__atomic_thread_fence(0);\n' runtime/host/a.c:1:
case_of per_cpu runtime/core/a.c '#if FOO\n' '\n#ifdef __x86_64__\n' runtime/core/a.c:2:
case_of per_cpu runtime/core/a.c '' '#elif defined(__aarch64__)\n' runtime/core/a.c:1:
case_of spdx scripts/a.py '# SPDX-License-Identifier: BSD-2-Clause\n' '# nothing\n' scripts/a.py:1:
case_of file_length bench/a.c "$(lines 500 x)" "$(lines 501 x)" bench/a.c:501:
case_of function_length bench/a.c "{\n$(lines 79 x)}\n" "\n{\n$(lines 81 x)}\n" bench/a.c:2:
case_of whitespace docs/a.md 'a\n' 'a\nb \n' docs/a.md:2:
case_of whitespace docs/a.md 'a\n' 'a' docs/a.md:
case_of whitespace bench/a.c 'a\n' '\ta\n' bench/a.c:1:
case_of shell scripts/a.sh '#!/bin/sh\ntrue\n' '#!/bin/sh\nif true\n' scripts/a.sh:
case_of shell scripts/a.sh '#!/bin/sh\ntrue\n' '#!/bin/sh\nread x[1]\ncd $y\n' scripts/a.sh:2:
case_of format bench/a.c 'int a;\n' 'int  a;\n' bench/a.c:1:
case_of peers tests/PEERS.md '| a | `PEERS.md: thing` | |\n' '\n| a | `gone.c` | |\n' tests/PEERS.md:2:
case_of peers tests/PEERS.md '| a | `PEERS.md` | `gone.c` |\n' '| a | `../tablewalk/below.h: gone` | |\n' tests/PEERS.md:1:
case_of peers tests/PEERS.md '| a | - | why |\n' '| a | - |  |\n' tests/PEERS.md:1:

for check in $("$style" --list); do
    [[ $tried == *" $check "* ]] || complain "no case tries the check $check"
done
echo "$cases cases, $bad not as they should be"
[ "$bad" -eq 0 ]
