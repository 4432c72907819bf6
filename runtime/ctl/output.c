/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.c - text and JSON from the same calls; see output.h.
 */
#include "output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "control/printable.h"

#define LABEL_WIDTH 12

void rv_out_begin(struct rv_out *out, FILE *to, int is_json)
{
    *out = (struct rv_out){.to = to, .is_json = is_json, .json = {.to = to}};
    if (is_json)
        rv_json_object(&out->json, NULL);
}

void rv_out_end(struct rv_out *out)
{
    if (out->is_json)
        rv_json_close(&out->json);
    fflush(out->to);
}

int rv_put_text(FILE *to, const char *text)
{
    char piece[RV_PRINTABLE_MAX];
    int count = 0;

    while (*text) {
        text += rv_printable(text, piece);
        fputs(piece, to);
        count += *piece == '\\' ? (int)strlen(piece) : 1;
    }
    return count;
}

/* A key as people read it: "build_id" is "build id", and "load_ns" is "load". */
static void label(char text[64], const char *key)
{
    size_t length = strlen(key);

    if (length > 3 && !strcmp(key + length - 3, "_ns"))
        length -= 3;
    snprintf(text, 64, "%.*s", (int)length, key);
    for (char *at = text; *at; at++)
        if (*at == '_')
            *at = ' ';
}

static void line(struct rv_out *out, const char *key, const char *text)
{
    char name[64];

    label(name, key);
    fprintf(out->to, "%*s%-*s ", out->indent, "", LABEL_WIDTH, name);
    rv_put_text(out->to, text);
    putc('\n', out->to);
}

void rv_out_text(struct rv_out *out, const char *key, const char *text)
{
    if (out->is_json)
        rv_json_text(&out->json, key, text);
    else if (text)
        line(out, key, text);
}

void rv_out_number(struct rv_out *out, const char *key, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    if (out->is_json)
        rv_json_number(&out->json, key, number);
    else
        line(out, key, text);
}

void rv_out_hex(struct rv_out *out, const char *key, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "0x%" PRIx64, number);
    rv_out_text(out, key, text);
}

void rv_out_flag(struct rv_out *out, const char *key, int truth)
{
    if (out->is_json)
        rv_json_bool(&out->json, key, truth);
    else
        line(out, key, truth ? "yes" : "no");
}

static void time_text(char text[64], uint64_t nanoseconds)
{
    static const struct {
        double from, unit;
        const char *name;
    } units[] = {
        {3600e9, 3600e9, "h"}, {60e9, 60e9, "min"}, {1e9, 1e9, "s"},
        {1e6, 1e6, "ms"},      {0, 1e3, "us"},
    };
    size_t i = 0;

    while ((double)nanoseconds < units[i].from)
        i++;
    snprintf(text, 64, "%.1f %s", (double)nanoseconds / units[i].unit, units[i].name);
}

void rv_out_time(struct rv_out *out, const char *key, uint64_t nanoseconds)
{
    char text[64];

    time_text(text, nanoseconds);
    if (out->is_json)
        rv_json_number(&out->json, key, nanoseconds);
    else
        line(out, key, text);
}

void rv_out_list(struct rv_out *out, const char *key)
{
    if (out->is_json)
        rv_json_array(&out->json, key);
}

void rv_out_item(struct rv_out *out, const char *name, uint64_t number)
{
    if (out->is_json) {
        rv_json_object(&out->json, NULL);
        rv_json_number(&out->json, name, number);
        return;
    }
    fprintf(out->to, "%*s%s %" PRIu64 "\n", out->indent, "", name, number);
    out->indent += 2;
}

void rv_out_item_end(struct rv_out *out)
{
    if (out->is_json)
        rv_json_close(&out->json);
    else
        out->indent -= 2;
}

void rv_out_list_end(struct rv_out *out)
{
    if (out->is_json)
        rv_json_close(&out->json);
}

