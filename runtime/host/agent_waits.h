/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_waits.h - for agent_list.c: the threads that an update waits for, those that go on in
 * what it has replaced, and what keeps its own code loaded.
 */
#ifndef REVECTOR_AGENT_WAITS_H
#define REVECTOR_AGENT_WAITS_H

#include "control/wire.h"
#include "garbage.h"
#include "move.h"

#define AGENT_WAITS 64 /* of a kind: shown at most */

/* What keeps something of an update loaded; copied first, since the core lock does not nest. */
struct agent_keeper {
    uint32_t update;
    enum rv_garbage_kind kind;
    enum rv_hold hold;
    int32_t holder;
    uintptr_t where;
};

/* A thread that has not moved, while an update is under way; copied for the same reason. */
struct agent_waiter {
    struct rv_move_wait wait; /* its method may go; `function` is that one's name */
    char function[128];
};

/* A thread that goes on in code which an update has replaced. */
struct agent_straggler {
    uint32_t update; /* 0: not known, see rv_leftover */
    pid_t thread;
    int runs, is_endless;
    char function[128];
};

struct agent_waits {
    struct agent_keeper keepers[AGENT_WAITS];
    uint32_t keeper_count, more_keepers;
    struct agent_waiter waiters[AGENT_WAITS];
    uint32_t waiter_count, more_waiters;
    struct agent_straggler stragglers[AGENT_WAITS];
    uint32_t straggler_count, more_stragglers;
    int straggler_error; /* nobody could look */
};

/* Those of all updates, at this moment. `waits` is all zero. */
void agent_waits_note(struct agent_waits *waits);

/* What of it is about `update`, as fields of an answer. Core lock. */
void agent_waits_put(const struct agent_waits *waits, const struct rv_update *update,
                     struct rv_ctl_writer *out);

#endif
