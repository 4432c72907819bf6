/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - the JSON writer: punctuation, escapes, and UTF-8 checked on the way.
 */
#include "json.h"

#include <inttypes.h>

#include "control/printable.h"

static void put_ascii(FILE *to, unsigned char byte)
{
    static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (const char *at = escapes; *at; at += 2) {
        if ((unsigned char)*at == byte) {
            fprintf(to, "\\%c", at[1]);
            return;
        }
    }
    if (byte < 0x20 || byte == 0x7F)
        fprintf(to, "\\u%04x", byte);
    else
        putc(byte, to);
}

static void put_string(FILE *to, const char *text)
{
    putc('"', to);
    while (*text) {
        const size_t length = rv_utf8_length(text);

        if (length == 0)
            fputs("\\ufffd", to);
        else if (length == 1)
            put_ascii(to, (unsigned char)*text);
        else if (rv_is_control(text))
            fprintf(to, "\\u%04x", (unsigned char)text[1]); /* 0x80 to 0x9F: so is the byte */
        else
            fwrite(text, 1, length, to);
        text += length ? length : 1;
    }
    putc('"', to);
}

/* What goes in front of every value: comma, new line, indentation, key. */
static void lead(struct rv_json *json, const char *key)
{
    if (json->depth) {
        fputs(json->filled[json->depth - 1] ? ",\n" : "\n", json->to);
        json->filled[json->depth - 1] = 1;
        fprintf(json->to, "%*s", 2 * (int)json->depth, "");
    }
    if (key) {
        put_string(json->to, key);
        fputs(": ", json->to);
    }
}

static void open_nest(struct rv_json *json, const char *key, char opener, char closer)
{
    lead(json, key);
    putc(opener, json->to);
    json->closer[json->depth] = closer;
    json->filled[json->depth] = 0;
    json->depth++;
}

void rv_json_object(struct rv_json *json, const char *key)
{
    open_nest(json, key, '{', '}');
}

void rv_json_array(struct rv_json *json, const char *key)
{
    open_nest(json, key, '[', ']');
}

void rv_json_close(struct rv_json *json)
{
    json->depth--;
    if (json->filled[json->depth])
        fprintf(json->to, "\n%*s", 2 * (int)json->depth, "");
    putc(json->closer[json->depth], json->to);
    if (!json->depth)
        putc('\n', json->to);
}

void rv_json_text(struct rv_json *json, const char *key, const char *text)
{
    lead(json, key);
    if (text)
        put_string(json->to, text);
    else
        fputs("null", json->to);
}

void rv_json_number(struct rv_json *json, const char *key, uint64_t number)
{
    lead(json, key);
    fprintf(json->to, "%" PRIu64, number);
}

void rv_json_bool(struct rv_json *json, const char *key, int truth)
{
    lead(json, key);
    fputs(truth ? "true" : "false", json->to);
}
