#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# words.sh - the man page has every verb and option that --help has, and every
# verb takes --json and --help. Refusals name a section that is there.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

page=$here/../../../docs/man/revector.1
verbs=$(revector --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
expect "build inspect apply revert confirm patch status history methods walk explain" "$(echo $verbs)" "the verbs"
for verb in $verbs; do
    grep -q "^\.It Cm $verb$" "$page" || fail "the man page does not have '$verb'"
    works revector "$verb" --help
    expect_has "$output" "Usage: revector $verb" "--help of $verb"
    expect_has "$output" "--json" "--help of $verb"
    for option in $(printf '%s\n' "$output" | sed -n 's/^  -*\([a-z-]*\) .*/\1/p'); do
        [ ${#option} = 1 ] && mark="Fl $option" || mark="Fl \\-$option"
        grep -qF -- "$mark" "$page" || fail "the man page does not have the option '$option' of $verb"
    done
done
expect "revector" "$(revector --version | cut -d' ' -f1)" "--version"
refused 2 "a verb is missing" revector
refused 2 "no such verb" revector nonsense
for verb in status "apply 1 x.rvp" "inspect x.rvp"; do
    # shellcheck disable=SC2086 # words on purpose
    revector $verb --json >out.json 2>/dev/null
    python3 -m json.tool <out.json >/dev/null || fail "'$verb --json' does not print JSON: $(cat out.json)"
done
expect_has "$(revector inspect x.rvp --json 2>/dev/null)" '"text": "the file cannot be read' "an error in JSON"

sections=$(sed -n 's/^## \([a-z]*\): .*/\1/p' "$here/../../../docs/limits.md")
expect "$sections" "$(revector explain | sed '1d; s/ .*//')" "the sections"
for section in $sections; do
    works revector explain "$section"
    expect "1 $section" "$(grep -c '^[a-z]*: ' <<<"$output") ${output%%:*}" "how many sections explain says"
done
refused 2 "there is no section 'nonsense'" revector explain nonsense
refused 1 "[revector explain builds]" revector build --for /bin/true "$0"
expect_has "$(revector build --for /bin/true "$0" --json 2>/dev/null)" '"section": "builds"' "a section in JSON"
expect_has "$(revector inspect x.rvp --json 2>/dev/null)" '"section": null' "an error without one"
echo "words: help, man page and JSON agree"
