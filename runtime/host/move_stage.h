/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_stage.h - for move.c: what the threads have to leave in a stage of an update, going or
 * coming back, and which of them have not. Operation lock.
 */
#ifndef REVECTOR_MOVE_STAGE_H
#define REVECTOR_MOVE_STAGE_H

#include "move.h"

/*
 * What is to be left and who exists, unless that is known. Its failures are those of a moment
 * (RV_ENOMEM, RV_EUNREADABLE), and the stage waits for a better one.
 */
int rv_move_stage_prepare(struct rv_update *update) __attribute__((warn_unused_result));

/* One look at each thread that has not moved. */
void rv_move_stage_look(void);

/* 1 if one of them ran at the last look. */
int rv_move_stage_runs(void);

/* 1 if nobody is left who would have to move. */
int rv_move_stage_is_over(void);

/* What rv_move_say_all says of them. */
void rv_move_stage_say(char *text, size_t size);

/* The next stage has other spans, or other threads. */
void rv_move_stage_forget(void);

/* After fork. */
void rv_move_stage_in_child(void);

#endif
