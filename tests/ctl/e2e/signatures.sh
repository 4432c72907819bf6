#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# signatures.sh - a process that was started with a key accepts what minisign has
# signed with it, and nothing else; what is checked is what is mapped.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

command -v minisign >/dev/null || skip "minisign is not installed"
cp "$here"/prog.c "$here"/prog.h "$here"/other.c .
compile prog prog.c other.c
for answer in 1000 2000; do
    change prog.c "s/return x;/return x + $answer;/"
    works revector build --for ./prog -o $answer.rvp fix/prog.c
    mkdir $answer && cp fix/prog.c $answer/
done
for key in ours theirs; do
    minisign -G -W -p $key.pub -s $key.key >/dev/null 2>&1 || fail "minisign makes no keys"
done

# sign KEY FILE [OPTION...]: signs it, by default in the prehashed form.
sign() {
    key=$1 file=$2
    shift 2
    minisign -S -W -s "$key.key" -m "$file" "$@" >/dev/null 2>&1 || fail "minisign does not sign $file"
}

# start_with NAME KEY: a process that asks for signatures by this key.
start_with() {
    export REVECTOR_KEY=$2
    start "$1" ./prog
    unset REVECTOR_KEY
}

# unchanged NAME: nothing of any patch is there, neither its effect nor its code.
unchanged() {
    ask "$1" "new 5"
    expect 5 "$answer" "$1 after a refusal"
    eventually "$1 has no refused patch mapped" maps_lack "$pid" 'rvp|memfd|revector-patch'
}

# accepted NAME FILE: applied, in force, and reverted.
accepted() {
    works revector apply "$pid" "$2"
    ask "$1" "new 5"
    expect 1005 "$answer" "$1 with $2"
    works revector revert "$pid" --all
}

# refused_here SENTENCE: fix.rvp, by the process `one`, which does not change.
refused_here() {
    refused 1 "$1" revector apply "$pid" fix.rvp
    unchanged one
}

fresh() {
    cp 1000.rvp fix.rvp
    rm -f fix.rvp.minisig
}

a_signed_patch_is_applied() {
    fresh
    sign ours fix.rvp
    accepted one fix.rvp
    sign ours fix.rvp -l # over the file itself, not over its hash
    accepted one fix.rvp
    mv fix.rvp.minisig elsewhere
    works revector apply "$pid" fix.rvp --signature elsewhere --dry-run
    unchanged one
}

a_patch_without_signature_is_refused() {
    fresh
    refused_here "only signed patches are accepted, and this one has no signature"
    refused 1 "cannot be read: nowhere" revector apply "$pid" fix.rvp --signature nowhere
    refused 1 "only signed patches" revector patch "$pid" fix/prog.c
    unchanged one
}

a_signature_of_another_key_is_refused() {
    fresh
    sign theirs fix.rvp
    # minisign leaves out zeroes in front
    refused_here "$(sed -n '1s/.* //p' theirs.pub)"
    expect_has "$(cat err.refused)" "signed with a key that is not trusted here" "the reason"
}

a_damaged_signature_is_refused() {
    fresh
    sign ours fix.rvp
    cp fix.rvp.minisig good
    sed -i '2s/^\(.\{40\}\).../\1AAA/' fix.rvp.minisig
    refused_here "the signature does not fit the patch"
    sed '2s/....$//' good >fix.rvp.minisig
    refused_here "the signature is damaged"
    head -n 2 good >fix.rvp.minisig
    refused_here "the signature is damaged"
    head -c 100000 /dev/zero >fix.rvp.minisig
    refused_here "the signature is damaged"
}

a_signature_of_another_file_is_refused() {
    fresh
    sign ours 2000.rvp -x fix.rvp.minisig
    refused_here "the signature does not fit the patch"
}

an_altered_trusted_comment_is_refused() {
    fresh
    sign ours fix.rvp -t "for the night of Tuesday"
    sed -i 's/Tuesday/Wednesday/' fix.rvp.minisig
    refused_here "the trusted comment of the signature was changed"
}

a_truncated_patch_is_refused() {
    fresh
    head -c 5000 1000.rvp >fix.rvp
    sign ours fix.rvp # a signature does not make it whole
    refused_here "the patch is truncated"
}

a_patch_for_another_build_is_refused_though_signed() {
    sed -i 's/return x;/return x + 7;/' prog.c
    compile prog2 prog.c other.c
    change prog.c 's/return x + 7;/return x + 8;/'
    works revector build --for ./prog2 -o fix.rvp fix/prog.c
    sign ours fix.rvp
    refused_here "another build of the program"
}

