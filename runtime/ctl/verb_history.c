/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_history.c - revector history: what was done to a process, and by whom.
 */
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "client.h"

/* A moment, in UTC, to the millisecond. */
static void print_when(struct rv_out *out, uint64_t nanoseconds)
{
    time_t seconds = (time_t)(nanoseconds / 1000000000);
    char text[64] = "";
    struct tm date;
    size_t length;

    if (!gmtime_r(&seconds, &date))
        return;
    length = strftime(text, sizeof(text), "%FT%T", &date);
    snprintf(text + length, sizeof(text) - length, ".%03uZ",
             (unsigned)(nanoseconds % 1000000000 / 1000000));
    rv_out_text(out, "when", text);
}

/* What this machine calls the user; "": nothing. */
static const char *user_name(uint64_t uid)
{
    const struct passwd *user = getpwuid((uid_t)uid);

    return user ? user->pw_name : "";
}

/* "root (user 0), process 4711 (revector)" */
static void print_peer(struct rv_out *out, const struct rv_ctl_reader *event)
{
    uint64_t uid = rv_ctl_number(event, RV_CTL_TAG_ASKER_UID, 0);
    uint64_t pid = rv_ctl_number(event, RV_CTL_TAG_ASKER_PID, 0);
    const char *user = user_name(uid);
    char name[64], text[256];

    if (rv_ctl_text(event, RV_CTL_TAG_ASKER_NAME, name, sizeof(name)))
        name[0] = 0;
    snprintf(text, sizeof(text), "%s (user %" PRIu64 "), process %" PRIu64 " (%s)",
             *user ? user : "nobody known", uid, pid, *name ? name : "not known");
    rv_out_text(out, "by", text);
    if (!out->is_json)
        return;
    rv_out_number(out, "uid", uid);
    rv_out_text(out, "user", user);
    rv_out_number(out, "pid", pid);
    rv_out_text(out, "command", name);
}

static void print_asker(struct rv_out *out, const struct rv_ctl_reader *event)
{
    char text[64];

    if (rv_ctl_text(event, RV_CTL_TAG_ASKER, text, sizeof(text)) || !*text)
        print_peer(out, event);
    else
        rv_out_text(out, "by", text);
}

static void print_hash(struct rv_out *out, const struct rv_ctl_reader *event)
{
    struct rv_ctl_field field;
    char hex[65];

    if (!rv_ctl_find(event, RV_CTL_TAG_SHA256, &field) || field.size != 32)
        return;
    for (unsigned i = 0; i < 32; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", field.data[i]);
    rv_out_text(out, "sha256", hex);
}

/* A text that is there. */
static void print_text(struct rv_out *out, const char *key, const struct rv_ctl_reader *event,
                       enum rv_ctl_tag tag)
{
    char text[1024];

    if (!rv_ctl_text(event, tag, text, sizeof(text)) && *text)
        rv_out_text(out, key, text);
}

static void print_event(struct rv_out *out, const struct rv_ctl_reader *event)
{
    uint64_t update = rv_ctl_number(event, RV_CTL_TAG_UPDATE_ID, 0);

    rv_out_item(out, "event", rv_ctl_number(event, RV_CTL_TAG_ID, 0));
    print_when(out, rv_ctl_number(event, RV_CTL_TAG_WHEN, 0));
    print_asker(out, event);
    print_text(out, "asked", event, RV_CTL_TAG_VERB);
    if (update)
        rv_out_number(out, "update", update);
    print_text(out, "file", event, RV_CTL_TAG_PATH);
    print_hash(out, event);
    print_text(out, "result", event, RV_CTL_TAG_RESULT);
    print_text(out, "because", event, RV_CTL_TAG_TEXT);
    rv_out_time(out, "took_ns", rv_ctl_number(event, RV_CTL_TAG_AGENT_NS, 0));
    rv_out_item_end(out);
}

struct tour {
    struct rv_out *out;
    unsigned events;
};

static int take_page(const struct rv_ctl_reader *answer, void *context)
{
    struct rv_ctl_reader fields = *answer, event;
    struct tour *tour = context;
    struct rv_ctl_field field;

    while (rv_ctl_next(&fields, &field)) {
        if (field.tag != RV_CTL_TAG_EVENT)
            continue;
        event = rv_ctl_inside(&field);
        print_event(tour->out, &event);
        tour->events++;
    }
    return 0;
}

int rv_verb_history(struct rv_command *command)
{
    struct tour tour = {.out = &command->out};
    struct rv_client *client;
    int error = rv_client_of_target(command, &client);

    if (error)
        return error;
    rv_out_list(&command->out, "events");
    error = rv_client_pages(client, RV_CTL_HISTORY, take_page, &tour, &command->reason);
    rv_out_list_end(&command->out);
    rv_client_close(client);
    if (!error && !tour.events)
        rv_out_say(&command->out, "nothing has happened yet");
    return error;
}
