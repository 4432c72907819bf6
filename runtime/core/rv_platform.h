/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rv_platform.h - all that the core asks of the world around it.
 *
 * runtime/core includes freestanding headers, tablewalk, the records and the
 * arch contract; whatever else it needs is a function in this list, so a kernel
 * takes the core as it is and supplies these. runtime/host/platform.c does it
 * for Linux processes, tests/runtime/fake_platform.c for the unit tests. A link
 * test proves that there is nothing else.
 *
 * Unless said otherwise the core calls these with the core lock held, so none
 * of them may call back into the core, allocate through the program's malloc,
 * or wait for the dynamic linker's lock (lock order: dynamic linker, core).
 */
#ifndef REVECTOR_RV_PLATFORM_H
#define REVECTOR_RV_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

struct rv_image;

#define RV_BUILD_ID_MAX 32

/* Where an image lies. All addresses and sizes in bytes; 0 where there is none. */
struct rv_place {
    uintptr_t start, end;             /* what the loader mapped for it */
    uintptr_t relro, relro_end;       /* whole pages that are read-only after relocation */
    uint8_t build_id[RV_BUILD_ID_MAX];
    uint32_t build_id_size;
    char name[108]; /* path as the loader knows it, cut at the front if too long */
};

/*
 * Whole pages, zeroed, writable and never executable; `bytes` is rounded up by
 * the platform. A null pointer if there is no memory.
 */
void *rv_platform_pages_alloc(size_t bytes) __attribute__((warn_unused_result));
void rv_platform_pages_free(void *pages, size_t bytes);

/* Pages that hold [start, start + bytes) become writable or read-only. 0, or a negative code. */
int rv_platform_protect(void *start, size_t bytes, int writable)
    __attribute__((warn_unused_result));

/* Small zeroed memory, aligned to 16 bytes; a null pointer if there is none. */
void *rv_platform_alloc(size_t bytes) __attribute__((warn_unused_result));
void rv_platform_free(void *memory, size_t bytes);

/* The core lock: not recursive, never taken in a method fault or a signal handler. */
void rv_platform_lock(void);
void rv_platform_unlock(void);

/* 1 if it is ours now, 0 if somebody has it. Also in a signal handler. */
int rv_platform_try_lock(void);

/*
 * Calls `visit` with the program counter of each frame of the calling thread's stack,
 * the caller's own first, until one returns other than 0, which is returned. 0: all
 * frames were seen; negative: nobody can say, the stack cannot be unwound to its end
 * or a signal handler is on it. From a method fault: no locks, no memory.
 */
int rv_platform_backtrace(int (*visit)(uintptr_t pc, void *context), void *context);

/*
 * Where the function that begins at `start` ends, at `limit` at the latest; `limit` if
 * nobody can say. With the core lock; takes no other one.
 */
uintptr_t rv_platform_function_end(uintptr_t start, uintptr_t limit);

/*
 * The calling thread's own, at first 0; for transition.c. From a method fault. Where a
 * thread changes stacks, each stack counts as one.
 */
struct rv_side {
    uint32_t stage;   /* in which it last changed sides */
    uint32_t looking; /* how many faults of it are looking at a transition */
    uint32_t note;    /* which one says that it has changed, if that is not overwritten */
};
struct rv_side *rv_platform_side(void);

/*
 * In the child of a fork: visits the side of each stack that the child has and that somebody
 * may come back to; the calling thread's is one of them.
 */
void rv_platform_sides(void (*visit)(const struct rv_side *side, void *context), void *context);

/*
 * Waits while *word is `value`; may return early. From a method fault: no locks, no
 * memory, errno is kept. 0: the calling thread must not wait, since it is the one for
 * which the others do.
 */
int rv_platform_wait(const uint32_t *word, uint32_t value);

/* Whoever waits for a change of *word looks again. With the core lock. */
void rv_platform_wake(const uint32_t *word);

/* The calling thread's number. From a method fault. */
int32_t rv_platform_thread(void);

/* Wall-clock time in nanoseconds since 1970. */
uint64_t rv_platform_time(void);

/*
 * The place of the image that `image` lies in. Without the core lock: may take
 * the dynamic linker's. An unknown image gets a place of zeroes.
 */
void rv_platform_place(const struct rv_image *image, struct rv_place *place);

/* Without the core lock: 1 when nothing of that image is mapped any more, else 0. */
int rv_platform_gone(const struct rv_place *place);

/* There is garbage now; whoever examines threads should start. Without the core lock. */
void rv_platform_garbage(void);

/*
 * An image that is no patch has registered, and is still in its first constructor;
 * maybe not for the first time. Without the core lock.
 */
void rv_platform_registered(const struct rv_place *place);

/* One line for whoever runs the program. With or without the core lock, any thread. */
void rv_platform_log(const char *line);

/* End the program; `line` says why. From a method fault: async-signal-safe, no locks. */
_Noreturn void rv_platform_panic(const char *line);

#endif
