/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal_terms.c - how a kept patch is to be applied, as words at the end of its name.
 *
 * Each word has a dot before it. A patch whose own name ends in such a word is kept under
 * another one, so that a name never asks for what nobody has asked for.
 */
#include "journal_list.h"
#include "revector/revector.h"

#include <stdio.h>
#include <string.h>

#define REPLACE   ".replace"
#define PROBATION ".probation-"

/* Takes up one word, or returns 0: it is none. */
static int read_word(const char *word, struct rv_journal_terms *terms)
{
    unsigned ms;
    int length = 0;

    if (!strcmp(word, REPLACE)) {
        terms->replaces = 1;
        return 1;
    }
    if (sscanf(word, PROBATION "%9ums%n", &ms, &length) != 1 || !length || word[length])
        return 0;
    terms->probation_ms = ms ? ms : RV_PROBATION_NONE;
    return 1;
}

struct rv_journal_terms rv_journal_terms_of(const char *name)
{
    struct rv_journal_terms terms = {0};
    char text[RV_JOURNAL_NAME_MAX];
    size_t length;
    char *dot;

    snprintf(text, sizeof(text), "%s", name);
    length = strlen(text);
    if (length > 4 && !strcmp(text + length - 4, ".rvp"))
        text[length - 4] = 0;
    while ((dot = strrchr(text, '.')) != NULL && read_word(dot, &terms))
        *dot = 0;
    return terms;
}

/* No word of ours at the end of what somebody calls his file. */
static void make_plain(char *name)
{
    struct rv_journal_terms ignored;
    char *dot = strrchr(name, '.');

    if (dot && read_word(dot, &ignored))
        *dot = '_';
}

void rv_journal_put_terms(struct rv_journal_copy *copy, const struct rv_journal_terms *terms)
{
    size_t used;

    make_plain(copy->name);
    used = strlen(copy->name);
    if (terms->probation_ms)
        used +=
            (size_t)snprintf(copy->name + used, sizeof(copy->name) - used, PROBATION "%ums",
                             terms->probation_ms == RV_PROBATION_NONE ? 0 : terms->probation_ms);
    if (terms->replaces)
        snprintf(copy->name + used, sizeof(copy->name) - used, REPLACE);
}
