/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * made_code.h - stubs and records in assembler, for tests that need none of the plugin.
 *
 * A program uses MADE_IMAGE once and MADE_METHOD for each of its methods, in the
 * order of their ordinals; a patch adds MADE_PATCH, MADE_REPLACEMENT, MADE_IMPORT,
 * MADE_FIXUP, MADE_HOOKS and MADE_TRANSFORMER. The body of method `f` is the C function `f_body`.
 * Every record is exactly as the plugin writes it.
 */
#ifndef MADE_CODE_H
#define MADE_CODE_H

#include "runtime/arch/stub.h"
#include "revector/record.h"

/* The build ID that the tests' program is linked with, and the linker option for it. */
#define MADE_BUILD_ID {0x52, 0x45, 0x56, 0x45, 0x43, 0x54, 0x4f, 0x52}

#define MADE_TEXT(text) #text
#define MADE_NUMBER(n)  MADE_TEXT(n)

/* Assembler, laid out by statement, which the formatter does not see in strings. */
/* clang-format off */

#define MADE_STRING(label, text)                                                                   \
    ".pushsection rv_strings,\"aMS\",@progbits,1\n" label ": .asciz \"" text "\"\n.popsection\n"

/* The lists' bounds are where the linker says, and empty where there is no list. */
#define MADE_BOUNDS(type, list)                                                                    \
    extern const struct type __start_##list[] __attribute__((weak, visibility("hidden")));        \
    extern const struct type __stop_##list[] __attribute__((weak, visibility("hidden")));

/* A slot and a leaf table of `count` entries, each a fault until the image registers. */
#define MADE_TABLE(count)                                                                          \
    ".pushsection .data.rel.ro,\"aw\",@progbits\n.p2align 3\n"                                    \
    "made.slot: .quad made.leaf + 24, 0\n.long made.unit - ., 0\n"                                 \
    "made.leaf: .long " count ", " count ", 1\n.byte 0, 1\n.short 0\n.quad made.slot\n"           \
    ".set made.index, 0\n.rept " count "\n"                                                       \
    ".quad rv_fault_thunks + made.index * " MADE_NUMBER(RV_ARCH_FAULT_STEP)                        \
    "\n.set made.index, made.index + 1\n.endr\n.popsection\n"

#define MADE_IMAGE(count)                                                                          \
    __asm__(MADE_TABLE(MADE_NUMBER(count))                                                         \
            MADE_STRING("made.source", "made.c")                                                   \
            ".pushsection rv_units,\"a\",@progbits\n.p2align 2\nmade.unit:\n"                      \
            ".long made_image - ., made.slot - ., made.leaf - ., made.source - ., 0, 0, 0, 0, 0, "              \
            MADE_NUMBER(count) ", 1, 0\n.popsection\n");                                           \
    MADE_BOUNDS(rv_method, rv_methods)                                                             \
    MADE_BOUNDS(rv_unit, rv_units)                                                                 \
    MADE_BOUNDS(rv_data, rv_data)                                                                  \
    MADE_BOUNDS(rv_patch, rv_patch)                                                                \
    MADE_BOUNDS(rv_replacement, rv_replacements)                                                   \
    MADE_BOUNDS(rv_import, rv_imports)                                                             \
    MADE_BOUNDS(rv_fixup, rv_fixups)                                                               \
    MADE_BOUNDS(rv_hook_file, rv_hooks)                                                            \
    MADE_BOUNDS(rv_transformer, rv_transforms)                                                     \
    __attribute__((used)) static const struct rv_image made_image = {                                                    \
        .abi = RV_RECORD_ABI,                                                                      \
        .methods = __start_rv_methods,                                                             \
        .methods_end = __stop_rv_methods,                                                          \
        .units = __start_rv_units,                                                                 \
        .units_end = __stop_rv_units,                                                              \
        .data = __start_rv_data,                                                                   \
        .data_end = __stop_rv_data,                                                                \
        .patch = __start_rv_patch,                                                                 \
        .patch_end = __stop_rv_patch,                                                              \
        .replacements = __start_rv_replacements,                                                   \
        .replacements_end = __stop_rv_replacements,                                                \
        .imports = __start_rv_imports,                                                             \
        .imports_end = __stop_rv_imports,                                                          \
        .fixups = __start_rv_fixups,                                                               \
        .fixups_end = __stop_rv_fixups,                                                            \
        .hooks = __start_rv_hooks,                                                                 \
        .hooks_end = __stop_rv_hooks,                                                              \
        .transforms = __start_rv_transforms,                                                       \
        .transforms_end = __stop_rv_transforms,                                                    \
    };                                                                                             \
    __attribute__((constructor(101))) static void made_add(void)                                   \
    {                                                                                              \
        rv_image_add(&made_image);                                                                 \
    }                                                                                              \
    __attribute__((destructor(101))) static void made_remove(void)                                 \
    {                                                                                              \
        rv_image_remove(&made_image);                                                              \
    }

