/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_atomic.h - every atomic access of the project; the order is in the name.
 *
 * No other file spells __atomic_, _Atomic, memory_order or <stdatomic.h>. The
 * builtins serve C11 without a library and both C++ compilers alike;
 * <stdatomic.h> does not compile as C++17.
 *
 * Slots of tables are plain uint64_t and are touched only through the functions
 * for 64 bits. The ones for 32 bits and for pointers are for counters, states
 * and lists of the runtime.
 */
#ifndef TABLEWALK_TW_ATOMIC_H
#define TABLEWALK_TW_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The order of a load whose value is only used as the address of the next
 * access: every CPU we know orders those two by itself, so relaxed will do and
 * costs no barrier anywhere. The thread sanitizer does not see dependencies and
 * is told "acquire".
 */
#if defined(__SANITIZE_THREAD__)
#define TW_CONSUME __ATOMIC_ACQUIRE
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TW_CONSUME __ATOMIC_ACQUIRE
#endif
#endif
#ifndef TW_CONSUME
#define TW_CONSUME __ATOMIC_RELAXED
#endif

/* ---- 64 bits: slots ---- */

static inline uint64_t tw_load_relaxed(const uint64_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

/* See TW_CONSUME. The other half is tw_store_release. */
static inline uint64_t tw_load_consume(const uint64_t *from)
{
    return __atomic_load_n(from, TW_CONSUME);
}

static inline uint64_t tw_load_acquire(const uint64_t *from)
{
    return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}

static inline void tw_store_relaxed(uint64_t *to, uint64_t value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

/* Everything written before is seen by whoever follows `value`. */
static inline void tw_store_release(uint64_t *to, uint64_t value)
{
    __atomic_store_n(to, value, __ATOMIC_RELEASE);
}

static inline uint64_t tw_add_relaxed(uint64_t *to, uint64_t value)
{
    return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
}

/* ---- 32 bits: counters, states, futex words ---- */

static inline uint32_t tw_load32_relaxed(const uint32_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static inline uint32_t tw_load32_acquire(const uint32_t *from)
{
    return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}

static inline void tw_store32_relaxed(uint32_t *to, uint32_t value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static inline void tw_store32_release(uint32_t *to, uint32_t value)
{
    __atomic_store_n(to, value, __ATOMIC_RELEASE);
}

/* Returns the value before; acquire and release. */
static inline uint32_t tw_add32_acq_rel(uint32_t *to, uint32_t value)
{
    return __atomic_fetch_add(to, value, __ATOMIC_ACQ_REL);
}

/* Returns the value before; acquire and release. */
static inline uint32_t tw_exchange32_acq_rel(uint32_t *to, uint32_t value)
{
    return __atomic_exchange_n(to, value, __ATOMIC_ACQ_REL);
}

/* *to == *expected: stores `value` and is true; else *expected becomes *to. */
static inline bool tw_cas32_acq_rel(uint32_t *to, uint32_t *expected, uint32_t value)
{
    return __atomic_compare_exchange_n(to, expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* ---- pointers: the address of the pointer is passed as void * ---- */

static inline void *tw_load_pointer_acquire(const void *from)
{
    return __atomic_load_n((void *const *)from, __ATOMIC_ACQUIRE);
}

static inline void tw_store_pointer_release(void *to, void *value)
{
    __atomic_store_n((void **)to, value, __ATOMIC_RELEASE);
}

/* ---- between any two accesses ---- */

/* Full barrier: also orders an earlier store and a later load. */
static inline void tw_fence_full(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif
#endif
