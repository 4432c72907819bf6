/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_page.h - docs/limits.md inside the command: what cannot be updated live, and what to
 * do instead. Any thread.
 */
#ifndef REVECTOR_CTL_LIMIT_PAGE_H
#define REVECTOR_CTL_LIMIT_PAGE_H

#include <stddef.h>

/* The section about what an error refuses; NULL: none, the sentence is all there is to say. */
const char *rv_limit_of_error(int error);

/* Sections in the page's order; NULL behind the last. */
const char *rv_limit_word(size_t index);

/* A section with its heading, without the "## "; borrowed. NULL: the page has none of that word. */
const char *rv_limit_section(const char *word, size_t *size);

#endif