the_key_is_read_once() {
    cp ours.pub once.pub
    start_with once once.pub
    cp theirs.pub once.pub
    fresh
    sign ours fix.rvp
    accepted once fix.rvp
    sign theirs fix.rvp
    refused 1 "not trusted here" revector apply "$pid" fix.rvp
}

a_key_may_be_given_as_text_and_a_file_may_hold_several() {
    fresh
    sign ours fix.rvp
    start_with text "$(tail -n 1 ours.pub)"
    accepted text fix.rvp
    cat theirs.pub ours.pub >both.pub
    start_with both both.pub
    accepted both fix.rvp
    sign theirs fix.rvp
    accepted both fix.rvp
}

# A key that cannot be used lets nothing in, not even what it may have meant.
with_a_malformed_key_every_patch_is_refused() {
    fresh
    sign ours fix.rvp
    head -c 50 ours.pub >short.pub
    : >empty.pub
    number=0
    for key in short.pub empty.pub ours.key missing.pub "$(tail -n 1 ours.pub)x" "" /; do
        number=$((number + 1))
        start_with bad$number "$key"
        refused 1 "so it accepts no patch: REVECTOR_KEY" revector apply "$pid" fix.rvp
        unchanged bad$number
        expect_has "$(revector status "$pid")" "no patch is accepted" "status with REVECTOR_KEY=$key"
        expect 1 "$(grep -c "^revector: no patch is accepted: REVECTOR_KEY" bad$number.err)" \
            "lines about REVECTOR_KEY=$key on stderr ($(cat bad$number.err))"
    done
}

a_key_file_that_others_may_write_to_is_not_trusted() {
    fresh
    sign ours fix.rvp
    for mode in 666 664; do
        cp ours.pub loose.pub && chmod $mode loose.pub
        start_with loose$mode loose.pub
        refused 1 "so it accepts no patch: REVECTOR_KEY=loose.pub: others than root" \
            revector apply "$pid" fix.rvp
        unchanged loose$mode
        expect_has "$(cat loose$mode.err)" "others than root" "stderr with a key file of mode $mode"
    done
    chmod 644 loose.pub
    start_with tight loose.pub
    accepted tight fix.rvp
    [ "$(id -u)" = 0 ] || return 0
    chown daemon loose.pub
    start_with foreign loose.pub
    refused 1 "others than root and the process's own user own it" revector apply "$pid" fix.rvp
}

a_patch_that_others_may_write_to_is_refused_with_a_key_and_without() {
    start open ./prog
    fresh
    sign ours fix.rvp
    for process in $pid $one; do
        for mode in 646 664 777; do
            chmod $mode fix.rvp
            refused 1 "own it or may write to it: $work/fix.rvp" revector apply "$process" fix.rvp
        done
        expect_has "$(revector history "$process")" "may write to it" "the history"
        chmod 644 fix.rvp
        works revector apply "$process" fix.rvp --dry-run
    done
    pid=$one
    unchanged one
}

what_build_makes_is_not_writable_by_others_whatever_the_umask() {
    (umask 0 && revector build --for ./prog -o loose.rvp 1000/prog.c >/dev/null 2>&1) ||
        fail "cannot build"
    expect 0 $((0$(stat -c %a loose.rvp) & 022)) "bits for others"
}

inspect_says_that_it_has_not_verified_a_signature() {
    fresh
    sign ours fix.rvp
    works revector inspect fix.rvp
    expect_has "$output" "not verified" "inspect without --key"
    works revector inspect fix.rvp --key ours.pub
    expect_has "$output" "signature verified yes" "inspect with --key"
}

a_set_user_id_program_believes_no_key_and_accepts_nothing() {
    [ "$(id -u)" = 0 ] || return 0
    fresh
    sign ours fix.rvp
    cp prog raised
    chmod 4755 raised
    chmod a+rx "$work"
    export REVECTOR_KEY=$work/ours.pub
    start raised setpriv --reuid 4711 --regid 4711 --clear-groups ./raised
    unset REVECTOR_KEY
    grep -q "^Uid:.4711.0" "/proc/$pid/status" || return 0 # a file system without set-user-ID
    refused 1 "not believed in a set-user-ID program" revector apply "$pid" fix.rvp
    unchanged raised
}

