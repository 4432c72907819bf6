/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.c - sets up the root directory; see root.S for its memory.
 */
#include "root.h"
#include "arch.h"
#include "revector/error.h"
#include "rv_platform.h"

#define PAGE 4096u /* root.S starts the root on such a boundary; larger pages hold it whole too */

struct tw_space rv_space;
struct rv_window rv_root_window;

static void *table_alloc(void *context, size_t bytes)
{
    (void)context;
    return rv_platform_pages_alloc(bytes);
}

/* Only tables that were never published end here; the others become garbage.h's. */
static void table_free(void *context, void *memory, size_t bytes)
{
    (void)context;
    rv_platform_pages_free(memory, bytes);
}

int rv_core_init(void)
{
    const struct tw_memory memory = {.alloc = table_alloc, .retire = table_free};
    const uintptr_t start = (uintptr_t)&rv_root_table;
    int error;

    error = tw_space_init(&rv_space, tw_geometry_20_12, &memory, (uintptr_t)rv_fault_thunks,
                          RV_ARCH_FAULT_STEP);
    if (error)
        return rv_error_of_table(error);
    error = rv_platform_protect((void *)start, PAGE + RV_UNITS_MAX * sizeof(uint64_t), 0);
    if (error)
        return RV_EPROTECT;
    rv_root_window.start = start;
    rv_root_window.end = start + PAGE + RV_UNITS_MAX * sizeof(uint64_t);
    return 0;
}

int rv_error_of_table(int error)
{
    switch (error) {
    case 0:
        return 0;
    case TW_E_MEMORY:
        return RV_ENOMEM;
    case TW_E_PROTECTED:
        return RV_EPROTECT;
    case TW_E_RANGE:
    case TW_E_NOT_PRESENT:
    case TW_E_ID_ZERO:
        return RV_ENOMETHOD;
    default:
        return RV_ECORRUPT;
    }
}
