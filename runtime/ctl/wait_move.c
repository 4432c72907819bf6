/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait_move.c - waits until the threads of a process have moved to an update's side.
 *
 * The process gives up by itself when its time is over; all that is done here is to
 * ask how far it is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "control/clock.h"

#define NAP_FIRST_US   500
#define NAP_LONGEST_US 20000
#define TELL_AFTER_MS  1000 /* somebody may be watching */
#define KEEPERS_SHOWN  4

struct watch {
    uint64_t id;
    char state[32]; /* "": the update is not there */
    char keepers[1024];
    unsigned keeper_count;
};

static void take_keeper(struct watch *watch, const struct rv_ctl_field *field)
{
    size_t at = strlen(watch->keepers);

    if (watch->keeper_count++ < KEEPERS_SHOWN)
        snprintf(watch->keepers + at, sizeof(watch->keepers) - at, "%s%.*s", at ? "; " : "",
                 (int)field->size, (const char *)field->data);
}

static int take_update(struct watch *watch, struct rv_ctl_reader fields)
{
    struct rv_ctl_field field;

    if (rv_ctl_number(&fields, RV_CTL_TAG_ID, 0) != watch->id || watch->state[0])
        return 0;
    if (rv_ctl_text(&fields, RV_CTL_TAG_STATE, watch->state, sizeof(watch->state)))
        return RV_EPROTOCOL;
    while (rv_ctl_next(&fields, &field))
        if (field.tag == RV_CTL_TAG_KEEPER)
            take_keeper(watch, &field);
    return 0;
}

static int take_page(const struct rv_ctl_reader *answer, void *context)
{
    struct rv_ctl_reader fields = *answer;
    struct rv_ctl_field field;
    int error = 0;

    while (!error && rv_ctl_next(&fields, &field))
        if (field.tag == RV_CTL_TAG_UPDATE)
            error = take_update(context, rv_ctl_inside(&field));
    return error;
}

static void nap(unsigned *us)
{
    struct timespec time = {.tv_nsec = (long)*us * 1000};

    nanosleep(&time, NULL);
    *us = *us * 2 < NAP_LONGEST_US ? *us * 2 : NAP_LONGEST_US;
}

static int is_under_way(const struct watch *watch)
{
    return strcmp(watch->state, "moving") == 0 || strcmp(watch->state, "returning") == 0;
}

/* What helps a thread that a function holds, which may be one that never returns. */
static const char *advice(const char *kept, const char *wanted)
{
    if (!strstr(kept, " is inside ") || strcmp(wanted, "committed") != 0)
        return "";
    return "; if that function does not return, mark its loop [[revector::loop]], or apply with "
           "--consistency call: then whoever is inside it keeps running old code until it returns";
}

/* What keeps threads may be gone when the time is over, so the last that was seen is told. */
static void keep_reason(char *kept, size_t size, const struct watch *watch)
{
    if (strcmp(watch->state, "moving") == 0 && watch->keepers[0])
        snprintf(kept, size, "%s", watch->keepers);
}

int rv_wait_moved(struct rv_client *client, uint64_t id, const char *wanted, unsigned timeout_ms,
                  struct rv_reason *reason)
{
    const uint64_t start = rv_clock_ms(), last = start + timeout_ms + RV_CLIENT_TIMEOUT_MS;
    char kept[1024] = "";
    unsigned us = NAP_FIRST_US;
    int is_told = 0;

    for (;;) {
        struct watch watch = {.id = id};
        int error = rv_client_pages(client, RV_CTL_STATUS, take_page, &watch, reason);
        if (error)
            return error;
        keep_reason(kept, sizeof(kept), &watch);
        if (!is_under_way(&watch) || rv_clock_ms() > last)
            return strcmp(watch.state[0] ? watch.state : "reverted", wanted) == 0
                       ? 0
                       : rv_because(reason, RV_EMOVETIME, "%s%s", kept, advice(kept, wanted));
        if (!is_told && rv_clock_ms() - start > TELL_AFTER_MS) {
            fprintf(stderr, "revector: waiting: %s\n", watch.keepers);
            is_told = 1;
        }
        nap(&us);
    }
}
