/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printable.h - text of others, made fit for a terminal and for a log of one line an entry.
 *
 * Names of threads and programs, and paths, are chosen by whoever runs the process; a
 * terminal obeys control characters in them. Any thread, no memory, no locks.
 */
#ifndef REVECTOR_CONTROL_PRINTABLE_H
#define REVECTOR_CONTROL_PRINTABLE_H

#include <stddef.h>

/*
 * Length of the valid UTF-8 sequence that `text` begins with, 0 if it is none. Overlong forms,
 * surrogates and code points over 0x10FFFF are not valid (RFC 3629, section 4).
 */
size_t rv_utf8_length(const char *text);

/* Whether a valid sequence is a control character: C0, DEL or C1. */
int rv_is_control(const char *text);

#define RV_PRINTABLE_MAX 9

/*
 * The first character of `text`, which is not empty, as people may see it: itself, or each of
 * its bytes as "\x1b" if it is a control character or no UTF-8. How many bytes of `text` it is.
 */
size_t rv_printable(const char *text, char piece[RV_PRINTABLE_MAX]);

#endif