# The file is written to without a break while it is applied: each time the good
# patch is in force, or none.
what_is_checked_is_what_runs() {
    cp 1000.rvp good.rvp
    cp 2000.rvp evil.rvp
    fresh
    sign ours fix.rvp
    start_with raced ours.pub
    python3 - <<'PY' &
while True:
    for name in "good.rvp", "evil.rvp":
        with open(name, "rb") as source, open("fix.rvp", "r+b") as file:
            file.write(source.read())
PY
    writer=$!
    started="$started $writer"
    disown
    for _ in $(seq 40); do
        revector apply "$pid" fix.rvp >/dev/null 2>&1
        ask raced "new 5"
        case $answer in
        5) ;;
        1005) works revector revert "$pid" --all ;;
        *) fail "an unsigned patch runs: $answer" ;;
        esac
    done
    kill -9 "$writer"
    fresh
    sign ours fix.rvp
    works revector apply "$pid" fix.rvp
    grep -q '/memfd:fix.rvp' "/proc/$pid/maps" || fail "not mapped from the copy that was checked"
    expect_has "$(revector status "$pid")" "fix.rvp" "status names the patch"
}

status_and_inspect_tell_about_signatures() {
    fresh
    start_with told ours.pub
    expect_has "$(revector status "$pid")" "$(sed -n '1s/.* //p' ours.pub)" "status of a process with a key"
    expect_has "$(revector inspect fix.rvp)" "none" "inspect without signature"
    refused 1 "only signed patches" revector inspect fix.rvp --key ours.pub
    sign ours fix.rvp -t "by the release team"
    works revector inspect fix.rvp
    expect_has "$output" "by the release team" "inspect shows the trusted comment"
    works revector inspect fix.rvp --key ours.pub --json
    expect_has "$output" '"signature_verified": true' "inspect with the key"
    works revector inspect fix.rvp --key "$(tail -n 1 ours.pub)"
    refused 1 "not trusted here: fix.rvp.minisig" revector inspect fix.rvp --key theirs.pub
    refused 1 "neither a minisign public key nor a file of them: nothing.pub" revector inspect fix.rvp --key nothing.pub
    sed -i $'s/by the/\e[31m/' fix.rvp.minisig
    works revector inspect fix.rvp
    expect_has "$output" "?[31m release team" "a terminal's orders in a trusted comment"
    sign ours fix.rvp
    works minisign -V -p ours.pub -m fix.rvp # and minisign says so too
}

# begins WANTED WHAT NAME: what the program says when it is started with the key and the journal.
begins() {
    REVECTOR_UPDATES=$work/updates start_with "$3" ours.pub 2>/dev/null
    ask "$3" "new 5"
    expect "$1" "$answer" "$2"
}

a_journal_is_taken_with_its_signatures() {
    mkdir updates
    fresh
    sign ours fix.rvp
    mv fix.rvp.minisig elsewhere
    begins 5 "an empty journal" first
    works revector apply "$pid" fix.rvp --signature elsewhere
    copy=$(find updates -name '*.rvp')
    cmp -s elsewhere "$copy.minisig" || fail "the journal has not the signature: $(ls updates/*)"
    begins 1005 "a signed patch in the journal" second
    mv "$copy.minisig" away
    begins 5 "a patch whose signature was taken out" third
    expect_has "$(cat third.err)" "only signed patches" "what it says at start"
    works revector history "$pid"
    expect_has "$output" "skipped" "its history"
    mv away "$copy.minisig"
    sign theirs "$copy"
    begins 5 "a patch that others have signed" fourth
    works revector apply "$pid" fix.rvp --signature elsewhere
    begins 1005 "signed again by us" fifth
    works revector revert "$pid" --all
    expect "" "$(find updates -type f)" "the journal after revert"
}

without_a_key_nothing_is_asked_and_libsodium_stays_away() {
    fresh
    start plain ./prog
    grep -q sodium "/proc/$pid/maps" && fail "libsodium is in a process without a key"
    expect "" "$(revector status "$pid" | grep -i signatures)" "status of a process without a key"
    accepted plain fix.rvp
}

start_with one ours.pub
one=$pid
for story in $(declare -F | sed -n 's/^declare -f \([a-z]*_[a-z]*_[a-z]*_[a-z_]*\)$/\1/p'); do # all sentences
    pid=$one
    "$story"
    echo "ok $story"
done
echo "signatures: checked, and what is checked is what runs"
