/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holdings.c - see holdings.h.
 */
#define _GNU_SOURCE
#include "holdings.h"
#include "inject.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int holdings_mapped(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int count = 0;

    if (!maps)
        abort();
    while (fgets(line, sizeof(line), maps))
        count += strstr(line, text) != NULL;
    fclose(maps);
    return count;
}

static int count_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    if (!all)
        abort();
    while (readdir(all))
        count++;
    closedir(all);
    return count;
}

struct holdings holdings_now(int lost)
{
    return (struct holdings){count_descriptors(), holdings_mapped("") - lost, inject_held()};
}

int holdings_are_same(const struct holdings *a, const struct holdings *b)
{
    return a->descriptors == b->descriptors && a->mappings == b->mappings &&
           a->allocated == b->allocated;
}
