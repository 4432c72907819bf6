/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number.h - numbers as clients write them: decimal, 64 bits, a sign, nothing around them.
 */
#ifndef KV_NUMBER_H
#define KV_NUMBER_H

#include <stdint.h>

#include "slice.h"

/* KV_E_NUMBER. */
int number_parse(struct slice text, int64_t *number);

#endif
