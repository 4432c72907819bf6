/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * minisign.c - reads the text format of minisign; see minisign.h.
 *
 * Strict: what is not exactly the format is refused, down to unused bits of
 * base64, so that a signature has one spelling.
 */
#include "minisign.h"

#include <stdio.h>
#include <string.h>

#include "revector/error.h"

#define UNTRUSTED "untrusted comment:"
#define TRUSTED   "trusted comment: "

struct line {
    const char *at;
    size_t size;
};

/* Takes one line off the text, without its end: 1, or 0 when there is none left. */
static int next_line(struct line *text, struct line *line)
{
    const char *end;

    if (!text->size)
        return 0;
    end = memchr(text->at, '\n', text->size);
    *line = (struct line){text->at, end ? (size_t)(end - text->at) : text->size};
    text->at += line->size + (end != NULL);
    text->size -= line->size + (end != NULL);
    if (line->size && line->at[line->size - 1] == '\r')
        line->size--;
    return 1;
}

static int begins_with(const struct line *line, const char *words)
{
    return line->size >= strlen(words) && !memcmp(line->at, words, strlen(words));
}

/* ---- base64 ---- */

static int value_of(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = digit ? strchr(digits, digit) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Whether the line is the base64 text of exactly `size` bytes, which go to `to`. */
static int decode(const struct line *line, uint8_t *to, size_t size)
{
    size_t digits = (size * 8 + 5) / 6;
    uint32_t bits = 0;
    unsigned held = 0;

    if (line->size != (size + 2) / 3 * 4)
        return 0;
    for (size_t i = 0; i < line->size; i++) {
        int value = i < digits ? value_of(line->at[i]) : 0;

        if (value < 0 || (i >= digits && line->at[i] != '='))
            return 0;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (i >= digits || held < 8)
            continue;
        held -= 8;
        *to++ = (uint8_t)(bits >> held);
        bits &= (1u << held) - 1;
    }
    return bits == 0;
}

/* ---- keys ---- */

static int take_key(const struct line *line, struct rv_minisign_keys *keys)
{
    struct rv_minisign_key *key = &keys->all[keys->count];
    uint8_t bytes[2 + sizeof(key->id) + sizeof(key->point)];

    if (keys->count == RV_MINISIGN_KEYS || !decode(line, bytes, sizeof(bytes)) ||
        memcmp(bytes, "Ed", 2))
        return RV_EKEYS;
    memcpy(key->id, bytes + 2, sizeof(key->id));
    memcpy(key->point, bytes + 2 + sizeof(key->id), sizeof(key->point));
    keys->count++;
    return 0;
}

int rv_minisign_parse_keys(const char *text, size_t size, struct rv_minisign_keys *keys)
{
    struct line rest = {text, size}, line;
    int error = 0;

    keys->count = 0;
    while (!error && next_line(&rest, &line))
        if (line.size && line.at[0] != '#' && !begins_with(&line, UNTRUSTED))
            error = take_key(&line, keys);
    return error || keys->count ? error : RV_EKEYS;
}

void rv_minisign_name(const uint8_t id[8], char name[RV_MINISIGN_NAME])
{
    for (int i = 0; i < 8; i++)
        snprintf(name + 2 * i, 3, "%02X", id[7 - i]);
}

/* ---- signatures ---- */

int rv_minisign_parse_signature(const char *text, size_t size,
                                struct rv_minisign_signature *signature)
{
    struct line rest = {text, size}, lines[4];
    uint8_t bytes[2 + sizeof(signature->id) + sizeof(signature->signature)];

    for (int i = 0; i < 4; i++)
        if (!next_line(&rest, &lines[i]))
            return RV_ESIGFORM;
    if (rest.size || !begins_with(&lines[0], UNTRUSTED) || !begins_with(&lines[2], TRUSTED) ||
        !decode(&lines[1], bytes, sizeof(bytes)) ||
        !decode(&lines[3], signature->global, sizeof(signature->global)))
        return RV_ESIGFORM;
    if (memcmp(bytes, "Ed", 2) && memcmp(bytes, "ED", 2))
        return RV_ESIGFORM;
    signature->is_hashed = bytes[1] == 'D';
    memcpy(signature->id, bytes + 2, sizeof(signature->id));
    memcpy(signature->signature, bytes + 2 + sizeof(signature->id), sizeof(signature->signature));
    signature->comment = lines[2].at + strlen(TRUSTED);
    signature->comment_size = lines[2].size - strlen(TRUSTED);
    return 0;
}
