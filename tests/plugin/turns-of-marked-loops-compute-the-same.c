// SPDX-License-Identifier: BSD-2-Clause
// Each kind of loop, of way out of it, and of variable around and in it.
// RUN: %same %t -Wno-unknown-attributes %s
// RUN: env WAYS="-O2 -flto -fuse-ld=lld" %same %t -Wno-unknown-attributes %s
// RUN: env WAYS="-O1 -g -fsanitize=address,undefined" %same %t -Wno-unknown-attributes %s
// RUN: llvm-nm %t.revector | FileCheck %s
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct triple {
    long a, b, c;
};

static int classify(int x)
{
    return x % 7;
}

// CHECK-DAG: t find.loop{{$}}
static struct triple find(int n, char *text, const struct triple *in)
{
    struct triple best = {0, 0, 0};
    double sum = 0;
    int table[4] = {1, 2, 3, 4};
    static int calls;

    [[revector::loop]] for (int i = 0; i < n; i++) {
        int kind = classify(i);
        char bytes[n + 1];
        static long also = 5;
        calls++;
        memset(bytes, 'x', sizeof(bytes));
        switch (kind) {
        case 1:
            continue;
        case 2:
            break;
        case 6:
            if (i > 40)
                goto out;
        }
        if (i > 60)
            return *in;
        sum += table[i % 4] + bytes[0] + (double)also++;
        text[i % 8] = (char)('a' + kind);
        best.a += i;
        best.b = best.a ?: n;
        if (i == n - 2)
            break;
    }
    best.c = (long)sum;
    return best;
out:
    best.c = -(long)sum - calls;
    return best;
}

// CHECK-DAG: t nest.loop{{$}}
// CHECK-DAG: t nest.loop.2{{$}}
static int nest(int n)
{
    int total = 0, i = 0;

    [[revector::loop]] while (i++ < n) {
        int j = 0;
        [[revector::loop]] do {
            if (j == 3)
                continue;
            if (i * j == 99)
                return -total;
            total += i * j;
            if (total > 5000)
                goto stop;
        } while (++j < i);
    }
stop:
    return total;
}

static int sum_of(int count, ...)
{
    va_list list;
    int sum = 0;

    va_start(list, count);
    __attribute__((revector_loop)) while (count--) sum += va_arg(list, int);
    va_end(list);
    return sum;
}

static int of_rows(int rows, int columns, int (*cells)[columns])
{
    int lengths[rows], sum = 0;

    for (int i = 0; i < rows; i++) {
        const int row = i;
        lengths[i] = 0;
        int *length = &lengths[i];
        int(*first)[columns] = &cells[row];
        int *cell = *first;
        [[revector::loop]] for (int k = 0; k < columns; k++) {
            if (cell[k] < 0)
                break;
            *length += cell[k] + ({ int twice = row; twice * 2; });
        }
        sum += lengths[i];
    }
    return sum;
}

static void nothing_around(void)
{
    static int left = 3;
    [[revector::loop]] do
        if (left-- == 1)
            return;
    while (1);
}

static _Noreturn void forever(int n)
{
    int k = 0;
    [[revector::loop]] for (;;) {
        if (k++ == n)
            exit(k);
        if (k > 1000)
            break;
    }
    exit(99);
}

int main(void)
{
    char text[9] = "--------";
    struct triple in = {7, 8, 9};
    int cells[3][4] = {{1, 2, 3, 4}, {5, -1, 6, 7}, {8, 9, 10, 11}};

    for (int n = 3; n < 70; n += 9) {
        struct triple p = find(n, text, &in);
        printf("%d %ld %ld %ld %s %d\n", n, p.a, p.b, p.c, text, nest(n));
    }
    printf("%d %d\n", sum_of(3, 10, 20, 30), of_rows(3, 4, cells));
    nothing_around();
    fflush(stdout);
    forever(5);
}
