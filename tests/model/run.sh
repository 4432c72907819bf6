#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh COMPILER - spin checks the model of the update protocol, all states of it.
#
# Then the model with one rule less, for each rule that UPDATES.md argues for: spin
# must find the state in which that goes wrong, else the model would prove nothing.
set -u
compiler=$1
model=$(dirname -- "$(readlink -f -- "$0")")/transition.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# errors MODEL TOGETHER COMPILER-OPTIONS...: how many spin finds (it ends at the first).
errors() {
    spin -DTOGETHER="$2" -a "$1" >spin.out 2>&1 || { cat spin.out >&2; exit 1; }
    "$compiler" -w -DSAFETY "${@:3}" -o pan pan.c || exit 1
    ./pan -m200000 >pan.out 2>&1
    sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.out
}

# holds TOGETHER
holds() {
    [ "$(errors "$model" "$1" -O2 -DCOLLAPSE)" = 0 ] || { cat pan.out >&2; exit 1; }
    grep -E 'states, stored|depth reached' pan.out
}

# without RULE SED-SCRIPT [TOGETHER]: breadth first, since the shortest way to an error is short.
without() {
    sed "$2" "$model" >mutant.pml
    cmp -s "$model" mutant.pml && { echo "FAILED: '$1' is not in the model any more" >&2; exit 1; }
    [ "$(errors mutant.pml "${3:-0}" -O0 -DBFS)" = 1 ] || { echo "FAILED: without '$1' nothing goes wrong" >&2; exit 1; }
    echo "without '$1' spin finds an error"
}

holds 0
holds 1
without 'a thread moves with a clean stack only' 's/(!t\[me\].handler && t\[me\].old == 0)/!t[me].handler/'
without 'a thread that cannot tell does not move' 's/(t\[me\].handler && over)/t[me].handler/'
without 'a thread that goes back to the old side is noticed' 's/:: wavered -> closed/:: false -> closed/'
without 'and nobody does any more once it was not' 's/^        !asks .* || over;$/        true;/'
without 'a blocked thread counts with a clean stack only' \
    's/:: !back && t\[me\].blocked && t\[me\].old == 0/:: !back \&\& t[me].blocked/'
without 'the old table may be in hand' 's/ && !HOLDS(me, OLD) -> t/ -> t/'
without 'a thread goes back with a clean stack only' \
    's/:: back && t\[me\].blocked && t\[me\].new == 0/:: back \&\& t[me].blocked/'
without 'a table is freed when nobody has it in hand' 's/^    HAS_NO_HOLD(0);/    skip;/'
without 'reverted code is unloaded when nobody is in it' 's/^        HAS_NO_OLD(0);/        skip;/'
without 'faults ask who has moved' 's/^    side = (t\[me\].stage == 1 -> NEW : OLD);/    side = OLD;/'
without 'who sets out looks at the stage once more' 's/^        :: back -> t\[me\].stage = 2/        :: false -> t[me].stage = 2/'
without 'and says so first' 's/^        t\[me\].went = true;/        skip;/'
without 'callers wait until all have moved' 's/^    over;$/    true;/' 1
without 'a caller with an old function on its stack waits for nobody' \
    's/(!t\[me\].handler && t\[me\].old == 0)/!t[me].handler/' 1
without 'giving up wakes those who wait' 's/^    over = TOGETHER$/    skip/; s/^            over = true;$/            skip;/' 1
