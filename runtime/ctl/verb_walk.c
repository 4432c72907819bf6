/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_walk.c - revector walk: one translation, level by level.
 */
#include <errno.h>
#include <stdlib.h>

#include "client.h"

static const struct rv_column columns[] = {{"level", -5}, {"bits", -4}, {"index", -8},
                                           {"slot", 18},  {"holds", 0}, {NULL, 0}};

static void print_levels(struct rv_out *out, const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader fields = *answer, level;
    struct rv_ctl_field field;
    uint64_t number = 0;

    rv_out_table(out, "levels", columns);
    while (rv_ctl_next(&fields, &field)) {
        if (field.tag != RV_CTL_TAG_LEVEL)
            continue;
        level = rv_ctl_inside(&field);
        rv_out_cell_number(out, number++);
        rv_out_cell_number(out, rv_ctl_number(&level, RV_CTL_TAG_BITS, 0));
        rv_out_cell_number(out, rv_ctl_number(&level, RV_CTL_TAG_INDEX, 0));
        rv_out_cell_hex(out, rv_ctl_number(&level, RV_CTL_TAG_ADDRESS, 0));
        rv_out_cell_hex(out, rv_ctl_number(&level, RV_CTL_TAG_VALUE, 0));
    }
    rv_out_table_end(out);
}

static int print_method(struct rv_out *out, const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader method;
    struct rv_ctl_field field;
    char text[4096];
    int error;

    if (!rv_ctl_find(answer, RV_CTL_TAG_METHOD, &field))
        return RV_EPROTOCOL;
    method = rv_ctl_inside(&field);
    error = rv_ctl_text(&method, RV_CTL_TAG_NAME, text, sizeof(text));
    rv_out_text(out, "name", text);
    rv_out_hex(out, "id", rv_ctl_number(&method, RV_CTL_TAG_ID, 0));
    if (!error)
        error = rv_ctl_text(&method, RV_CTL_TAG_SOURCE, text, sizeof(text));
    rv_out_text(out, "source", text);
    if (!error)
        error = rv_ctl_text(&method, RV_CTL_TAG_PATH, text, sizeof(text));
    rv_out_text(out, "image", text);
    rv_out_number(out, "update", rv_ctl_number(&method, RV_CTL_TAG_UPDATE_ID, 0));
    return error;
}

static int print_entry(struct rv_out *out, const struct rv_ctl_reader *answer)
{
    struct rv_ctl_reader entry;
    struct rv_ctl_field field;
    char text[4096];
    int error;

    if (!rv_ctl_find(answer, RV_CTL_TAG_ENTRY, &field))
        return RV_EPROTOCOL;
    entry = rv_ctl_inside(&field);
    error = rv_ctl_text(&entry, RV_CTL_TAG_PATH, text, sizeof(text));
    rv_out_hex(out, "goes_to", rv_ctl_number(&entry, RV_CTL_TAG_ADDRESS, 0));
    rv_out_text(out, "in", text);
    return error;
}

/* Everything that looks like a number is an ID: no C name does. */
static void put_subject(struct rv_ctl_writer *question, const char *word)
{
    char *end;
    unsigned long long id = strtoull(word, &end, 0);

    if (end != word && !*end)
        rv_ctl_put_number(question, RV_CTL_TAG_ID, id);
    else
        rv_ctl_put_text(question, RV_CTL_TAG_NAME, word);
}

static int walk(struct rv_command *command, struct rv_client *client)
{
    struct rv_ctl_reader answer;
    int error;

    put_subject(rv_client_begin(client, RV_CTL_WALK), command->args.operands[1]);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    if (!error)
        error = print_method(&command->out, &answer);
    if (error)
        return error;
    print_levels(&command->out, &answer);
    return print_entry(&command->out, &answer);
}

int rv_verb_walk(struct rv_command *command)
{
    struct rv_client *client;
    int error = rv_client_of_target(command, &client);

    if (error)
        return error;
    error = walk(command, client);
    rv_client_close(client);
    return error;
}
