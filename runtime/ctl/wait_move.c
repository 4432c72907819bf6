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
#define MORE_MAX       sizeof("; ; and 4294967295 more")
#define RETURN_MS      1000 /* from the deadline on, for those who have moved to come back */

struct watch {
    uint64_t id;
    char state[32]; /* "": the update is not there */
    char keepers[1900];
    unsigned keeper_count, keeper_shown;
    int converts; /* live objects */
};

/* As many as are shown, and fit as a whole; of the others, how many there are. */
static void take_keeper(struct watch *watch, const struct rv_ctl_field *field)
{
    const size_t at = strlen(watch->keepers), room = sizeof(watch->keepers) - at;

    watch->keeper_count++;
    if (watch->keeper_shown == watch->keeper_count - 1 && watch->keeper_shown < KEEPERS_SHOWN &&
        field->size + MORE_MAX < room) {
        snprintf(watch->keepers + at, room, "%s%.*s", at ? "; " : "", (int)field->size,
                 (const char *)field->data);
        watch->keeper_shown++;
    }
}

static void say_more(struct watch *watch)
{
    const size_t at = strlen(watch->keepers);

    if (watch->keeper_count > watch->keeper_shown)
        snprintf(watch->keepers + at, sizeof(watch->keepers) - at, "%sand %u more", at ? "; " : "",
                 watch->keeper_count - watch->keeper_shown);
}

static int take_update(const struct rv_ctl_reader *update, void *context)
{
    struct rv_ctl_reader fields = *update;
    struct watch *watch = context;
    struct rv_ctl_field field;

    if (rv_ctl_number(&fields, RV_CTL_TAG_ID, 0) != watch->id || watch->state[0])
        return 0;
    if (rv_ctl_text(&fields, RV_CTL_TAG_STATE, watch->state, sizeof(watch->state)))
        return RV_EPROTOCOL;
    watch->converts = rv_ctl_number(&fields, RV_CTL_TAG_CONVERTS, 0) != 0;
    while (rv_ctl_next(&fields, &field))
        if (field.tag == RV_CTL_TAG_KEEPER)
            take_keeper(watch, &field);
    say_more(watch);
    return 0;
}

static int is_under_way(const char *state)
{
    return strcmp(state, "moving") == 0 || strcmp(state, "returning") == 0;
}

/* What helps a thread that a function holds, which may be one that never returns. */
static const char *advice(const char *kept, const char *verb, int converts)
{
    if (!strstr(kept, " inside ") || strcmp(verb, "apply") != 0)
        return "";
    if (converts) /* nobody may be left with an old object in hand */
        return "; if that function does not return, mark its loop [[revector::loop]]";
    return "; if that function does not return, mark its loop [[revector::loop]], or apply with "
           "--consistency call: then whoever is inside it keeps running old code until it returns";
}

/* When nobody waits any longer: the update is going back, or the process should have given up. */
static uint64_t end_of_patience(const struct watch *watch, uint64_t deadline, uint64_t *back)
{
    if (strcmp(watch->state, "returning") != 0)
        return deadline + RV_CLIENT_TIMEOUT_MS;
    if (!*back)
        *back = rv_clock_ms();
    return (*back > deadline ? *back : deadline) + RETURN_MS;
}

/*
 * Until it is not under way any more; *converts: whether it converts live objects.
 * RV_ERETURNING, RV_EMOVETIME: it still is.
 */
static int watch_update(struct rv_client *client, uint64_t id, unsigned timeout_ms, int *converts,
                        struct rv_reason *reason)
{
    const uint64_t start = rv_clock_ms();
    uint64_t back = 0; /* since when it is going back */
    unsigned us = NAP_FIRST_US;
    int is_told = 0;

