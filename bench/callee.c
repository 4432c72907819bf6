/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * callee.c - the body that the PLT rung calls, in a shared library of its own.
 */
#include "callee.h"

__attribute__((visibility("default"))) void bench_far_body(void)
{
    __asm__ volatile("");
}
