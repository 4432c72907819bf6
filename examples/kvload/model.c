/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.c - see model.h.
 */
#include "model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_EVERY = 50 }; /* requests between two questions about the limit */

/* xorshift64: small, fast, and the same everywhere for a seed. */
static unsigned draw(struct model *model, unsigned below)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return (unsigned)(model->random >> 32) % below;
}

void model_init(struct model *model, unsigned client, uint64_t seed)
{
    memset(model, 0, sizeof(*model));
    /* Keys of an earlier run may still be there. */
    snprintf(model->owner, sizeof(model->owner), "%d.%u", (int)getpid(), client);
    model->random = (seed + client + 1) * 0x9e3779b97f4a7c15u;
    model->until_limit = draw(model, LIMIT_EVERY);
}

__attribute__((format(printf, 2, 3))) static void expect(struct model *model, const char *format,
                                                         ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(model->expected, sizeof(model->expected), format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static size_t say(char *request, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(request, MODEL_LINE_MAX, format, args);
    va_end(args);
    return (size_t)size;
}

/* ---- texts ---- */

static void write_text(struct model *model, char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text[i] = (char)('a' + draw(model, 26));
    text[size] = '\0';
}

static size_t set_text(struct model *model, unsigned key, char *text, char *request)
{
    write_text(model, text, 1 + draw(model, MODEL_TEXT_MAX / 2));
    expect(model, "+OK");
    return say(request, "SET load:%s:t%u %s\n", model->owner, key, text);
}

static size_t append_text(struct model *model, unsigned key, char *text, char *request)
{
    size_t before = strlen(text);

    if (before == MODEL_TEXT_MAX)
        return set_text(model, key, text, request);
    write_text(model, text + before, 1 + draw(model, (unsigned)(MODEL_TEXT_MAX - before)));
    expect(model, ":%zu", strlen(text));
    return say(request, "APPEND load:%s:t%u %s\n", model->owner, key, text + before);
}

static size_t delete_text(struct model *model, unsigned key, char *text, char *request)
{
    expect(model, *text ? "+OK" : "_");
    *text = '\0';
    return say(request, "DEL load:%s:t%u\n", model->owner, key);
}

static size_t ask_text(struct model *model, unsigned key, const char *text, char *request)
{
    bool length = draw(model, 4) == 0;

    if (!*text)
        expect(model, "_");
    else if (length)
        expect(model, ":%zu", strlen(text));
    else
        expect(model, "$%s", text);
    return say(request, "%s load:%s:t%u\n", length ? "LEN" : "GET", model->owner, key);
}

static size_t next_text(struct model *model, char *request)
{
    unsigned key = draw(model, MODEL_KEYS);
    char *text = model->texts[key];

    switch (draw(model, 8)) {
    case 0:
    case 1:
        return set_text(model, key, text, request);
    case 2:
        return append_text(model, key, text, request);
    case 3:
        return delete_text(model, key, text, request);
    default:
        return ask_text(model, key, text, request);
    }
}

/* ---- counters ---- */

static size_t next_counter(struct model *model, char *request)
{
    unsigned key = draw(model, MODEL_KEYS);
    int64_t step = 1 + draw(model, 1000);
    bool up = draw(model, 2);

    model->counters[key] += up ? step : -step;
    expect(model, ":%" PRId64, model->counters[key]);
    return say(request, "%s load:%s:n%u %" PRId64 "\n", up ? "INCR" : "DECR", model->owner, key,
               step);
}

/* ---- the question about the limit: SET, INCR, GET ---- */

static size_t next_limit(struct model *model, char *request)
{
    switch (model->limit_step++) {
    case 0:
        model->limit_value = INT64_MAX;
        expect(model, "+OK");
        return say(request, "SET load:%s:limit %" PRId64 "\n", model->owner, INT64_MAX);
    case 1:
        model->asked_limit = true;
        expect(model, "a number or a refusal");
        return say(request, "INCR load:%s:limit\n", model->owner);
    default:
        model->limit_step = 0;
        model->until_limit = LIMIT_EVERY;
        expect(model, "$%" PRId64, model->limit_value);
        return say(request, "GET load:%s:limit\n", model->owner);
    }
}

static enum verdict judge_limit(struct model *model, const char *answer)
{
    model->asked_limit = false;
    if (strcmp(answer, ":-9223372036854775808") == 0) {
        model->limit_value = INT64_MIN;
        return VERDICT_WRAPPED;
    }
    return strncmp(answer, "-ERR ", 5) == 0 ? VERDICT_REFUSED : VERDICT_WRONG;
}

/* ---- all of it ---- */

size_t model_next(struct model *model, char request[MODEL_LINE_MAX])
{
    if (model->until_limit == 0)
        return next_limit(model, request);
    model->until_limit--;
    return draw(model, 3) == 0 ? next_counter(model, request) : next_text(model, request);
}

enum verdict model_judge(struct model *model, const char *answer)
{
    if (model->asked_limit)
        return judge_limit(model, answer);
    return strcmp(answer, model->expected) == 0 ? VERDICT_RIGHT : VERDICT_WRONG;
}
