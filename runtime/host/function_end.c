/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * function_end.c - where functions end, by the unwind tables, which stay in a stripped image.
 *
 * Allocates nothing and takes no lock; see backtrace.c about the unwinder.
 */
#include "rv_platform.h"

#include <string.h>

/* From libgcc's unwind-dw2-fde.h, which is not installed; exported since GCC 3.0. */
struct dwarf_eh_bases {
    void *text, *data, *function;
};
const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

/* An FDE and its CIE as the LSB has .eh_frame, of which only the usual form is read here. */
#define PC_RELATIVE_4 0x1b /* DW_EH_PE_pcrel | DW_EH_PE_sdata4 */

static const uint8_t *skip_number(const uint8_t *leb128)
{
    while (*leb128++ & 0x80)
        ;
    return leb128;
}

/* 1: an address in an FDE of this CIE has 4 bytes, and so has the size after it. */
static int has_short_addresses(const uint8_t *cie)
{
    const uint8_t *at = cie + 8, version = *at++;

    if (version != 1 || at[0] != 'z' || at[1] != 'R' || at[2])
        return 0;
    at = skip_number(skip_number(at + 3)) + 1; /* alignments, return address */
    return *skip_number(at) == PC_RELATIVE_4;
}

/* Size of the function that an FDE describes; 0: it is written in another way. */
static uint32_t size_of_function(const uint8_t *fde)
{
    uint32_t length, to_cie, size;

    memcpy(&length, fde, 4);
    memcpy(&to_cie, fde + 4, 4);
    if (length == UINT32_MAX || !has_short_addresses(fde + 4 - to_cie))
        return 0;
    memcpy(&size, fde + 12, 4);
    return size;
}

/* The unwind table knows of each address to which function it belongs: so bisect. */
static uintptr_t bisect(uintptr_t function, uintptr_t inside, uintptr_t outside)
{
    struct dwarf_eh_bases bases;

    while (outside - inside > 1) {
        uintptr_t middle = inside + (outside - inside) / 2;
        if (_Unwind_Find_FDE((void *)middle, &bases) && (uintptr_t)bases.function == function)
            inside = middle;
        else
            outside = middle;
    }
    return outside;
}

uintptr_t rv_platform_function_end(uintptr_t start, uintptr_t limit)
{
    struct dwarf_eh_bases bases = {0};
    const uint8_t *fde = _Unwind_Find_FDE((void *)start, &bases);
    const uintptr_t function = (uintptr_t)bases.function;
    uint32_t size;

    if (!fde || !function)
        return limit;
    size = size_of_function(fde);
    if (!size)
        return bisect(function, start, limit);
    return function + size < limit ? function + size : limit;
}
