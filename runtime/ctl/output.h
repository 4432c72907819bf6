/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.h - what the command prints, as text for people or as JSON.
 *
 * A verb says once what there is to say; the mode decides the form:
 *
 *   call                      text                        JSON
 *   rv_out_text("build_id")   build id       9f3c...      "build_id": "9f3c..."
 *   rv_out_item("update", 3)  update 3, then its members  object in the open list
 *   rv_out_names("functions") functions      get put      array of strings
 *   rv_out_table(columns)     aligned columns             array of objects
 *
 * Results go to stdout and everything else to stderr: refusals, progress, and
 * what the compiler says. Strings are borrowed for the call only; they may come from
 * another user's process, so neither form has a control character of theirs in it. Not
 * thread-safe: the command has one thread.
 */
#ifndef REVECTOR_CTL_OUTPUT_H
#define REVECTOR_CTL_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

#include "json.h"

/* One column of a table; a list of them ends with a null key. */
struct rv_column {
    const char *key;
    int width; /* in characters; negative: numbers, set right. 0 for the last: as wide as it is */
};

struct rv_out {
    FILE *to;
    int is_json;
    struct rv_json json;
    int indent;
    const struct rv_column *columns, *column; /* of the open table, and the next cell's */
};

void rv_out_begin(struct rv_out *out, FILE *to, int is_json);
void rv_out_end(struct rv_out *out);

void rv_out_text(struct rv_out *out, const char *key, const char *text);
void rv_out_number(struct rv_out *out, const char *key, uint64_t number);
void rv_out_hex(struct rv_out *out, const char *key, uint64_t number); /* JSON: a string "0x..." */
void rv_out_flag(struct rv_out *out, const char *key, int truth);
/* Nanoseconds, in the text with the unit that fits; the key should end in _ns. */
void rv_out_time(struct rv_out *out, const char *key, uint64_t nanoseconds);

/* A list of objects: list, then for each item its members and item_end, then list_end. */
void rv_out_list(struct rv_out *out, const char *key);
void rv_out_item(struct rv_out *out, const char *name, uint64_t number);
void rv_out_item_end(struct rv_out *out);
void rv_out_list_end(struct rv_out *out);

/*
 * A list of strings, on one line of the text, or a line for each if they have spaces; nothing
 * in the text if it is empty.
 */
void rv_out_names(struct rv_out *out, const char *key, const char *const *names, size_t count);

/* A table: one cell call for each column of each row, in order. */
void rv_out_table(struct rv_out *out, const char *key, const struct rv_column *columns);
void rv_out_cell(struct rv_out *out, const char *text);
void rv_out_cell_number(struct rv_out *out, uint64_t number);
void rv_out_cell_hex(struct rv_out *out, uint64_t number);
void rv_out_cell_time(struct rv_out *out, uint64_t nanoseconds);
void rv_out_table_end(struct rv_out *out);

/* The program's own text, of several lines, which end themselves. */
void rv_out_prose(struct rv_out *out, const char *key, const char *text);

/* Writes text of others as it may be shown, see printable.h; returns its characters. */
int rv_put_text(FILE *to, const char *text);

/* A line that only people need: nothing in JSON. */
void rv_out_say(struct rv_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
