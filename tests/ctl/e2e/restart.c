/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart.c - says what its function returns in a constructor and in main, then
 * again for each line that it reads; "fork" makes a child that waits.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int base; /* not static, so that nobody concludes what answer() returns */

__attribute__((noinline)) int answer(void)
{
    return base + 1;
}

__attribute__((constructor)) static void early(void)
{
    printf("constructor %d\n", answer());
}

int main(void)
{
    char line[64];

    printf("main %d\n", answer());
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        if (!strcmp(line, "fork\n") && fork() == 0) {
            printf("child %d\n", getpid());
            fflush(stdout);
            pause();
        }
        if (strcmp(line, "fork\n"))
            printf("now %d\n", answer());
        fflush(stdout);
    }
    return 0;
}
