/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_status.c - revector status: updates, who keeps old code loaded, the log.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define NAMES_STEP 64

/* Updates arrive in pieces if they are large, so one is put together before it is printed. */
struct update {
    uint64_t id, age_ms, count, holders, confirm_ms, probation_ms;
    char state[32], path[4096];
    char **names;
    size_t name_count, name_room;
    char **backs; /* names that go back to their first body */
    size_t back_count, back_room;
    char **keepers;
    size_t keeper_count, keeper_room;
    char **old;
    size_t old_count, old_room;
    char **one_way;
    size_t one_way_count, one_way_room;
};

struct status {
    struct rv_out *out;
    struct update update; /* id 0: none yet */
    unsigned updates;
};

/* ---- collecting ---- */

static int add_text(char ***list, size_t *count, size_t *room, const struct rv_ctl_field *field)
{
    if (*count == *room) {
        char **grown = realloc(*list, (*room + NAMES_STEP) * sizeof(**list));

        if (!grown)
            return RV_ENOMEM;
        *list = grown;
        *room += NAMES_STEP;
    }
    (*list)[*count] = strndup((const char *)field->data, field->size);
    if (!(*list)[*count])
        return RV_ENOMEM;
    (*count)++;
    return 0;
}

static void free_list(char **list, size_t count)
{
    while (count)
        free(list[--count]);
    free(list);
}

static void forget(struct update *update)
{
    free_list(update->names, update->name_count);
    free_list(update->backs, update->back_count);
    free_list(update->keepers, update->keeper_count);
    free_list(update->old, update->old_count);
    free_list(update->one_way, update->one_way_count);
    memset(update, 0, sizeof(*update));
}

static int take_names(struct update *update, struct rv_ctl_reader fields)
{
    struct rv_ctl_field field;
    int error = 0;

    while (!error && rv_ctl_next(&fields, &field))
        if (field.tag == RV_CTL_TAG_NAME)
            error = add_text(&update->names, &update->name_count, &update->name_room, &field);
        else if (field.tag == RV_CTL_TAG_BACK)
            error = add_text(&update->backs, &update->back_count, &update->back_room, &field);
    return error;
}

static int take_facts(struct update *update, struct rv_ctl_reader fields)
{
    struct rv_ctl_field field;
    int error = rv_ctl_text(&fields, RV_CTL_TAG_STATE, update->state, sizeof(update->state));

    if (!error)
        error = rv_ctl_text(&fields, RV_CTL_TAG_PATH, update->path, sizeof(update->path));
    update->id = rv_ctl_number(&fields, RV_CTL_TAG_ID, 0);
    update->age_ms = rv_ctl_number(&fields, RV_CTL_TAG_AGE, 0);
    update->count = rv_ctl_number(&fields, RV_CTL_TAG_COUNT, 0);
    update->holders = rv_ctl_number(&fields, RV_CTL_TAG_HOLDERS, 0);
    update->confirm_ms = rv_ctl_number(&fields, RV_CTL_TAG_CONFIRM, 0);
    update->probation_ms = rv_ctl_number(&fields, RV_CTL_TAG_PROBATION, 0);
    while (!error && rv_ctl_next(&fields, &field))
        if (field.tag == RV_CTL_TAG_KEEPER)
            error = add_text(&update->keepers, &update->keeper_count, &update->keeper_room, &field);
        else if (field.tag == RV_CTL_TAG_OLD_CODE)
            error = add_text(&update->old, &update->old_count, &update->old_room, &field);
        else if (field.tag == RV_CTL_TAG_ONE_WAY)
            error =
                add_text(&update->one_way, &update->one_way_count, &update->one_way_room, &field);
    return error;
}

/* ---- printing ---- */

static void print_update(struct rv_out *out, const struct update *update)
{
    rv_out_item(out, "update", update->id);
    rv_out_text(out, "state", update->state);
    if (update->age_ms || out->is_json) /* none while it is under way */
        rv_out_time(out, "age_ns", update->age_ms * 1000000);
    if (update->confirm_ms)
        rv_out_time(out, "confirm_within_ns", update->confirm_ms * 1000000);
    if (update->probation_ms)
        rv_out_time(out, "on_probation_for_ns", update->probation_ms * 1000000);
    rv_out_text(out, "file", update->path);
    rv_out_names(out, "functions", (const char *const *)update->names, update->name_count);
    rv_out_names(out, "go_back", (const char *const *)update->backs, update->back_count);
    rv_out_number(out, "still_in_use", update->holders);
    rv_out_names(out, "kept_by", (const char *const *)update->keepers, update->keeper_count);
    rv_out_names(out, "keeps_old_code", (const char *const *)update->old, update->old_count);
    rv_out_names(out, "no_way_back_for", (const char *const *)update->one_way,
                 update->one_way_count);
    rv_out_item_end(out);
}

static void print_pending(struct status *status)
{
    if (status->update.id) {
        print_update(status->out, &status->update);
        status->updates++;
    }
    forget(&status->update);
}

static int take_update(const struct rv_ctl_reader *update, void *context)
{
    struct status *status = context;
    int error = 0;

    if (rv_ctl_number(update, RV_CTL_TAG_ID, 0) != status->update.id) {
        print_pending(status);
        error = take_facts(&status->update, *update);
    }
    return error ? error : take_names(&status->update, *update);
}

