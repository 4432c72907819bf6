/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch.h - what a CPU must supply; the build fails where a piece is missing.
 *
 * One folder per CPU, arch/<cpu>/, chosen by CMake and put on the include path:
 *
 *   arch_cpu.h   the constants and inline functions below
 *   fault.S      rv_fault, see revector/record.h, and rv_fault_entry
 *   stub.h       text of the entry stub; for the plugin only
 *
 * No other file asks which CPU it is compiled for.
 */
#ifndef REVECTOR_ARCH_H
#define REVECTOR_ARCH_H

#include <stdint.h>

struct rv_method;

/*
 * What rv_fault calls with the record that it was entered with, all argument
 * registers and the vector state saved: returns the address to go on at. Defined
 * in core/fault.c. Async-signal-safe, takes no lock, does not return if there is
 * nothing to go on at.
 */
uint64_t rv_fault_handle(const struct rv_method *method);

/*
 * rv_fault by a name that only this library sees: its address, whatever stub of
 * its own an executable may give to rv_fault. fault.S defines both.
 */
__attribute__((visibility("hidden"))) void rv_fault_entry(void);

#include "arch_cpu.h"

#ifndef RV_ARCH_NAME
#error "arch_cpu.h must define RV_ARCH_NAME, the name of its folder"
#endif

/* Bytes below the stack pointer that a leaf function may use without moving it. */
#ifndef RV_ARCH_RED_ZONE
#error "arch_cpu.h must define RV_ARCH_RED_ZONE"
#endif

/*
 * rv_arch_spill(call, argument): calls call(argument, stack pointer) with every
 * register that a callee must keep stored on the stack above that pointer.
 */
#ifndef RV_ARCH_HAS_SPILL
#error "arch_cpu.h must define rv_arch_spill and RV_ARCH_HAS_SPILL"
#endif

#endif
