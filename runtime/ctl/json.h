/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - write one JSON document, piece by piece, to a stream.
 *
 * For output.c and its tests; everything else prints through output.h. The
 * writer puts commas, indentation and escapes; it keeps no copy of anything.
 * Whoever calls opens and closes objects and arrays in pairs. Not thread-safe.
 */
#ifndef REVECTOR_CTL_JSON_H
#define REVECTOR_CTL_JSON_H

#include <stdint.h>
#include <stdio.h>

#define RV_JSON_DEPTH 16

struct rv_json {
    FILE *to;
    unsigned depth;
    char closer[RV_JSON_DEPTH]; /* what ends each open object or array */
    char filled[RV_JSON_DEPTH]; /* whether a comma is due */
};

/* `key` is a null pointer inside an array and at the top; everywhere else it names the member. */
void rv_json_object(struct rv_json *json, const char *key);
void rv_json_array(struct rv_json *json, const char *key);
/* End the innermost object or array; the end of the outermost one ends the line. */
void rv_json_close(struct rv_json *json);

/*
 * A string, or null for a null pointer. Bytes that are not UTF-8 (names of
 * files may hold any) become U+FFFD, so that the document is always valid.
 */
void rv_json_text(struct rv_json *json, const char *key, const char *text);
void rv_json_number(struct rv_json *json, const char *key, uint64_t number);
void rv_json_bool(struct rv_json *json, const char *key, int truth);

#endif
