/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * window.c - opens and closes read-only memory. Under the core lock.
 */
#include "window.h"
#include "revector/error.h"
#include "rv_platform.h"

static int protect(const struct rv_window *window, int writable)
{
    if (window->start == window->end)
        return 0;
    return rv_platform_protect((void *)window->start, window->end - window->start, writable);
}

int rv_window_open(struct rv_window *window)
{
    if (window->depth == 0 && protect(window, 1) != 0)
        return RV_EPROTECT;
    window->depth++;
    return 0;
}

void rv_window_close(struct rv_window *window)
{
    if (--window->depth == 0 && protect(window, 0) != 0)
        rv_platform_log("a page of the table could not be made read-only again");
}
