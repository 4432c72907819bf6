/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - the JSON writer: punctuation, escapes, and UTF-8 checked on the way.
 */
#include "json.h"

#include <inttypes.h>

/*
 * Length of the valid UTF-8 sequence at `at`, 0 if there is none. Overlong forms,
 * surrogates and code points over 0x10FFFF are not valid (RFC 3629, section 4).
 */
static unsigned utf8_length(const unsigned char *at)
{
    unsigned length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    unsigned low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;

    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4 || at[1] < low || at[1] > high)
        return 0;
    for (unsigned i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

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
    const unsigned char *at = (const unsigned char *)text;

    putc('"', to);
    while (*at) {
        unsigned length = utf8_length(at);

        if (length == 0)
            fputs("\\ufffd", to);
        else if (length == 1)
            put_ascii(to, *at);
        else
            fwrite(at, 1, length, to);
        at += length ? length : 1;
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
