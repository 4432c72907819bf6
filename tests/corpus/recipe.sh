#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# recipe.sh PACKAGE STEP - runs one step of recipes/PACKAGE.sh in the package's
# source folder, which is the working directory. CC is the compiler.
#   configure   once, after unpacking; a recipe that names its `inputs` has it run
#               before what comes next whenever a patch has changed one of them
#   generate    after a change of the sources: what a compile needs besides them
#   build       compiles and links what is out of date
#   programs    prints the files that a run needs, one a line
#   generated   prints the sources that `generate` writes
#   suite       prints which of the tests that the package ships are quick; nothing: it has none
#   no_suite    prints why it has none
#   tester      prints which of the programs its tests are, if they have the library's code in
#               themselves, instead of loading it
#   serves      prints `yes` if they can be pointed at a server that runs already
#   check       runs these tests on what was built; prints lines `ok NAME` and
#               `not ok NAME`, and at last `status NUMBER`
#   served      the same, on the server at PORT of 127.0.0.1
# Flags are those that dpkg-buildflags gives to the package.
set -euo pipefail
recipe=$(dirname "$0")/recipes/$1.sh
# shellcheck disable=SC2034 # for the recipe
jobs=${JOBS:-$(nproc)}

programs='' generated='' inputs='' # lists of words
suite='' no_suite='its recipe names none' tester=''
configure() { :; }
generate() { :; }

# Of what a suite prints; a recipe whose suite is not automake's has another.
results() { sed -nE 's/^PASS: /ok /p; s/^(FAIL|ERROR): /not ok /p'; }

# Of such lines, those whose names upstream's file has: with a patch come tests of it, which the
# state before it does not have. What fails stays.
upstreams() {
    awk 'NR == FNR { text = text $0; next } /^not ok / || index(text, substr($0, 4))' \
        <(git show "p0:$1") -
}

# shellcheck source=/dev/null
. "$recipe"
eval "$(dpkg-buildflags --export=sh)"

state_of_inputs() {
    # shellcheck disable=SC2086 # a list of words
    cat $inputs | sha1sum
}

configure_if_changed() {
    if [ -n "$inputs" ] && [ "$(state_of_inputs)" != "$(cat .configured-from 2>/dev/null)" ]; then
        configure
        state_of_inputs >.configured-from
    fi
}

run_suite() {
    local status=0
    ("$1") >suite.log 2>&1 || status=$?
    results <suite.log | sort -u
    echo "status $status"
}

case $2 in
configure) [ -n "$inputs" ] || configure ;;
generate | build)
    configure_if_changed
    "$2"
    ;;
programs) printf '%s\n' $programs ;;
generated) printf '%s\n' $generated ;;
suite) echo "$suite" ;;
no_suite) echo "$no_suite" ;;
tester) echo "$tester" ;;
serves) [ "$(type -t served)" != function ] || echo yes ;;
check | served) run_suite "$2" ;;
*) echo "recipe.sh: there is no step $2" >&2 && exit 2 ;;
esac
