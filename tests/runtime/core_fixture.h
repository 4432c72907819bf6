/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_fixture.h - what the unit tests of the core have in common.
 *
 * A .c file includes this first; it brings cmocka with it.
 */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_platform.h"
#include "garbage.h"
#include "made_image.h"
#include "revector/error.h"
#include "root.h"
#include "update.h"

/* Once per program: the root is read-only from then on. */
int core_start(void **state);

/* The image's state in the core, or a null pointer. */
struct rv_image_state *core_state(const struct made_image *made);

/* Registers a fresh `made` somewhere; fails the test if that fails. */
void core_add(struct made_image *made);

/* Unregisters and lets the loader have unmapped it. */
void core_drop(struct made_image *made);

/* Replaces methods by body addresses; a method number below 0 ends the list. The update's ID. */
uint32_t core_update(struct made_image *made, const char *name, ...);

/* begin and stage only. */
struct rv_update *core_staged(struct made_image *made, const char *name, int method, uint64_t body);

/* Collects everything, as if no thread used anything; returns how many pieces there were. */
int core_collect(void);

#endif
