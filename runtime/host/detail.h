/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detail.h - the names that go with a refusal's sentence, in the caller's buffer.
 */
#ifndef REVECTOR_DETAIL_H
#define REVECTOR_DETAIL_H

#include <stddef.h>
#include <stdint.h>

struct rv_detail {
    char *text; /* may be null */
    size_t size, used;
};

/* Appends, after ", " if there is something already. What does not fit is cut off: "..." */
void rv_detail_add(struct rv_detail *detail, const char *text);

/* Appends "NAME: WORDS (CODE)": what the author of a patch says; `silence` if he says "". */
void rv_detail_add_words(struct rv_detail *detail, const char *name, const char *words,
                         const char *silence, int code);

/* Appends "NAME is build HEX". */
void rv_detail_add_build(struct rv_detail *detail, const char *name, const uint8_t *build_id,
                         uint32_t size);

#endif
