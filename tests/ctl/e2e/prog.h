/* SPDX-License-Identifier: BSD-2-Clause */
/* prog.h - what prog.c and other.c share. */
#ifndef PROG_H
#define PROG_H

#define NOINLINE __attribute__((noinline))

struct point {
    int x, y;
};

int other(int x);
int point_sum(const struct point *point);

#endif
