/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.c - rv_view, the distance from the process's root to this thread's.
 *
 * Built twice: into librevector.so, where position-independent code finds it, and
 * alone into librevector_exe.a, so that an executable has it at a constant offset
 * from the thread pointer; the dynamic linker then takes that one for all. 0: the
 * process's root, and every thread has that as yet.
 */
#include "revector/record.h"

__thread intptr_t rv_view;