#define MADE_METHOD(name, index, hash)                                                             \
    __asm__(".pushsection .text\n.p2align 4\n.globl " #name "\n.hidden " #name "\n.type " #name ", @function\n" #name \
            ":\n.cfi_startproc\nendbr64\n"                                                         \
            RV_STUB_WALK("made.slot", "8*" MADE_NUMBER(index)) "\n"                                \
            ".cfi_endproc\n.size " #name ", . - " #name "\n.popsection\n"                          \
            MADE_STRING("made.name." #name, #name)                                                 \
            ".pushsection rv_methods,\"a\",@progbits\n.p2align 3\nmade.method." #name ":\n"        \
            ".long made.unit - ., made.name." #name " - ., " #name " - ., " #name "_body - ., 0\n" \
            ".short " MADE_NUMBER(index) ", 0\n.quad " MADE_NUMBER(hash) ", 0, 0\n.popsection\n")

#define MADE_DATA(variable, hash)                                                                  \
    __asm__(MADE_STRING("made.data." #variable, #variable)                                         \
            ".pushsection rv_data,\"a\",@progbits\n.p2align 3\n"                                   \
            ".long made.unit - ., made.data." #variable " - ., " #variable " - ., 0\n"             \
            ".quad 8, " MADE_NUMBER(hash) ", 0\n.popsection\n")

#define MADE_PATCH                                                                                 \
    __attribute__((section("rv_patch"), used)) static const struct rv_patch made_patch = {         \
        .abi = RV_RECORD_ABI, .build_id_size = 8, .build_id = MADE_BUILD_ID}

#define MADE_REPLACEMENT(ordinal, name, hash)                                                      \
    __asm__(MADE_STRING("made.replacement." #name, #name)                                          \
            ".pushsection rv_replacements,\"a\",@progbits\n.p2align 3\n"                           \
            ".long " MADE_NUMBER(ordinal) ", 0, made.replacement." #name " - ., " #name            \
            "_body - .\n.quad " MADE_NUMBER(hash) ", 0\n.popsection\n")

/* `slot` is a uint64_t in .data.rel.ro; kind: 0 method, 1 data. */
#define MADE_IMPORT(kind, ordinal, name, hash)                                                     \
    __asm__(MADE_STRING("made.imported." #name, #name)                                             \
            ".pushsection .data.rel.ro,\"aw\",@progbits\n.p2align 3\nmade_slot_" #name             \
            ": .quad 0\n.popsection\n"                                                             \
            ".pushsection rv_imports,\"a\",@progbits\n.p2align 3\nmade.import." #name ":\n"        \
            ".long " MADE_NUMBER(kind) ", " MADE_NUMBER(ordinal) ", made.imported." #name          \
            " - ., made_slot_" #name " - .\n.quad " MADE_NUMBER(hash) "\n.popsection\n");          \
    extern uint64_t made_slot_##name __attribute__((visibility("hidden")))

#define MADE_FIXUP(where, name, addend)                                                            \
    __asm__(".pushsection rv_fixups,\"a\",@progbits\n.p2align 3\n"                                 \
            ".long " #where " - ., made.import." #name " - .\n.quad " MADE_NUMBER(addend)          \
            "\n.popsection\n")

/* In the order of enum rv_hook_kind. */
#define MADE_HOOKS(pre_apply, post_apply, pre_revert, post_revert)                                 \
    __asm__(MADE_STRING("made.hook", "hook")                                                       \
            ".pushsection rv_hooks,\"a\",@progbits\n.p2align 2\n"                                  \
            ".long made.hook - ., " #pre_apply " - ., made.hook - ., " #post_apply                 \
            " - ., made.hook - ., " #pre_revert " - ., made.hook - ., " #post_revert               \
            " - .\n.popsection\n")

/* Objects of `then` bytes become objects of `now` bytes elsewhere; `how`: rv_transform_how. */
#define MADE_TRANSFORMER(how, then, now)                                                           \
    __asm__(MADE_STRING("made.type", "struct made")                                                \
            ".pushsection rv_transforms,\"a\",@progbits\n.p2align 2\n"                             \
            ".long made.type - ., " #how " - ., " MADE_NUMBER(then) ", " MADE_NUMBER(now)          \
            ", 3\n.popsection\n")

/* clang-format on */

#endif
