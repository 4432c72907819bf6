#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# eventloops.sh - a daemon whose loop is in main, or in a function that main calls once: a
# function that only the loop calls takes an update, in force from the next turn on.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >evloop.c <<'C'
#include <stdio.h>
#include <string.h>

struct request {
    char line[80];
    int number;
};

static int requests;
WORDS int parse(struct request *request)
{
    request->number = ++requests;
    return strchr("hello", request->line[0]) != NULL;
}

WORDS int answer(const struct request *request, const char *name)
{
    (void)name;
    printf("old %d\n", request->number);
    return 0;
}

/* The object lives on the stack of what the loop calls. */
WORDS int handle(const char *name)
{
    struct request request;

    if (!fgets(request.line, sizeof(request.line), stdin))
        return 1;
    return parse(&request) ? answer(&request, name) : 0;
}

static void serve(const char *name)
{
    int ended;

    do
        ended = handle(name);
    while (!ended);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1)
        return 1;
    serve(argv[0]);
    puts("left");
    return 0;
}
C
compile evloop -DWORDS=static evloop.c

# ---- the next turn is new; the one that waits for the line is old ----
start evloop ./evloop
ask evloop h
expect "old 1" "$answer" "before"
change evloop.c 's/"old %d\\n", request->number/"new %d for %s\\n", request->number, name/'
revector build --for ./evloop -o new.rvp fix/evloop.c 2>build.err >/dev/null ||
    fail "cannot build: $(cat build.err)"
expect "" "$(grep warning build.err)" "what build says of code that the patch does not reach"
expect_has "$(revector inspect new.rvp)" handle "what is in the patch"
revector inspect new.rvp | grep -qE ' (main|serve)$' && fail "who is entered once is in the patch"
works revector apply "$pid" new.rvp --consistency call
ask evloop h
expect "old 2" "$answer" "the turn that had begun"
ask evloop h
expect "new 3 for ./evloop" "$answer" "the next turn"
works revector revert "$pid" --all --consistency call
ask evloop h
expect "new 4 for ./evloop" "$answer" "the turn that had begun before the revert"
ask evloop h
expect "old 5" "$answer" "the next turn after the revert"

# ---- an object that lives for a turn gets a field; the turn ends the loop, as it never did ----
change evloop.c 's/    int number;/    int number, length;/
    s/^    request->number = /    request->length = strlen(request->line) - 1;\n&/
    s/"old %d\\n", request->number/"%d long\\n", request->length/
    /^WORDS int answer/,/^}/s/return 0;/return request->length > 5;/'
revector build --for ./evloop -o field.rvp fix/evloop.c >/dev/null 2>build.err ||
    fail "cannot build with a new field: $(cat build.err)"
works revector apply "$pid" field.rvp --consistency call
ask evloop h
expect "old 6" "$answer" "the turn that had begun before the field"
ask evloop hello
expect "5 long" "$answer" "a turn with the new field"
ask evloop hello!
expect "6 long" "$answer" "the last turn"
hear evloop
expect "left" "$answer" "what is behind the loop"

# ---- where the source says inline, it is as it was: build says that it comes too late ----
compile evloop "-DWORDS=static inline" evloop.c
revector build --for ./evloop -o inline.rvp fix/evloop.c >/dev/null 2>build.err ||
    fail "cannot build: $(cat build.err)"
expect_has "$(cat build.err)" \
    "'main' itself has not changed, only what has become a part of its code" "what build says of inline"
echo "what an event loop calls is new from the next turn on"
