/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault_state.c - finds out which vector state this CPU and system have.
 *
 * Runs inside a method fault before the vector registers are saved, so nothing
 * here may touch them; hence the target attribute. Threads that do it at the
 * same time write the same values, `kind` last.
 */
#include "fault_state.h"
#include "tablewalk/tw_atomic.h"
#include <cpuid.h>
#include <stddef.h>

#define GENERAL_ONLY __attribute__((target("general-regs-only")))

/* SSE, AVX, the three parts of AVX-512. */
#define COMPONENTS ((1u << 1) | (1u << 2) | (1u << 5) | (1u << 6) | (1u << 7))
#define LEGACY     (512u + 64u) /* FXSAVE image and XSAVE header */

struct rv_fault_state rv_fault_state;

_Static_assert(offsetof(struct rv_fault_state, kind) == RV_STATE_KIND, "fault.S knows it");
_Static_assert(offsetof(struct rv_fault_state, mask) == RV_STATE_MASK, "fault.S knows it");
_Static_assert(offsetof(struct rv_fault_state, size) == RV_STATE_SIZE, "fault.S knows it");

GENERAL_ONLY static uint32_t enabled_components(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low & COMPONENTS;
}

/* Bytes of the save area: packed in order of the components, or at their fixed offsets. */
GENERAL_ONLY static uint32_t area_size(uint32_t mask, int compact)
{
    uint32_t end = LEGACY;
    for (unsigned n = 2; n < 32; n++) {
        uint32_t size, offset, flags, unused;
        if (!(mask >> n & 1))
            continue;
        __cpuid_count(0xd, n, size, offset, flags, unused);
        if (compact)
            offset = flags & 2 ? (end + 63) & ~63u : end;
        if (offset + size > end)
            end = offset + size;
    }
    return (end + 63) & ~63u;
}

GENERAL_ONLY void rv_fault_state_init(void)
{
    uint32_t a, b, c, d;
    uint32_t kind = RV_STATE_FXSAVE, mask = 0, size = 512;
    __cpuid(1, a, b, c, d);
    if (c & bit_OSXSAVE) {
        __cpuid_count(0xd, 1, a, b, c, d);
        kind = a & 2 ? RV_STATE_XSAVEC : RV_STATE_XSAVE;
        mask = enabled_components();
        size = area_size(mask, kind == RV_STATE_XSAVEC);
    }
    rv_fault_state.mask = mask;
    rv_fault_state.size = size;
    tw_store32_release(&rv_fault_state.kind, kind);
}
