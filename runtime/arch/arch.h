/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch.h - what a CPU must supply; the build fails where a piece is missing.
 *
 * One folder per CPU, arch/<cpu>/, chosen by CMake and put on the include path:
 *
 *   arch_cpu.h   the constants and inline functions below
 *   fault.S      rv_fault and rv_fault_thunks
 *   context.S    makecontext, see runtime/host/ucontext.c
 *   sha256.c     see sha256.h
 *   stub.h       text of the entry stub; for the plugin only
 *
 * No other file asks which CPU it is compiled for.
 */
#ifndef REVECTOR_ARCH_H
#define REVECTOR_ARCH_H

#include <stdint.h>

/*
 * What rv_fault calls, all argument registers and the vector state saved, with
 * entry 0 of the leaf table that the call went through and the index there: returns
 * the address to go on at. Defined in core/fault.c. Async-signal-safe, takes no
 * lock, does not return if there is nothing to go on at.
 */
uint64_t rv_fault_handle(const uint64_t *leaf, uint32_t index);

/* Where it returns to: behind it is a thread that may know already where it goes on. */
extern const char rv_fault_chosen[];

/*
 * rv_fault_thunks, see revector/record.h: one thunk for each index of a leaf table,
 * RV_ARCH_FAULT_STEP bytes apart: what its not-present entry holds. It enters
 * rv_fault with the index. In fault.S.
 */

#include "arch_cpu.h"

#ifndef RV_ARCH_NAME
#error "arch_cpu.h must define RV_ARCH_NAME, the name of its folder"
#endif

/* Bytes below the stack pointer that a leaf function may use without moving it. */
#ifndef RV_ARCH_RED_ZONE
#error "arch_cpu.h must define RV_ARCH_RED_ZONE"
#endif

/* In a signal frame, from the handler's return address to the interrupted stack pointer. */
#ifndef RV_ARCH_SIGNAL_SP
#error "arch_cpu.h must define RV_ARCH_SIGNAL_SP"
#endif

/* The same to a word some bits of which tell a frame from what only begins like one. */
#if !defined(RV_ARCH_SIGNAL_MARK) || !defined(RV_ARCH_SIGNAL_MARK_BITS) ||                         \
    !defined(RV_ARCH_SIGNAL_MARK_IS)
#error "arch_cpu.h must define RV_ARCH_SIGNAL_MARK, RV_ARCH_SIGNAL_MARK_BITS and _IS"
#endif

/* The same to behind the last register of the interrupted code that the frame holds. */
#ifndef RV_ARCH_SIGNAL_REGISTERS
#error "arch_cpu.h must define RV_ARCH_SIGNAL_REGISTERS"
#endif

/*
 * rv_arch_is_behind_call(code, room): a call may end at `code`, so that this is where it
 * returns to. `room` bytes before it may be read, of which RV_ARCH_CALL_MAX say all.
 */
#ifndef RV_ARCH_CALL_MAX
#error "arch_cpu.h must define rv_arch_is_behind_call and RV_ARCH_CALL_MAX"
#endif

/* Where a thread's control block says that it is one, in bytes; see host/scan.c. */
#if !defined(RV_ARCH_TCB_SELF) || !defined(RV_ARCH_TCB_TID) || !defined(RV_ARCH_TCB_SPAN)
#error "arch_cpu.h must define RV_ARCH_TCB_SELF, RV_ARCH_TCB_TID and RV_ARCH_TCB_SPAN"
#endif

/* Distance of the fault thunks, in bytes; for assembler too. */
#ifndef RV_ARCH_FAULT_STEP
#error "arch_cpu.h must define RV_ARCH_FAULT_STEP"
#endif

/*
 * context.S has makecontext, which asks rv_context_make what the C library's is to call in
 * place of `function`: that, or rv_arch_context_entry. The latter tells rv_context_enter, and
 * if that says so the function returns by rv_context_exit, which knows where it would have
 * returned to. All three are in host/ucontext.c.
 *
 * rv_arch_context_pass(ucontext, function, argument): leaves both in registers for the entry.
 * rv_arch_has_shadow_stack(): a return address must not be changed.
 * rv_arch_context_pc(ucontext): the interrupted instruction; rv_arch_context_caller: if that is
 * no code but where a bad pointer led to, where the call would have returned to.
 */
struct rv_context;
void (*rv_context_make(void *ucontext, void (*function)(void)))(void);
void rv_context_enter(struct rv_context *context, uintptr_t *back, uintptr_t exit);
uintptr_t rv_context_exit(void);
extern void (*rv_libc_makecontext)(void);
void rv_arch_context_entry(void);

#ifndef RV_ARCH_HAS_CONTEXT
#error "arch_cpu.h must define rv_arch_context_pass, rv_arch_has_shadow_stack, RV_ARCH_HAS_CONTEXT"
#endif

/*
 * rv_arch_spill(call, argument): calls call(argument, stack pointer) with every
 * register that a callee must keep stored on the stack above that pointer.
 */
#ifndef RV_ARCH_HAS_SPILL
#error "arch_cpu.h must define rv_arch_spill and RV_ARCH_HAS_SPILL"
#endif

#endif
