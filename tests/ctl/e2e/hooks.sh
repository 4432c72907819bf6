#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# hooks.sh - a patch's own checks and changes: they run in the agent, in time, and
# whatever has begun is ended, also when an update or a revert is given up.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >prog.c <<'END'
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "revector/patch.h"
#include "revector/revector.h"

static int files = 1, refuse_revert;
static char said[256];

__attribute__((noinline)) static int version(void) { return 1; }

/* Is on the stack while it waits for the next line. */
__attribute__((noinline)) static int hold(char *line)
{
    puts("held");
    return fgets(line, 64, stdin) != NULL;
}

__attribute__((noinline)) static void serve(char *line)
{
    if (!strncmp(line, "files", 5))
        files = line[6] - '0';
    if (!strncmp(line, "keep", 4))
        refuse_revert = line[5] - '0';
    if (!strncmp(line, "hold", 4) && hold(line))
        line[0] = 0;
    if (!strncmp(line, "show", 4)) /* reads what the hooks read, or the optimiser drops it */
        printf("%d files, %d\n", files, refuse_revert);
    printf("%d%s\n", version(), said);
    said[0] = 0;
}

int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, "apply ", 6) && rv_apply(line + 6, NULL, NULL))
            puts("refused");
        serve(line);
    }
}
END
mkdir fix
sed 's/return 1;/return 2;/; s/puts("held")/puts("held by the new")/; /^int main/,$d' prog.c >fix/prog.c
cat >>fix/prog.c <<'END'
static void say(const char *what, int number)
{
    snprintf(said + strlen(said), sizeof(said) - strlen(said), " %s %d", what, number);
}
REVECTOR_PRE_APPLY static int files_are_closed(struct rv_hook *hook)
{
    say("pre_apply", rv_apply("/nowhere/at/all", NULL, NULL) == RV_EREAD);
    say("revert", rv_revert(1, NULL));
    return files ? rv_hook_refuse(hook, files, "%d files are open", files) : 0;
}
REVECTOR_POST_APPLY static void note_apply(struct rv_hook *hook) { say("post_apply", hook->error); }
REVECTOR_PRE_REVERT static int may_go(struct rv_hook *hook)
{
    say("pre_revert", (int)hook->update > 0);
    return refuse_revert;
}
REVECTOR_POST_REVERT static void note_revert(struct rv_hook *hook)
{
    say("post_revert", hook->error);
}
END
sed -n '/^int main/,$p' prog.c >>fix/prog.c
compile prog -I"$here/../../../runtime/include" prog.c
start prog ./prog
works revector build --for "$pid" -o fix.rvp fix/prog.c

# A dry run asks nobody, not even a hook that would refuse.
works revector apply "$pid" fix.rvp --dry-run
ask prog x
expect "1" "$answer" "after the dry run"

# A refusal is one sentence with the hook's name, its words and its number.
refused 1 "a hook of the patch refuses: files_are_closed: 1 files are open (1)" \
    revector apply "$pid" fix.rvp
expect_has "$(revector history "$pid")" "refuses: files_are_closed: 1 files are open (1)" "the history"
expect_has "$(revector status "$pid")" "refuses: files_are_closed: 1 files are open (1)" "the log"
ask prog "files 0"
expect "1 pre_apply 1 revert -107" "$answer" "after the refusal; a hook cannot begin an update"

# Applied, and back.
works revector apply "$pid" fix.rvp
ask prog x
expect "2 pre_apply 1 revert -107 post_apply 0" "$answer" "applied"
ask prog "keep 7"
refused 1 "a hook of the patch refuses: may_go: it gives no reason (7)" revector revert "$pid" --all
expect_has "$(revector history "$pid")" "refuses: may_go: it gives no reason (7)" "the history"
expect_has "$(revector status "$pid")" "stays: may_go: it gives no reason (7)" "the log"
ask prog "keep 0"
expect "2 pre_revert 1" "$answer" "the revert was refused"

# Of all updates one refuses: what has gone before it is said, and what has stayed.
sed 's/printf("%d files/printf("%d file(s)/' prog.c >fix2.c
mkdir fix2 && mv fix2.c fix2/prog.c
works revector build --for "$pid" -o fix2.rvp fix2/prog.c
works revector apply "$pid" fix2.rvp
second=$(printf '%s\n' "$output" | sed -n 's/^update  *//p')
ask prog "keep 7"
revector revert "$pid" --all >some.out 2>some.err && fail "a hook refused, and all were reverted"
expect_has "$(cat some.err)" "a hook of the patch refuses: may_go" "the sentence"
expect_has "$(cat some.err)" "update $((second - 1)): " "which one has refused"
expect_has "$(cat some.out)" "reverted     $second" "what has gone"
expect_has "$(cat some.out)" "still in force $((second - 1))" "what has stayed"
ask prog "keep 0"
works revector revert "$pid" --all
ask prog x
expect "1 pre_revert 1 post_revert 0" "$answer" "reverted"

