/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greeting.h - see greeting.c.
 */
#ifndef GREETING_H
#define GREETING_H

const char *greeting(void);

#endif
