/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter.c - commands on values that are numbers: INCR and DECR, by 1 or by an argument.
 */
#include "command.h"

#include <inttypes.h>

#include "errors.h"
#include "number.h"

static int add(int64_t value, int64_t step, int64_t *sum)
{
    return __builtin_add_overflow(value, step, sum) ? KV_E_RANGE : 0;
}

static int subtract(int64_t value, int64_t step, int64_t *difference)
{
    return __builtin_sub_overflow(value, step, difference) ? KV_E_RANGE : 0;
}

static int change(struct request *request, store_arithmetic *compute)
{
    int64_t step = 1;
    int64_t result;
    int error = 0;

    if (request->count == 2)
        error = number_parse(request->arguments[1], &step);
    if (!error)
        error = store_compute(request->store, request->arguments[0], compute, step, &result);
    if (!error)
        buffer_printf(request->out, ":%" PRId64 "\n", result);
    return error;
}

int command_incr(struct request *request)
{
    return change(request, add);
}

int command_decr(struct request *request)
{
    return change(request, subtract);
}
