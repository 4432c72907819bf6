/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library.h - what library.c exports.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

typedef int (*library_answer_fn)(int x);

/* The entry stub of its method `answer`: adds LIBRARY_NUMBER. */
__attribute__((visibility("default"))) library_answer_fn library_answer(void);

#endif
