/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * window.h - read-only memory, and the windows in which it is written.
 *
 * A window stands for one range that is read-only at rest: the root directory,
 * or an image's RELRO. Openings nest: the range is writable from the first open
 * to the last close. All under the core lock.
 */
#ifndef REVECTOR_WINDOW_H
#define REVECTOR_WINDOW_H

#include <stddef.h>
#include <stdint.h>

struct rv_window {
    uintptr_t start, end; /* whole pages; equal: memory that is always writable, left alone */
    unsigned depth;
};

/* RV_EPROTECT if the platform refuses; then nothing is open. */
int rv_window_open(struct rv_window *window) __attribute__((warn_unused_result));

/* Cannot fail for the caller: a range that stays writable is logged. */
void rv_window_close(struct rv_window *window);

#endif
