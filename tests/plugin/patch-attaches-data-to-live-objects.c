// SPDX-License-Identifier: BSD-2-Clause
// Shadow data: attached by new code to objects that exist, found again, freed with its
// object, and the rest when the patch's code is unloaded, whose memory is then gone.
// RUN: %patch %t %s | FileCheck %s
#include "revector/revector.h"
#include "revector/shadow.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct session {
    int number;
};
static struct session *sessions[3];
static uintptr_t hidden_address; /* its complement: the address would keep the patch loaded */
static long destroyed; /* sum of what was destroyed, maybe by the agent, which cannot print */

__attribute__((noinline)) static void use(struct session *session);
__attribute__((noinline)) static void end(struct session *session);

#ifdef FIXED
struct quota {
    long used;
};

static int start_quota(const void *object, void *data, void *context)
{
    ((struct quota *)data)->used = *(long *)context;
    printf("create %d\n", ((const struct session *)object)->number);
    return 0;
}

static void end_quota(const void *object, void *data)
{
    (void)object;
    destroyed += ((struct quota *)data)->used;
}

static struct rv_shadow_id quota = {sizeof(struct quota), start_quota, end_quota};

static void use(struct session *session)
{
    long start = 100 * session->number;
    struct quota *mine = rv_shadow_get_or_alloc(session, &quota, &start);
    mine->used++;
    hidden_address = ~(uintptr_t)&quota;
    printf("session %d: %ld\n", session->number, mine->used);
}

static void end(struct session *session)
{
    printf("end %d\n", session->number);
    rv_shadow_free(session, &quota);
    free(session);
}
#else
static void use(struct session *session)
{
    printf("session %d\n", session->number);
}

static void end(struct session *session)
{
    printf("end %d\n", session->number);
    free(session);
}
#endif

/* Whether any mapping holds the address. Not inlined: its addresses must not stay on the stack. */
__attribute__((noinline)) static int is_mapped(uintptr_t hidden)
{
    unsigned long start, stop;
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "re");

    while (maps && fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx", &start, &stop) == 2 && ~hidden >= start && ~hidden < stop)
            found = 1;
    if (maps)
        fclose(maps);
    return found;
}

static void wait_until_unloaded(void)
{
    struct timespec moment = {.tv_nsec = 10000000};

    for (int n = 0; n < 500 && is_mapped(hidden_address); n++) {
        rv_reclaim();
        nanosleep(&moment, NULL);
    }
}

__attribute__((noinline)) static void use_all(void)
{
    for (int n = 0; n < 3; n++)
        if (sessions[n]) {
            use(sessions[n]);
            use(sessions[n]);
        }
}

int main(int argc, char **argv)
{
    unsigned update;

    setvbuf(stdout, NULL, _IOLBF, 0);
    hidden_address = ~(uintptr_t)sessions; /* or these were constants to the optimiser */
    destroyed = -argc;
    for (int n = 0; n < 3; n++) {
        sessions[n] = malloc(sizeof(struct session));
        sessions[n]->number = n + 1;
    }
    if (rv_apply(argv[1], NULL, &update))
        return 1;
    use_all();
    end(sessions[1]);
    sessions[1] = NULL;
    printf("mapped: %d, destroyed: %ld\n", is_mapped(hidden_address), destroyed);
    if (rv_revert(update, NULL))
        return 2;
    wait_until_unloaded();
    printf("mapped: %d, destroyed: %ld\n", is_mapped(hidden_address), destroyed);
    use_all();
    return 0;
}

// CHECK: create 1
// CHECK-NEXT: session 1: 101
// CHECK-NEXT: session 1: 102
// CHECK-NEXT: create 2
// CHECK-NEXT: session 2: 201
// CHECK-NEXT: session 2: 202
// CHECK-NEXT: create 3
// CHECK-NEXT: session 3: 301
// CHECK-NEXT: session 3: 302
// CHECK-NEXT: end 2
// CHECK-NEXT: mapped: 1, destroyed: 200
// CHECK-NEXT: mapped: 0, destroyed: 604
// CHECK-NEXT: session 1
// CHECK-NEXT: session 1
// CHECK-NEXT: session 3
// CHECK-NEXT: session 3
