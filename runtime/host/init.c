/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init.c - what happens when the library is loaded, and around a fork.
 */
#define _GNU_SOURCE
#include "contexts.h"
#include "examine.h"
#include "gate.h"
#include "host.h"
#include "move.h"
#include "operate.h"
#include "own.h"
#include "reclaim.h"
#include "root.h"
#include "rounds.h"
#include "shadow.h"
#include "trust.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The core's state is whole while its lock is held; so is the child's copy then. */
static void before_fork(void)
{
    rv_gate_before_fork();
    rv_shadow_before_fork();
    rv_platform_lock();
    rv_own_before_fork();
}

static void after_fork(void)
{
    rv_own_after_fork();
    rv_platform_unlock();
    rv_shadow_after_fork();
    rv_gate_after_fork();
}

static void in_child(void)
{
    rv_agent_locks_in_child(); /* first: all below may want to say something */
    rv_own_after_fork();
    rv_contexts_in_child();
    rv_updates_in_child_locked();
    rv_platform_unlock();
    rv_shadow_after_fork();
    rv_gate_in_child();
    rv_move_in_child();
    rv_examine_in_child();
    rv_operate_in_child();
    rv_reclaim_in_child();
    rv_agent_in_child();
}

/*
 * Handlers run in the child in the order of their registration. An allocator that
 * guards its locks by such handlers registers them when it is first used: before
 * ours, if we use it now; and ours start a thread, which allocates.
 */
static void register_fork_handlers(void)
{
    void *volatile memory = malloc(1);
    free(memory);
    if (pthread_atfork(before_fork, after_fork, in_child))
        rv_platform_log("no fork handlers: a child of fork may not be updated");
}

static int is_switched_off(void)
{
    const char *value = getenv("REVECTOR");
    return value && strcmp(value, "off") == 0;
}

__attribute__((constructor(101))) static void init(void)
{
    if (rv_core_init())
        rv_platform_log("the table cannot be write-protected");
    if (rv_contexts_init())
        rv_platform_log("no thread-specific key: threads that change stacks may not be seen");
    register_fork_handlers();
    rv_trust_init();
    rv_rounds_init();
    rv_operate_init();
    if (!is_switched_off())
        rv_agent_start();
}
