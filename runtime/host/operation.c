/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operation.c - see operation.h.
 */
#include "operation.h"

#include <pthread.h>

static pthread_mutex_t operation = PTHREAD_MUTEX_INITIALIZER;
static __thread int is_mine;

void rv_operation_lock(void)
{
    pthread_mutex_lock(&operation);
    is_mine = 1;
}

int rv_operation_try(void)
{
    if (is_mine || pthread_mutex_trylock(&operation))
        return 0;
    is_mine = 1;
    return 1;
}

void rv_operation_unlock(void)
{
    is_mine = 0;
    pthread_mutex_unlock(&operation);
}

int rv_operation_is_mine(void)
{
    return is_mine;
}

void rv_operation_in_child(void)
{
    pthread_mutex_init(&operation, NULL); /* whoever held it is not in the child */
    is_mine = 0;
}