    for (;;) {
        struct watch watch = {.id = id};
        int error = rv_client_updates(client, take_update, &watch, reason);
        if (error || !is_under_way(watch.state))
            return error;
        *converts = watch.converts;
        if (rv_clock_ms() > end_of_patience(&watch, start + timeout_ms, &back))
            return rv_because(reason, back ? RV_ERETURNING : RV_EMOVETIME, "%s", watch.keepers);
        if (!is_told && rv_clock_ms() - start > TELL_AFTER_MS) {
            fputs("revector: waiting: ", stderr);
            rv_put_text(stderr, watch.keepers);
            putc('\n', stderr);
            is_told = 1;
        }
        rv_client_nap(&us, NAP_LONGEST_US);
    }
}

/* ---- how it ended: the last row about it ---- */

struct end {
    uint64_t id;
    const char *verb;
    int error;
    char text[sizeof(((struct rv_reason *)0)->text)];
};

static int take_events(const struct rv_ctl_reader *answer, void *context)
{
    struct rv_ctl_reader fields = *answer, event;
    struct end *end = context;
    struct rv_ctl_field field;
    char verb[16];

    while (rv_ctl_next(&fields, &field)) {
        if (field.tag != RV_CTL_TAG_EVENT)
            continue;
        event = rv_ctl_inside(&field);
        if (rv_ctl_number(&event, RV_CTL_TAG_UPDATE_ID, 0) != end->id ||
            rv_ctl_text(&event, RV_CTL_TAG_VERB, verb, sizeof(verb)) || strcmp(verb, end->verb))
            continue;
        end->error = -(int)rv_ctl_number(&event, RV_CTL_TAG_CODE, 0);
        if (rv_ctl_text(&event, RV_CTL_TAG_TEXT, end->text, sizeof(end->text)))
            return RV_EPROTOCOL;
    }
    return 0;
}

/* A row of the history may begin with the sentence of its error, which rv_because() says, too. */
static const char *without_sentence(const char *text, int error)
{
    const char *sentence = rv_error_text(error);
    size_t length = strlen(sentence);

    return strncmp(text, sentence, length) ? text : text + length + strspn(text + length, ": ");
}

static int hear_end(struct rv_client *client, uint64_t id, const char *verb, int converts,
                    char *note, size_t size, struct rv_reason *reason)
{
    struct end end = {.id = id, .verb = verb};
    const char *why;
    int error = rv_client_pages(client, RV_CTL_HISTORY, take_events, &end, reason);

    if (error)
        return error;
    if (!end.error)
        snprintf(note, size, "%s", end.text);
    else if (*(why = without_sentence(end.text, end.error)))
        rv_because(reason, end.error, "%s%s", why, advice(why, verb, converts));
    return end.error;
}

int rv_wait_ended(struct rv_client *client, uint64_t id, const char *verb, unsigned timeout_ms,
                  char *note, size_t size, struct rv_reason *reason)
{
    int converts = 0, error = watch_update(client, id, timeout_ms, &converts, reason);

    *note = 0;
    return error ? error : hear_end(client, id, verb, converts, note, size, reason);
}

int rv_wait_moved(struct rv_client *client, const struct rv_ctl_reader *answer, const char *verb,
                  unsigned timeout_ms, char *note, size_t size, struct rv_reason *reason)
{
    struct rv_ctl_field field;
    struct rv_ctl_reader update;
    char state[32] = "";
    uint64_t id;

    *note = 0;
    if (!rv_ctl_find(answer, RV_CTL_TAG_UPDATE, &field))
        return 0;
    update = rv_ctl_inside(&field);
    id = rv_ctl_number(&update, RV_CTL_TAG_ID, 0);
    if (rv_ctl_text(&update, RV_CTL_TAG_STATE, state, sizeof(state)))
        return RV_EPROTOCOL;
    if (!strcmp(verb, "apply") && !strcmp(state, "committed"))
        return 0; /* the answer has said all */
    return is_under_way(state) ? rv_wait_ended(client, id, verb, timeout_ms, note, size, reason)
                               : hear_end(client, id, verb, 0, note, size, reason);
}
