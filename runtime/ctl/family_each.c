/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * family_each.c - one process of a program after the other.
 */
#include "family_members.h"

struct tour {
    struct rv_command *command;
    int (*one)(struct rv_command *command, struct rv_client *client, void *context);
    void *context;
    struct rv_family seen;
    size_t failed;
    struct rv_reason first; /* what the first that failed says */
};

static int ask(const struct tour *tour, int pid)
{
    struct rv_client *client;
    int error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &tour->command->reason);

    if (error)
        return error;
    error = tour->one(tour->command, client, tour->context);
    rv_client_close(client);
    return error;
}

static void visit(struct tour *tour, const struct rv_member *member)
{
    struct rv_reason *reason = &tour->command->reason;
    const int pid = member->pid;
    int error;

    rv_out_item(&tour->command->out, "process", (uint64_t)pid);
    error = ask(tour, pid);
    rv_out_item_end(&tour->command->out);
    if (error && !rv_member_has_left(member, error) && !tour->failed++)
        snprintf(tour->first.text, sizeof(tour->first.text), "process %d: %.1900s", pid,
                 *reason->text ? reason->text : rv_error_text(error));
    reason->text[0] = 0;
}

/* Until there are no more: a child may be born of one that is still to be visited. */
static int visit_all(struct tour *tour)
{
    size_t added = 1, next = 0;
    int error = 0;

    rv_out_list(&tour->command->out, "processes");
    for (int round = 0; round < RV_FAMILY_ROUNDS && added && !error; round++) {
        error = rv_family_look_around(&tour->seen, &added);
        for (; next < tour->seen.count; next++)
            visit(tour, &tour->seen.all[next]);
    }
    rv_out_list_end(&tour->command->out);
    if (!error && tour->failed)
        error = rv_because(&tour->command->reason, RV_ESOME, "%zu of %zu: %s", tour->failed, next,
                           tour->first.text);
    rv_family_disperse(&tour->seen);
    return error;
}

int rv_family_each(struct rv_command *command, const char *word,
                   int (*one)(struct rv_command *command, struct rv_client *client, void *context),
                   void *context)
{
    struct tour tour = {.command = command, .one = one, .context = context, .seen = {.word = word}};
    struct rv_pids pids;
    int pid, error = rv_process_all(word, &pids, &command->reason);

    if (error)
        return error;
    pid = pids.count == 1 ? pids.all[0] : 0;
    rv_process_free(&pids);
    return pid ? ask(&tour, pid) : visit_all(&tour);
}
