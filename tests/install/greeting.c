/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greeting.c - the function that tests/install/run.sh replaces in a running stranger.
 */
#include "greeting.h"

const char *greeting(void)
{
    return "good morning";
}
