/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_platform.c - see fake_platform.h.
 */
#define _GNU_SOURCE
#include "fake_platform.h"
#include "revector/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct fake_platform fake = {.fail_after = -1, .function_size = 16};

static int must_fail(void)
{
    fake.calls++;
    return fake.fail_after >= 0 && fake.fail_after-- == 0;
}

static size_t whole(size_t bytes)
{
    return (bytes + 4095) & ~(size_t)4095;
}

void *rv_platform_pages_alloc(size_t bytes)
{
    void *pages;
    if (must_fail())
        return NULL;
    pages = mmap(NULL, whole(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fake.pages++;
    return pages;
}

void rv_platform_pages_free(void *pages, size_t bytes)
{
    fake.pages--;
    munmap(pages, whole(bytes));
}

/* Making memory read-only again must not fail: there is nobody to tell. */
int rv_platform_protect(void *start, size_t bytes, int writable)
{
    uintptr_t first = (uintptr_t)start & ~(uintptr_t)4095;
    if (must_fail())
        return RV_EPROTECT;
    return mprotect((void *)first, whole((uintptr_t)start + bytes - first),
                    writable ? PROT_READ | PROT_WRITE : PROT_READ)
               ? RV_EPROTECT
               : 0;
}

void *rv_platform_alloc(size_t bytes)
{
    if (must_fail())
        return NULL;
    fake.pieces++;
    return calloc(1, bytes);
}

void rv_platform_free(void *memory, size_t bytes)
{
    fake.pieces--;
    memset(memory, 0xdd, bytes);
    free(memory);
}

static void die(const char *line)
{
    fprintf(stderr, "%s\n", line);
    abort();
}

void rv_platform_lock(void)
{
    if (fake.locked++)
        die("the core lock was taken twice");
}

void rv_platform_unlock(void)
{
    if (--fake.locked)
        die("the core lock was given back twice");
}

int rv_platform_try_lock(void)
{
    if (fake.locked)
        return 0;
    fake.locked = 1;
    return 1;
}

int rv_platform_backtrace(int (*visit)(uintptr_t pc, void *context), void *context)
{
    int result = 0;

    for (int n = 0; fake.stack[n] && !result; n++)
        result = visit(fake.stack[n], context);
    if (fake.while_looking)
        fake.while_looking();
    return result ? result : fake.stack_error;
}

uintptr_t rv_platform_function_end(uintptr_t start, uintptr_t limit)
{
    return limit - start < fake.function_size ? limit : start + fake.function_size;
}

struct rv_side *rv_platform_side(void)
{
    return &fake.side[fake.thread];
}

void rv_platform_sides(void (*visit)(const struct rv_side *side, void *context), void *context)
{
    visit(rv_platform_side(), context);
    for (int n = 0; n < fake.parked_count; n++)
        visit(&fake.parked[n], context);
}

/* One thread plays all: what the others do meanwhile is in `while_waiting`. */
int rv_platform_wait(const uint32_t *word, uint32_t value)
{
    fake.waits++;
    if (*word == value && fake.while_waiting)
        fake.while_waiting();
    return fake.while_waiting != NULL;
}

void rv_platform_wake(const uint32_t *word)
{
    (void)word;
}

int32_t rv_platform_thread(void)
{
    return 100 + fake.thread;
}

uint64_t rv_platform_time(void)
{
    static uint64_t now;
    return ++now;
}

void rv_platform_place(const struct rv_image *image, struct rv_place *place)
{
    (void)image;
    if (fake.locked)
        die("asked for a place under the core lock");
    *place = fake.place;
}

int rv_platform_gone(const struct rv_place *place)
{
    (void)place;
    if (fake.locked)
        die("asked whether an image is gone under the core lock");
    return fake.gone;
}

void rv_platform_garbage(void)
{
    if (fake.locked)
        die("woke the collector under the core lock");
    fake.wakes++;
}

void rv_platform_registered(const struct rv_place *place)
{
    (void)place;
    if (fake.locked)
        die("told of an image under the core lock");
}

void rv_platform_log(const char *line)
{
    snprintf(fake.logged, sizeof(fake.logged), "%s", line);
}

_Noreturn void rv_platform_panic(const char *line)
{
    die(line);
    abort();
}
