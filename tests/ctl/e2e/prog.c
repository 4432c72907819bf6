/* SPDX-License-Identifier: BSD-2-Clause */
/* prog.c - the program of the tests: reads "COMMAND NUMBER" lines, answers each with one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

static int counter = 100;
static __thread int per_thread = 7;
int limit = 10;
static const char *const colours[] = {"red", "green", "blue"};
struct point origin = {1, 2};

static int clamp(int x) /* inlined */
{
    return x > limit ? limit : x;
}

NOINLINE static int do_count(int x)
{
    counter += x;
    return counter;
}

NOINLINE static int do_inlined(int x)
{
    return clamp(x);
}

NOINLINE static int do_thread(int x)
{
    per_thread += x;
    return per_thread;
}

NOINLINE static int do_new(int x)
{
    return x;
}

NOINLINE static int do_point(int x)
{
    return point_sum(&origin) + x;
}

NOINLINE static const char *do_colour(int x)
{
    return colours[x % 3];
}

NOINLINE static int do_string(int x)
{
    char text[32];

    snprintf(text, sizeof(text), "old %d", x);
    return (int)strlen(text);
}

NOINLINE static int do_recurse(int x)
{
    return x <= 0 ? 0 : 1 + do_recurse(x - 1);
}

static const struct {
    const char *name;
    int (*run)(int x);
} commands[] = {
    {"count", do_count}, {"inlined", do_inlined}, {"thread", do_thread}, {"new", do_new},
    {"point", do_point}, {"other", other},        {"string", do_string}, {"recurse", do_recurse},
};

/* Called for each line, so that everything but main can be replaced. */
NOINLINE void serve(const char *line)
{
    char word[32];
    int number = 0;

    if (sscanf(line, "%31s %d", word, &number) < 1)
        return;
    if (!strcmp(word, "colour")) {
        printf("%s\n", do_colour(number));
        return;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (!strcmp(word, commands[i].name)) {
            printf("%d\n", commands[i].run(number));
            return;
        }
    printf("unknown\n");
}

int main(void)
{
    char line[256];

    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        serve(line);
    return 0;
}