static int print_updates(struct rv_client *client, struct rv_out *out, struct rv_reason *reason)
{
    struct status status = {.out = out};
    int error;

    rv_out_list(out, "updates");
    error = rv_client_updates(client, take_update, &status, reason);
    print_pending(&status);
    rv_out_list_end(out);
    if (!error && !status.updates)
        rv_out_say(out, "no updates");
    return error;
}

static const struct rv_column log_columns[] = {{"age_ns", -10}, {"event", 0}, {NULL, 0}};

struct log {
    struct rv_out *out;
    int is_open;
};

/* Titles over nothing are for nobody. */
static void open_log(struct log *log)
{
    if (!log->is_open)
        rv_out_table(log->out, "log", log_columns);
    log->is_open = 1;
}

static int take_line(const struct rv_ctl_reader *answer, void *context)
{
    struct rv_ctl_reader lines = *answer, fields;
    struct log *log = context;
    struct rv_ctl_field field;
    char text[512];

    while (rv_ctl_next(&lines, &field)) {
        if (field.tag != RV_CTL_TAG_LINE)
            continue;
        fields = rv_ctl_inside(&field);
        if (rv_ctl_text(&fields, RV_CTL_TAG_TEXT, text, sizeof(text)))
            continue;
        open_log(log);
        rv_out_cell_time(log->out, rv_ctl_number(&fields, RV_CTL_TAG_AGE, 0) * 1000000);
        rv_out_cell(log->out, text);
    }
    return 0;
}

/* ---- the process itself ---- */

static int print_hello(struct rv_client *client, struct rv_out *out, struct rv_reason *reason)
{
    struct rv_ctl_reader answer;
    uint64_t strangers;
    char text[1024];
    int error;

    rv_client_begin(client, RV_CTL_HELLO);
    error = rv_client_ask(client, -1, &answer, reason);
    if (error)
        return error;
    rv_process_name(client->pid, text, sizeof(text));
    rv_out_text(out, "name", text);
    error = rv_ctl_text(&answer, RV_CTL_TAG_VERSION, text, sizeof(text));
    rv_out_text(out, "runtime", text);
    rv_out_number(out, "images", rv_ctl_number(&answer, RV_CTL_TAG_IMAGES, 0));
    strangers = rv_ctl_number(&answer, RV_CTL_TAG_STRANGERS, 0);
    if (strangers || out->is_json)
        rv_out_number(out, "not_registered", strangers);
    rv_out_number(out, "methods", rv_ctl_number(&answer, RV_CTL_TAG_METHODS, 0));
    if (!error && !rv_ctl_text(&answer, RV_CTL_TAG_TRUST, text, sizeof(text)) && *text)
        rv_out_text(out, "signatures", text);
    if (!error && !rv_ctl_text(&answer, RV_CTL_TAG_NOTE, text, sizeof(text)) && *text)
        rv_out_text(out, "note", text);
    return error;
}

static int print_process(struct rv_client *client, struct rv_out *out, struct rv_reason *reason)
{
    struct log log = {.out = out};
    int error = print_hello(client, out, reason);

    if (!error)
        error = print_updates(client, out, reason);
    if (error)
        return error;
    if (out->is_json)
        open_log(&log);
    error = rv_client_pages(client, RV_CTL_LOG, take_line, &log, reason);
    if (log.is_open)
        rv_out_table_end(out);
    return error;
}

static int status_of(struct rv_command *command, int pid)
{
    struct rv_client *client;
    int error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &command->reason);

    if (error)
        return error;
    rv_out_item(&command->out, "process", (uint64_t)pid);
    error = print_process(client, &command->out, &command->reason);
    rv_out_item_end(&command->out);
    rv_client_close(client);
    return error;
}

struct everybody {
    struct rv_command *command;
    unsigned shown, hidden;
};

static void visit_process(int pid, void *context)
{
    struct everybody *everybody = context;
    struct rv_client *client;
    struct rv_ctl_reader answer;
    struct rv_reason unused;
    int error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &unused);

    if (!error) {
        rv_client_begin(client, RV_CTL_HELLO);
        error = rv_client_ask(client, -1, &answer, &unused);
        rv_client_close(client);
    }
    if (!error)
        error = status_of(everybody->command, pid);
    *(error ? &everybody->hidden : &everybody->shown) += 1;
}

/* All processes of a program; one that has ended meanwhile has nothing to say. */
static int status_of_all(struct rv_command *command, const struct rv_pids *pids)
{
    int error = 0;

    for (size_t n = 0; n < pids->count && !error; n++)
        if (pids->count == 1 || rv_process_exists(pids->all[n]))
            error = status_of(command, pids->all[n]);
    return error;
}

static void status_of_everybody(struct rv_command *command)
{
    struct everybody everybody = {.command = command};

    rv_agents_each(visit_process, &everybody);
    rv_out_list_end(&command->out);
    if (everybody.hidden)
        rv_out_say(&command->out, "%u more that you may not see", everybody.hidden);
    else if (!everybody.shown)
        rv_out_say(&command->out, "no process has an agent");
}

int rv_verb_status(struct rv_command *command)
{
    struct rv_pids pids = {0};
    int error = 0;

    if (command->args.operand_count)
        error = rv_process_all(command->args.operands[0], &pids, &command->reason);
    if (error)
        return error;
    rv_out_list(&command->out, "processes");
    if (!command->args.operand_count) {
        status_of_everybody(command);
        return 0;
    }
    error = status_of_all(command, &pids);
    rv_out_list_end(&command->out);
    rv_process_free(&pids);
    return error;
}
