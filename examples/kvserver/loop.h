/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - LOOP before a loop that runs as long as the program does: built by
 * revector-cc, an update of its body is in force from the next turn on. For other
 * compilers it is nothing.
 */
#ifndef KV_LOOP_H
#define KV_LOOP_H

#if defined(__has_attribute)
#if __has_attribute(revector_loop)
#define LOOP __attribute__((revector_loop))
#endif
#endif
#ifndef LOOP
#define LOOP
#endif

#endif
