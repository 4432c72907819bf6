/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_list.c - the book lock, and one memo for each update in force.
 */
#define _GNU_SOURCE
#include "operate_list.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t book = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct rv_memo *first; /* changes by one store, so that a fork sees a whole list */

void rv_book_lock(void)
{
    pthread_mutex_lock(&book);
}

void rv_book_unlock(void)
{
    pthread_mutex_unlock(&book);
}

uint64_t rv_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t rv_now_ms(void)
{
    return rv_now_ns() / 1000000;
}

struct rv_memo *rv_memo_new(void)
{
    struct rv_memo *memo = calloc(1, sizeof(*memo));

    if (memo)
        memo->copy.fd = -1;
    return memo;
}

void rv_memo_free(struct rv_memo *memo)
{
    rv_journal_drop(&memo->copy);
    free(memo);
}

void rv_memo_add(struct rv_memo *memo)
{
    memo->next = first;
    pthread_mutex_lock(&list);
    first = memo;
    pthread_mutex_unlock(&list);
}

struct rv_memo *rv_memo_first(void)
{
    return first;
}

struct rv_memo *rv_memo_find(uint32_t id)
{
    struct rv_memo *memo = first;

    while (memo && memo->id != id)
        memo = memo->next;
    return memo;
}

void rv_memo_end(struct rv_memo *memo)
{
    struct rv_memo **at = &first;

    while (*at != memo)
        at = &(*at)->next;
    pthread_mutex_lock(&list);
    *at = memo->next;
    pthread_mutex_unlock(&list);
    rv_memo_free(memo);
}

static int is_in_force(const struct rv_update *update, void *id)
{
    return update->id == *(const uint32_t *)id && update->state == RV_UPDATE_COMMITTED;
}

void rv_memo_sweep(void)
{
    struct rv_memo *next;

    for (struct rv_memo *memo = first; memo; memo = next) {
        next = memo->next;
        if (!rv_updates_each(is_in_force, &memo->id))
            rv_memo_end(memo);
    }
}

void rv_memo_set_deadline(struct rv_memo *memo, uint64_t deadline)
{
    pthread_mutex_lock(&list);
    memo->deadline = deadline;
    pthread_mutex_unlock(&list);
}

uint64_t rv_memo_deadline(void)
{
    uint64_t next = RV_OPERATE_NEVER;

    pthread_mutex_lock(&list);
    for (const struct rv_memo *memo = first; memo; memo = memo->next)
        if (memo->deadline && memo->deadline < next)
            next = memo->deadline;
    pthread_mutex_unlock(&list);
    return next;
}

uint64_t rv_operate_time_left(uint32_t id)
{
    uint64_t deadline = 0, now = rv_now_ms();

    pthread_mutex_lock(&list);
    for (const struct rv_memo *memo = first; memo; memo = memo->next)
        if (memo->id == id)
            deadline = memo->deadline;
    pthread_mutex_unlock(&list);
    if (!deadline)
        return 0;
    return deadline > now ? deadline - now : 1;
}

void rv_memo_in_child(void)
{
    /* Whoever held these is not in the child. */
    pthread_mutex_init(&book, NULL);
    pthread_mutex_init(&list, NULL);
    for (struct rv_memo *memo = first; memo; memo = memo->next)
        rv_journal_drop(&memo->copy); /* the agent's; in a shared table we have it too */
}