# Given up, because a thread sits in the old code: what pre_apply did is undone.
ask prog hold
expect "held" "$answer" "a thread that does not move"
refused 1 "not all threads could move in time" revector apply "$pid" fix.rvp --timeout 2s
expect 1 "$(grep -o "could move in time" err.refused | wc -l)" "how often it says so"
ask prog x
expect "1 pre_apply 1 revert -107 post_revert -150" "$answer" "given up"

# The same for a revert: it stays, and post_apply says so.
works revector apply "$pid" fix.rvp
ask prog hold
expect "held by the new" "$answer" "a thread that does not move back"
refused 1 "not all threads could move in time" revector revert "$pid" --all --timeout 2s
ask prog x
expect "2 pre_apply 1 revert -107 post_apply 0 pre_revert 1 post_apply -150" "$answer" \
    "the revert was given up"

# An update that comes into force long after it was asked for.
works revector revert "$pid" --all
ask prog x
ask prog hold
revector apply "$pid" fix.rvp --timeout 60s >late.out 2>&1 &
waiter=$!
until_status "$pid" moving
ask prog x
wait "$waiter" || fail "the late apply failed: $(cat late.out)"
first=$answer
ask prog x
expect_has "$first$answer" "post_apply 0" "the agent ends it, and the hook runs"
expect_has "$answer" "2" "the late apply"
works revector revert "$pid" --all
ask prog x

# patch NAME RETURNS: version() returns that; more of it is on stdin.
patch() {
    {
        sed "s/return 1;/return $2;/; /^int main/,\$d" prog.c
        printf '#include <fcntl.h>\n#include "revector/shadow.h"\n'
        printf 'static void say(const char *what, int number)\n{\n    snprintf(said + strlen(said), sizeof(said) - strlen(said), " %%s %%d", what, number);\n}\n'
        cat -
        sed -n '/^int main/,$p' prog.c
    } >fix/prog.c
    works revector build --for "$pid" -o "$1.rvp" fix/prog.c
}

# An update that another one supersedes is not asked and not told: the new patch takes over. Only
# the shadow data goes with its code.
patch first 2 <<'END'
static void drop(const void *object, void *data)
{
    say("destroyed", *(int *)data + (object == &files));
}
static struct rv_shadow_id mark = {.size = sizeof(int), .destroy = drop};
REVECTOR_POST_APPLY static void attach(struct rv_hook *hook)
{
    int *data = rv_shadow_get_or_alloc(&files, &mark, NULL);
    if (data)
        *data = 40;
    say("attached", hook->error);
}
REVECTOR_PRE_REVERT static int never(struct rv_hook *hook)
{
    say("first_asked", (int)hook->update);
    return 1;
}
REVECTOR_POST_REVERT static void end(struct rv_hook *hook) { say("first_told", hook->error); }
END
patch second 3 <<'END'
REVECTOR_PRE_APPLY static int look(struct rv_hook *hook)
{
    say("second_asked", hook->error);
    return refuse_revert;
}
REVECTOR_POST_APPLY static void take_over(struct rv_hook *hook) { say("takes_over", hook->error); }
REVECTOR_POST_REVERT static void end(struct rv_hook *hook) { say("second_told", hook->error); }
END
works revector apply "$pid" first.rvp
ask prog x
expect "2 attached 0" "$answer" "the first one"
ask prog "keep 7"
expect "2" "$answer" "before it is superseded"
refused 1 "a hook of the patch refuses: look" revector apply "$pid" second.rvp --replace
ask prog "keep 0"
expect "2 second_asked 0" "$answer" "a refusal of the one that is to supersede it"
works revector apply "$pid" second.rvp --replace
all=
has_destroyed() {
    ask prog x
    all="$all${answer#3}"
    [[ $all == *destroyed* ]]
}
eventually "the first one's shadow data are destroyed" has_destroyed
expect " second_asked 0 takes_over 0 destroyed 41" "$all" "whose functions run when one supersedes another"
works revector revert "$pid" --all
ask prog x
expect "1 second_told 0" "$answer" "whose functions run when that is reverted"

# Hooks run in the thread that applies. The agent's descriptors are its own; those of the
# program's threads, and of the first one at a start, are the program's.
exec 200</dev/null
patch where 2 <<'END'
REVECTOR_POST_APPLY static void look(struct rv_hook *hook)
{
    say("open", hook->error ? -1 : fcntl(200, F_GETFD) >= 0);
}
END
start where ./prog
works revector apply "$pid" where.rvp
ask where x
expect "2 open 0" "$answer" "a descriptor of the program in a hook that the agent runs"
works revector revert "$pid" --all
ask where "apply $work/where.rvp"
expect "2 open 1" "$answer" "the same in a hook that a thread of the program runs"
works revector revert "$pid" --all
mkdir updates
export REVECTOR_UPDATES=$work/updates
start kept ./prog
works revector apply "$pid" where.rvp
ask kept x
start next ./prog
ask next x
expect "2 open 1" "$answer" "the same in a hook that a start runs"
echo "hooks are asked, told, and told of what was given up"
