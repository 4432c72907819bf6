/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patch.h - main() of a test that is run by patch.sh: act, apply the patch that
 * is the argument to ourselves, act, revert, act.
 *
 * The test defines act() and whatever it calls; under #ifdef FIXED is what the
 * patch has instead. With ACT_REVERTS, act() has reverted the patch already.
 */
#ifndef TESTS_PLUGIN_PATCH_H
#define TESTS_PLUGIN_PATCH_H

#include "revector/revector.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C"
#endif
__attribute__((noinline)) void act(void);

/* Applies the patch, or takes it back; ends the test with a sentence if that fails. */
static int changed(int error, const char *what)
{
    if (error) {
        printf("%s: refused with code %d\n", what, error);
        return 1;
    }
    printf("%s\n", what);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned update;

    (void)argc;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("at first\n");
    act();
    if (changed(rv_apply(argv[1], NULL, &update), "patched"))
        return 1;
    act();
#ifndef ACT_REVERTS
    if (changed(rv_revert(update, NULL), "reverted"))
        return 1;
#endif
    act();
    return 0;
}

#endif
