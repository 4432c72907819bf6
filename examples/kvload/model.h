/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.h - what one client may expect of the server.
 *
 * Each client writes only keys of its own, so it knows every answer before it
 * comes. The model picks the next request and judges the answer. One thread.
 *
 * The one question with two possible answers is what INCR does at the end of
 * 64 bits: wrap around (the server's bug) or refuse (its fix). The model
 * accepts both, says which it was, and holds the server to it: a GET right
 * behind must show the matching value.
 */
#ifndef KVLOAD_MODEL_H
#define KVLOAD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_KEYS = 32, MODEL_TEXT_MAX = 200, MODEL_LINE_MAX = 320 };

enum verdict {
    VERDICT_RIGHT,
    VERDICT_WRAPPED, /* right, and the server wraps around */
    VERDICT_REFUSED, /* right, and the server refuses */
    VERDICT_WRONG,
};

struct model {
    char owner[32];                             /* part of the name of each of its keys */
    uint64_t random;                            /* state of the generator */
    char texts[MODEL_KEYS][MODEL_TEXT_MAX + 1]; /* "": absent */
    int64_t counters[MODEL_KEYS];
    unsigned limit_step;  /* how far the question about the limit has got */
    unsigned until_limit; /* requests until it is asked again */
    bool asked_limit;     /* the request on its way is the question itself */
    int64_t limit_value;  /* what the key of the question must hold */
    char expected[MODEL_LINE_MAX];
};

void model_init(struct model *model, unsigned client, uint64_t seed);

/* Writes the next request, a line with its end, and returns its size. */
size_t model_next(struct model *model, char request[MODEL_LINE_MAX]);

/* Judges the answer, a line without its end. */
enum verdict model_judge(struct model *model, const char *answer);

#endif
