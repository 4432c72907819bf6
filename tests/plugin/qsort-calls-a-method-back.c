// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
#include <stdio.h>
#include <stdlib.h>
#include <search.h>

static int compared;

static int compare(const void *a, const void *b)
{
    ++compared;
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    int values[] = {5, 3, 9, 1, 7, 2, 8};
    const int key = 7;
    qsort(values, 7, sizeof(*values), compare);
    int *found = bsearch(&key, values, 7, sizeof(*values), compare);
    for (int i = 0; i < 7; ++i)
        printf("%d ", values[i]);
    // CHECK: 1 2 3 5 7 8 9 at 4, compared
    printf("at %d, %s\n", (int)(found - values), compared > 6 ? "compared" : "not compared");
    return 0;
}
