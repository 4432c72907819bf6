#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# unfinished.sh - a patch whose own functions end the program while it is applied: at a
# start it is left out from then on, by name, until an operator gives it another chance;
# one that an operator applies is not kept for the next start.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

ulimit -c 0
include=$here/../../../runtime/include
cat >prog.h <<'C'
struct item {
    int number;
    struct item *next;
};
extern struct item *items;
C
cat >prog.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "prog.h"

struct item *items;
int base;

__attribute__((noinline)) int answer(void) { return base + 1; }

__attribute__((noinline)) static void serve(const char *line)
{
    if (!strncmp(line, "add", 3)) {
        struct item *item = malloc(sizeof(*item));
        item->number = answer();
        item->next = items;
        items = item;
    }
    printf("now %d %d\n", answer(), items ? items->number : 0);
}

int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("main %d\n", answer());
    while (fgets(line, sizeof(line), stdin))
        serve(line);
}
C
compile prog -I. -I"$include" prog.c
mkdir fix updates

# patch NAME MACRO RETURNS BODY: answer() returns 2, and this hook does that where it must not.
patch() {
    cp prog.h fix/
    {
        printf '#include "revector/patch.h"\n#include <signal.h>\n'
        sed 's/base + 1;/base + 2;/' prog.c
        printf '%s static %s hook(struct rv_hook *h)\n{\n    (void)h;\n    if (!getenv("TAME")) {\n%s\n    }\n%s}\n' \
            "$2" "$3" "$4" "$([ "$3" = int ] && printf '    return 0;\n')"
    } >fix/prog.c
    revector build --for ./prog -o "$1.rvp" fix/prog.c >/dev/null 2>&1 || fail "cannot build $1"
}
patch pre_crash REVECTOR_PRE_APPLY int '*(volatile int *)(long)base = 1;'
patch post_crash REVECTOR_POST_APPLY void '*(volatile int *)(long)base = 1;'
patch post_abort REVECTOR_POST_APPLY void 'abort();'
patch pre_exit REVECTOR_PRE_APPLY int 'exit(3);'
patch pre_hang REVECTOR_PRE_APPLY int 'for (;;) pause();'
patch post_slow REVECTOR_POST_APPLY void '
    for (int n = 0; n < 2000 && access("hook-may-end", F_OK); n++)
        usleep(10000);'

# The same for a transformer.
sed 's/int number;/long flags;\n    int number;/' prog.h >fix/prog.h
cat >>fix/prog.h <<'C'
#include "revector/transform.h"
struct item_was {
    int number;
    struct item_was *next;
};
C
cat prog.c - >fix/prog.c <<'C'
static int walk(struct rv_transform *t)
{
    if (!getenv("TAME"))
        *(volatile int *)(long)base = 1;
    return rv_transform_object(t, items);
}
static int convert(struct rv_transform *t, const struct item_was *from, struct item *to)
{
    (void)t;
    to->number = from->number;
    return 0;
}
static void point(struct rv_transform *t) { items = rv_transform_moved(t, items); }
REVECTOR_TRANSFORM(struct item, struct item_was, .walk = walk, .convert = convert,
                   .point = point, .allocate = malloc, .release = free);
C
sed -i 's/base + 1;/base + 2;/' fix/prog.c
revector build --for ./prog -o walk_crash.rvp fix/prog.c >build.out 2>&1 || fail "cannot build: $(cat build.out)"

folder=$work/updates/$(revector inspect pre_crash.rvp --json | sed -n 's/^  "for_build": "\(.*\)".*/\1/p')
mkdir "$folder"
export REVECTOR_UPDATES=$work/updates

# begins STATUS SAYS WHAT: a start ends with that, and main says this.
begins() {
    { timeout -s KILL 10 ./prog </dev/null >printed 2>complaints; } 2>/dev/null
    expect "$1" $? "$3: exit status ($(cat complaints))"
    expect "$2" "$(cat printed)" "$3: what main says"
}

names() {
    (cd "$folder" && LC_ALL=C ls) | tr '\n' ' '
}

