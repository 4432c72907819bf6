#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# restarts.sh - a program that is started again has its updates before main, and
# whatever is wrong in the directory, it starts.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/restart.c" .
compile prog restart.c
for n in 2 3 4; do
    change restart.c "s/base + 1;/base + $n;/"
    revector build --for ./prog -o fix$n.rvp fix/restart.c >/dev/null 2>&1 || fail "cannot build"
done
build_id=$(revector inspect fix2.rvp --json | sed -n 's/^  "for_build": "\(.*\)".*/\1/p')
folder=$work/updates/$build_id
mkdir updates
export REVECTOR_UPDATES=$work/updates

# begins CONSTRUCTOR MAIN WHAT: what the program prints when it starts now, and that it ends well.
begins() {
    printf 'constructor %s\nmain %s\n' "$1" "$2" >wanted
    ./prog </dev/null >printed 2>complaints || fail "$3: the program ends with $?"
    expect "$(cat wanted)" "$(cat printed)" "$3"
}

names() {
    (cd "$folder" && LC_ALL=C ls) | tr '\n' ' '
}

begins 1 1 "an empty directory"
start one ./prog
works revector apply "$pid" fix2.rvp --dry-run
expect "" "$(names)" "the directory after a dry run"
works revector apply "$pid" fix2.rvp
expect "00000001-fix2.rvp " "$(names)" "the directory after apply"
cmp -s fix2.rvp "$folder/00000001-fix2.rvp" || fail "the copy differs"
begins 2 2 "the first update"
works revector apply "$pid" fix3.rvp --once
begins 2 2 "an update with --once"
works revector revert "$pid" 3
works revector apply "$pid" fix3.rvp
expect "00000001-fix2.rvp 00000002-fix3.rvp " "$(names)" "the directory after another apply"
kill -9 "$pid"
begins 3 3 "both updates, in their order, after kill -9"
expect "" "$(cat complaints)" "what a start without trouble says"

# an operator may change the order, and take some out
mv "$folder/00000001-fix2.rvp" "$folder/00000003-fix2.rvp"
begins 2 2 "renamed, so in another order"
rm "$folder/00000002-fix3.rvp"
begins 2 2 "one deleted"

# replayed updates are updates like others; reverted ones are taken out, under whatever name
start two ./prog
hear two
hear two
expect "main 2" "$answer" "main of a restarted program"
works revector status "$pid"
expect_has "$output" "00000003-fix2.rvp" "status of a restarted program"
works revector history "$pid"
expect_has "$output" "the journal, at start" "history of a restarted program"
works revector apply "$pid" fix2.rvp # the same again, from another file
works revector revert "$pid" 2
expect "00000003-fix2.rvp " "$(names)" "one of two updates by the same patch reverted"
start three ./prog
hear three
hear three
three=$pid
works revector apply "$three" fix3.rvp
expect "00000003-fix2.rvp 00000004-fix3.rvp " "$(names)" "two processes, one directory"
works revector revert "$three" --all
expect "" "$(names)" "the directory after revert"
ask three x
expect "now 1" "$answer" "reverted"
ask two x
expect "now 2" "$answer" "the other process"
works revector apply "$three" fix2.rvp

expect "00000001-fix2.rvp " "$(names)" "kept again"

# the same patch, applied in two processes, is kept once
start four ./prog
hear four
hear four
works revector revert "$pid" --all
works revector apply "$three" fix3.rvp
works revector apply "$pid" fix3.rvp
expect "00000001-fix3.rvp " "$(names)" "one patch in two processes"

# skipped, one by one: the program starts, says so, and takes what is left
skipped() {
    begins 3 3 "$1"
    expect_has "$(cat complaints)" "$2" "$1"
    expect_has "$(cat complaints)" "00000002-bad.rvp" "$1"
    expect 1 "$(wc -l <complaints)" "lines about $1"
    rm -f "$folder/00000002-bad.rvp"
}
head -c 5000 fix2.rvp >"$folder/00000002-bad.rvp"
skipped "a cut-off patch" "truncated"
{ head -c 4000 fix2.rvp && printf 'X' && tail -c +4002 fix2.rvp; } >"$folder/00000002-bad.rvp"
skipped "a patch with a wrong byte" "damaged"
sed 's/base + 1/base + 9/' restart.c >else.c
compile else else.c
change else.c 's/base + 9/base + 8/'
revector build --for ./else -o "$folder/00000002-bad.rvp" fix/else.c >/dev/null 2>&1 || fail "cannot build"
skipped "a patch for another build" "another build"
cp fix2.rvp "$folder/00000002-bad.rvp"
chmod 666 "$folder/00000002-bad.rvp"
skipped "a patch that others may write to" "others than root"
ln -s "$work/fix2.rvp" "$folder/00000002-bad.rvp"
skipped "a symbolic link" "cannot be read"
mkfifo "$folder/00000002-bad.rvp"
skipped "a pipe" "not a patch"
if [ "$(id -u)" = 0 ]; then
    cp fix2.rvp "$folder/00000002-bad.rvp"
    chown nobody "$folder/00000002-bad.rvp"
    skipped "somebody else's patch" "others than root"
fi
echo unrelated >"$folder/README"
cp fix2.rvp "$folder/.hidden.rvp"
begins 3 3 "other files"
expect "" "$(cat complaints)" "what is said about other files"

# the directory itself
chmod 777 "$folder"
begins 1 1 "a folder that others may write to"
expect_has "$(cat complaints)" "others than root" "a folder that others may write to"
refused 1 "others than root" revector apply "$three" fix4.rvp
REVECTOR_UPDATES=$work/updates start loose ./prog
hear loose
works revector history "$pid"
expect_has "$output" "the journal, at start" "who could not use the folder, by history"
expect_has "$output" "others than root" "why the folder was not used, by history"
kill -9 "$pid"
chmod 755 "$folder"
REVECTOR_UPDATES=updates begins 1 1 "a relative path"
expect_has "$(cat complaints)" "absolute path" "a relative path"
expect 1 "$(grep -c . complaints)" "how often it is said ($(cat complaints))"
REVECTOR_UPDATES=$work/nowhere begins 1 1 "a directory that is not there"
expect_has "$(cat complaints)" "No such file" "a directory that is not there"
mv updates elsewhere
refused 1 "No such file" revector apply "$three" fix4.rvp
ask three x
expect "now 3" "$answer" "after a patch that could not be kept"
works revector apply "$three" fix4.rvp --once
ask three x
expect "now 4" "$answer" "the same with --once"
works revector revert "$three" --all
expect_has "$output" "the next start takes it again" "a revert that the directory does not learn of"
mv elsewhere updates
begins 3 3 "what was not taken out"

# set-user-ID programs do not listen
chmod 711 "$work"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
    setpriv --reuid nobody --clear-groups test -r "$build/lib/librevector.so.0"; then
    cp prog suid && chown daemon suid && chmod 4755 suid
    setpriv --reuid nobody --clear-groups ./suid </dev/null >printed 2>complaints
    expect "main 1" "$(tail -n 1 printed)" "a set-user-ID program ($(cat complaints))"
fi
echo "restarts: updates are there before main, and nothing keeps the program from starting"
