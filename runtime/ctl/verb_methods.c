/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_methods.c - revector methods: what may be replaced, and what has been.
 *
 * Rows are printed as they arrive, so 100,000 of them need no memory.
 */
#include <string.h>

#include "client.h"
#include "revector/record.h"

static const struct rv_column columns[] = {{"id", 10},   {"update", -6}, {"kind", 14},
                                           {"name", 32}, {"source", 32}, {"image", 0},
                                           {NULL, 0}};

struct listing {
    struct rv_out *out;
    char source[4096], image[4096]; /* of the row before: the agent leaves out what is the same */
};

/* What is special about a method, in a word or two. */
static const char *kind_of(uint64_t flags, uint64_t unit)
{
    if (flags & RV_METHOD_FIXED)
        return "fixed";
    if (unit & RV_UNIT_INLINE)
        return unit & RV_UNIT_LEAF ? "leaf inline" : "walk inline";
    return unit & RV_UNIT_LEAF ? "leaf" : "walk";
}

static int print_method(struct listing *listing, const struct rv_ctl_reader *fields)
{
    struct rv_ctl_field field;
    char name[4096], id[16] = "-";
    uint64_t number = rv_ctl_number(fields, RV_CTL_TAG_ID, 0);
    int error = rv_ctl_text(fields, RV_CTL_TAG_NAME, name, sizeof(name));

    if (!error && rv_ctl_find(fields, RV_CTL_TAG_SOURCE, &field))
        error = rv_ctl_text(fields, RV_CTL_TAG_SOURCE, listing->source, sizeof(listing->source));
    if (!error && rv_ctl_find(fields, RV_CTL_TAG_PATH, &field))
        error = rv_ctl_text(fields, RV_CTL_TAG_PATH, listing->image, sizeof(listing->image));
    if (error)
        return error;
    if (number)
        snprintf(id, sizeof(id), "0x%llx", (unsigned long long)number);
    rv_out_cell(listing->out, id);
    rv_out_cell_number(listing->out, rv_ctl_number(fields, RV_CTL_TAG_UPDATE_ID, 0));
    rv_out_cell(listing->out, kind_of(rv_ctl_number(fields, RV_CTL_TAG_FLAGS, 0),
                                      rv_ctl_number(fields, RV_CTL_TAG_UNIT_FLAGS, 0)));
    rv_out_cell(listing->out, name);
    rv_out_cell(listing->out, listing->source);
    rv_out_cell(listing->out, listing->image);
    return 0;
}

static int print_page(const struct rv_ctl_reader *answer, void *context)
{
    struct rv_ctl_reader fields = *answer, method;
    struct rv_ctl_field field;
    int error = 0;

    while (!error && rv_ctl_next(&fields, &field)) {
        if (field.tag != RV_CTL_TAG_METHOD)
            continue;
        method = rv_ctl_inside(&field);
        error = print_method(context, &method);
    }
    return error;
}

int rv_verb_methods(struct rv_command *command)
{
    struct listing listing = {.out = &command->out};
    struct rv_client *client;
    int error = rv_client_of_target(command, &client);

    if (error)
        return error;
    rv_out_table(&command->out, "methods", columns);
    error = rv_client_pages(client, RV_CTL_METHODS, print_page, &listing, &command->reason);
    rv_out_table_end(&command->out);
    rv_client_close(client);
    return error;
}
