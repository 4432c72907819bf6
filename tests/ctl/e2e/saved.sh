#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# saved.sh - a string of the patch is stored in an object on the heap: after the revert the
# patch stays loaded, status says where the pointer is, and gdb can look there; when it is
# overwritten the patch goes. Meanwhile the agent answers, however much memory there is.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >labels.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct connection {
    char *buffer;
    const char *state;
};
static struct connection *connection;
__attribute__((noinline)) void touch(struct connection *at)
{
    at->state = "idle";
}
int main(void)
{
    const size_t size = 300u << 20;
    char line[80], *memory = malloc(size);
    memset(memory, 1, size);
    connection = calloc(1, sizeof(*connection));
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin)) {
        if (line[0] == 't')
            touch(connection);
        if (line[0] == 'c')
            connection->state = "closed";
        printf("%s %d\n", connection->state ? connection->state : "new", memory[size / 2]);
    }
    return 0;
}
C
compile labels labels.c
start labels ./labels
ask labels t
expect "idle 1" "$answer" "before"
change labels.c 's/"idle"/"sleeping"/'
works revector patch "$pid" fix/labels.c
ask labels t
expect "sleeping 1" "$answer" "the patch's own string"
works revector revert "$pid" --all
until_status "$pid" "code: a pointer to it is saved at 0x"
where=$(revector status "$pid" | sed -n 's/.*is saved at \(0x[0-9a-f]*\).*/\1/p')
maps_lack "$pid" '\.rvp' && fail "the string that an object points to was unmapped"
ask labels x
expect "sleeping 1" "$answer" "what the object points to, after the revert"
expect_has "$(gdb -q -batch -p "$pid" -ex "x/1s *(char **)$where" 2>/dev/null)" '"sleeping"' "what gdb finds there"

# another update, and its end, while the first one's code stays
change labels.c 's/"idle"/"napping"/'
works revector patch "$pid" fix/labels.c
ask labels t
expect "napping 1" "$answer" "the second update"
works revector revert "$pid" --all
ask labels c
expect "closed 1" "$answer" "the object points to the program's string again"
eventually "both are unloaded" maps_lack "$pid" '\.rvp'
until_status "$pid" "no updates"
echo "kept while a pointer is saved, named, unloaded"