# ends_once STATUS NAME: the first start ends so, the next ones leave the patch out.
ends_once() {
    cp "$2.rvp" "$folder/00000001-$2.rvp"
    begins "$1" "" "$2, the first start"
    for round in second third; do
        begins 0 "main 1" "$2, the $round start"
        expect_has "$(cat complaints)" "00000001-$2.rvp: the program ended while it applied the patch at its start" \
            "$2, the $round start"
        expect 1 "$(wc -l <complaints)" "$2: lines about it"
    done
    expect "00000001-$2.rvp 00000001-$2.rvp.applying " "$(names)" "$2: the folder"
}
for name in pre_crash post_crash walk_crash; do
    ends_once 139 $name
    rm "$folder"/*
done
ends_once 134 post_abort
rm "$folder"/*
ends_once 3 pre_exit
rm "$folder"/*

# Hanging until somebody has enough of it is no better.
cp pre_hang.rvp "$folder/00000001-pre_hang.rvp"
./prog </dev/null >printed 2>&1 &
disown
eventually "it hangs in the hook" test -e "$folder/00000001-pre_hang.rvp.applying"
kill -9 $!
begins 0 "main 1" "after one that hung"
rm "$folder"/*

# Others in the journal are not concerned; status and history name what was left out.
cp pre_crash.rvp "$folder/00000001-pre_crash.rvp"
TAME=1 begins 0 "main 2" "a patch that does nothing wrong"
expect "" "$(cat complaints)" "what is said of it"
expect "00000001-pre_crash.rvp " "$(names)" "it leaves no mark"
begins 139 "" "before it is left out"
TAME=1 start prog ./prog
hear prog
expect "main 1" "$answer" "left out"
works revector history "$pid"
expect_has "$output" "skipped" "history"
expect_has "$output" "delete 00000001-pre_crash.rvp.applying beside it to try again" "history"
works revector status "$pid"
expect_has "$output" "00000001-pre_crash.rvp: the program ended while it applied" "status"

# Another chance: by hand, or by deleting the mark.
works revector apply "$pid" pre_crash.rvp
ask prog x
expect "now 2 0" "$answer" "applied by hand"
expect "00000001-pre_crash.rvp " "$(names)" "the mark is gone when it has come into force"
TAME=1 begins 0 "main 2" "the start after that"
begins 139 "" "it crashes again"
rm "$folder/00000001-pre_crash.rvp.applying"
TAME=1 begins 0 "main 2" "with its mark deleted"
works revector revert "$pid" --all
expect "" "$(names)" "after the revert"
begins 0 "main 1" "after the revert"

# A revert takes a mark along.
cp pre_crash.rvp "$folder/00000001-pre_crash.rvp"
works revector apply "$pid" pre_crash.rvp
touch "$folder/00000001-pre_crash.rvp.applying"
works revector revert "$pid" --all
expect "" "$(names)" "the mark of a patch that is reverted"

# Whoever starts while another start is busy with it is not disturbed, nor disturbs it.
cp post_slow.rvp "$folder/00000001-post_slow.rvp"
./prog </dev/null >slow.printed 2>&1 &
slow=$!
eventually "a mark while a hook runs" test -e "$folder/00000001-post_slow.rvp.applying"
TAME=1 begins 0 "main 2" "beside another start"
[ -e "$folder/00000001-post_slow.rvp.applying" ] || fail "the other start has lost its mark"
touch hook-may-end
wait $slow || fail "the other start did not end well"
expect "main 2" "$(cat slow.printed)" "the other start"
expect "00000001-post_slow.rvp " "$(names)" "after both"
rm "$folder"/*

# Where nothing can be written, the patch is applied all the same.
if [ "$(id -u)" = 0 ] && command -v unshare >/dev/null && unshare -m true 2>/dev/null; then
    cp pre_crash.rvp "$folder/00000001-pre_crash.rvp"
    unshare -m sh -c "mount --bind '$work/updates' '$work/updates' &&
        mount -o remount,bind,ro '$work/updates' && TAME=1 ./prog" </dev/null >printed 2>&1
    expect "main 2" "$(cat printed)" "in a read-only directory"
    rm "$folder"/*
fi

has_died() {
    ! grep -qs '^State:.*[SRD]' "/proc/$pid/status"
}

# By an operator: the process dies, and the next start is as the one before.
for name in pre_crash post_crash walk_crash; do
    unset TAME
    start "$name" ./prog
    hear "$name"
    [ $name = walk_crash ] && ask "$name" add
    revector apply "$pid" $name.rvp --consistency process >out 2>&1 && fail "$name: apply says that it is done"
    eventually "$name: the process dies ($(cat out))" has_died
    expect "" "$(names)" "$name: the folder after it"
    begins 0 "main 1" "$name: the start after it"
done
echo "what a start did not survive is left out, by name, until somebody says otherwise"
