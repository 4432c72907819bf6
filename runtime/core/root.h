/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.h - the process's root directory and the space that its tables belong to.
 *
 * For the core, and for looking at it from the host. The root is read-only but in
 * windows.
 */
#ifndef REVECTOR_ROOT_H
#define REVECTOR_ROOT_H

#include "revector/record.h"
#include "tablewalk/tablewalk.h"
#include "window.h"

#define RV_UNITS_MAX (1u << 20) /* slots of the root; slot 0 stays empty */

extern struct tw_table rv_root_table; /* root.S: header of rv_root */
extern uint64_t rv_root[];           /* root.S: its slots */
extern struct rv_window rv_root_window;
extern struct tw_space rv_space;

/*
 * Makes the root read-only. Once, before the first rv_image_add; calls of methods
 * need not wait for it. RV_EPROTECT: everything works, but unprotected.
 */
int rv_core_init(void) __attribute__((warn_unused_result));

/* The runtime's code for one of tablewalk's. */
int rv_error_of_table(int error);

#endif
