/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stranger.c - a program that knows nothing of Revector: greets once for every line it reads.
 */
#include <stdio.h>

#include "greeting.h"

int main(void)
{
    char line[80];

    while (fgets(line, sizeof(line), stdin)) {
        puts(greeting());
        fflush(stdout);
    }
    return 0;
}
