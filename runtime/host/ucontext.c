/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ucontext.c - stands before the C library's functions that change stacks.
 *
 * The library comes before the C library in the search order of every program that was
 * built with revector-cc, so their calls come here: each does what the C library's does,
 * and tells contexts.c. makecontext, which has to pass on any arguments, is in
 * arch/<cpu>/context.S, and asks rv_context_make.
 */
#define _GNU_SOURCE
#include "arch.h"
#include "contexts.h"
#include "host.h"

#include <dlfcn.h>
#include <ucontext.h>

void (*rv_libc_makecontext)(void);
static int (*libc_swapcontext)(ucontext_t *, const ucontext_t *);
static int (*libc_setcontext)(const ucontext_t *);

/* Constructors that run before ours may change stacks too. */
static void find_originals(void)
{
    *(void **)&libc_swapcontext = dlsym(RTLD_NEXT, "swapcontext");
    *(void **)&libc_setcontext = dlsym(RTLD_NEXT, "setcontext");
    *(void **)&rv_libc_makecontext = dlsym(RTLD_NEXT, "makecontext");
    if (!libc_swapcontext || !libc_setcontext || !rv_libc_makecontext)
        rv_platform_panic("the C library has no swapcontext");
}

void (*rv_context_make(void *ucontext, void (*function)(void)))(void)
{
    const ucontext_t *context = ucontext;
    const uintptr_t start = (uintptr_t)context->uc_stack.ss_sp;
    struct rv_context *seen;

    if (!rv_libc_makecontext)
        find_originals();
    seen = rv_context_made(start, start + context->uc_stack.ss_size, (uintptr_t)function);
    if (!seen)
        return function;
    rv_arch_context_pass(ucontext, (uintptr_t)function, (uintptr_t)seen);
    return rv_arch_context_entry;
}

void rv_context_enter(struct rv_context *context, uintptr_t *back, uintptr_t exit)
{
    rv_context_begin(context, *back);
    if (!rv_arch_has_shadow_stack())
        *back = exit;
}

uintptr_t rv_context_exit(void)
{
    return rv_context_end((uintptr_t)__builtin_frame_address(0));
}

__attribute__((visibility("default"))) int swapcontext(ucontext_t *from, const ucontext_t *to)
{
    struct rv_context *here;
    int result;

    if (!libc_swapcontext)
        find_originals();
    here = rv_context_leave((uintptr_t)__builtin_frame_address(0), 1);
    result = libc_swapcontext(from, to);
    if (here)
        rv_context_arrive(here);
    return result;
}

__attribute__((visibility("default"))) int setcontext(const ucontext_t *to)
{
    struct rv_context *here;
    int result;

    if (!libc_setcontext)
        find_originals();
    here = rv_context_leave((uintptr_t)__builtin_frame_address(0), 0);
    result = libc_setcontext(to);
    if (here)
        rv_context_arrive(here);
    return result;
}