static void names_json(struct rv_json *json, const char *key, const char *const *names,
                       size_t count)
{
    rv_json_array(json, key);
    for (size_t i = 0; i < count; i++)
        rv_json_text(json, NULL, names[i]);
    rv_json_close(json);
}

void rv_out_names(struct rv_out *out, const char *key, const char *const *names, size_t count)
{
    char name[64];
    int is_prose = 0; /* several words each: a space does not keep them apart */

    for (size_t i = 0; i < count; i++)
        is_prose |= strchr(names[i], ' ') != NULL;
    if (out->is_json) {
        names_json(&out->json, key, names, count);
        return;
    }
    if (!count)
        return;
    label(name, key);
    fprintf(out->to, "%*s%-*s", out->indent, "", LABEL_WIDTH, name);
    for (size_t i = 0; i < count; i++) {
        if (i && is_prose)
            fprintf(out->to, "\n%*s", out->indent + LABEL_WIDTH, "");
        putc(' ', out->to);
        rv_put_text(out->to, names[i]);
    }
    putc('\n', out->to);
}

static void put_spaces(FILE *to, int count)
{
    fprintf(to, "%*s", count > 0 ? count : 0, "");
}

/* One cell of the text, as wide as its column says. */
static void put_cell(struct rv_out *out, const char *text)
{
    const struct rv_column *column = out->column;
    int last = !column[1].key, width;

    if (column == out->columns)
        put_spaces(out->to, out->indent);
    if (column->width < 0)
        put_spaces(out->to, -column->width - (int)strlen(text));
    width = rv_put_text(out->to, text);
    if (!last)
        put_spaces(out->to, column->width - width);
    fputs(last ? "\n" : "  ", out->to);
}

static void next_column(struct rv_out *out)
{
    out->column++;
    if (out->column->key)
        return;
    out->column = out->columns;
    if (out->is_json)
        rv_json_close(&out->json);
}

static void put_titles(struct rv_out *out)
{
    char name[64];

    for (; out->column->key; out->column++) {
        label(name, out->column->key);
        put_cell(out, name);
    }
    out->column = out->columns;
}

void rv_out_table(struct rv_out *out, const char *key, const struct rv_column *columns)
{
    out->columns = out->column = columns;
    if (out->is_json)
        rv_json_array(&out->json, key);
    else
        put_titles(out);
}

/* Opens the row's object before its first cell. */
static const char *cell_key(struct rv_out *out)
{
    if (out->column == out->columns)
        rv_json_object(&out->json, NULL);
    return out->column->key;
}

void rv_out_cell(struct rv_out *out, const char *text)
{
    if (out->is_json)
        rv_json_text(&out->json, cell_key(out), text);
    else
        put_cell(out, text ? text : "-");
    next_column(out);
}

void rv_out_cell_number(struct rv_out *out, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    if (out->is_json)
        rv_json_number(&out->json, cell_key(out), number);
    else
        put_cell(out, text);
    next_column(out);
}

void rv_out_cell_time(struct rv_out *out, uint64_t nanoseconds)
{
    char text[64];

    time_text(text, nanoseconds);
    if (out->is_json)
        rv_json_number(&out->json, cell_key(out), nanoseconds);
    else
        put_cell(out, text);
    next_column(out);
}

void rv_out_cell_hex(struct rv_out *out, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "0x%" PRIx64, number);
    rv_out_cell(out, text);
}

void rv_out_table_end(struct rv_out *out)
{
    if (out->is_json)
        rv_json_close(&out->json);
}

void rv_out_prose(struct rv_out *out, const char *key, const char *text)
{
    if (out->is_json)
        rv_json_text(&out->json, key, text);
    else
        fputs(text, out->to);
}

void rv_out_say(struct rv_out *out, const char *format, ...)
{
    va_list arguments;

    if (out->is_json)
        return;
    va_start(arguments, format);
    fprintf(out->to, "%*s", out->indent, "");
    vfprintf(out->to, format, arguments);
    putc('\n', out->to);
    va_end(arguments);
}
