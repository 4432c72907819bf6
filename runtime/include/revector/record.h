/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - what the compiler writes down about an image.
 *
 * The one definition of every record that compiler-plugin/ emits and that the
 * runtime, the command line tool and the tests read. The producer is
 * compiler-plugin/Records.cpp; nobody else may emit these sections.
 *
 * Every link between records is an rv_rel: a signed 32-bit distance from the
 * field's own address (0: none). So records need no relocation at load time,
 * are shared between processes, survive `strip`, and can be read from the file
 * as they can from memory. Only struct rv_image, struct rv_slot and leaf tables
 * hold absolute addresses; they live in RELRO.
 *
 *   section        elements            memory     in --gc-sections goes with
 *   rv_methods     struct rv_method    read-only  the function's entry stub
 *   rv_units       struct rv_unit      read-only  (always kept)
 *   rv_data        struct rv_data      read-only  the variable
 *   rv_strings     NUL-terminated      read-only  (merged: SHF_MERGE|SHF_STRINGS where possible)
 *   .data.rel.ro.* rv_image, rv_slot, first leaf tables    RELRO
 *
 * A patch (.rvp) is an image too, with these sections on top:
 *
 *   rv_patch         struct rv_patch        one: what the patch was made for
 *   rv_replacements  struct rv_replacement  methods of the program with a new body here
 *   rv_imports       struct rv_import       things of the program that the patch reaches
 *   rv_fixups        struct rv_fixup        initialised data that holds an imported address
 *   rv_hooks         struct rv_hook_file    functions to run when it is applied or reverted
 *   rv_transforms    struct rv_transformer  types whose live objects it converts
 */
#ifndef REVECTOR_RECORD_H
#define REVECTOR_RECORD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a struct below changes its layout or meaning. */
#define RV_RECORD_ABI 6u

#define RV_SECTION_METHODS      "rv_methods"
#define RV_SECTION_UNITS        "rv_units"
#define RV_SECTION_DATA         "rv_data"
#define RV_SECTION_STRINGS      "rv_strings"
#define RV_SECTION_PATCH        "rv_patch"
#define RV_SECTION_REPLACEMENTS "rv_replacements"
#define RV_SECTION_IMPORTS      "rv_imports"
#define RV_SECTION_FIXUPS       "rv_fixups"
#define RV_SECTION_HOOKS        "rv_hooks"
#define RV_SECTION_TRANSFORMS   "rv_transforms"

/* Distance in bytes from the address of this field to its target; 0: none. */
typedef int32_t rv_rel;

/* The target of the rv_rel at `field`, or a null pointer. */
#define RV_TARGET(type, field)                                                                     \
    ((field) ? (type *)((uintptr_t)&(field) + (uintptr_t)(intptr_t)(field)) : (type *)0)

/* A unit holds at most this many methods; a larger one is split in parts. */
#define RV_UNIT_METHODS 4096u

enum rv_method_flags {
    RV_METHOD_STATIC = 1u << 0,      /* internal linkage */
    RV_METHOD_WEAK = 1u << 1,        /* weak definition: another one may be in force */
    RV_METHOD_FIXED = 1u << 2, /* recorded, but its calls are not translated: no index, no body */
    RV_METHOD_VARARGS = 1u << 3,
    RV_METHOD_ADDRESS_TAKEN = 1u << 4,
    RV_METHOD_CONSTRUCTOR =
        1u << 5, /* run by the loader at start or end: a new body comes too late */
    RV_METHOD_ENDLESS = 1u << 6, /* nobody returns from its first body, nor takes marked turns */
};

/* A function. */
struct rv_method {
    rv_rel unit; /* struct rv_unit */
    rv_rel name; /* symbol name as in the object file */
    rv_rel entry; /* the entry stub: what &f is. For a fixed function, the function itself */
    rv_rel body; /* the first body; 0 for a fixed function */
    rv_rel fault; /* `leaf` units: what a not-present entry holds */
    uint16_t index; /* in the unit's leaf table */
    uint16_t flags; /* enum rv_method_flags */
    uint64_t type_hash; /* calling convention, types, ABI attributes, layouts reachable from them */
    uint64_t body_hash; /* optimised IR, see compiler-plugin/BodyHash.h */
    uint64_t written_hash; /* IR before the optimiser, for people; 0: not known */
};

/*
 * Where a unit's calls begin. `leaf` is the process's directory slot as calls see
 * it: what an MMU keeps in its paging-structure caches (Intel SDM, volume 3, 4.10.3),
 * kept where code reaches it at a constant distance. A call loads it and jumps through
 * the entry. A leaf table's `owner` is the address of its unit's rv_slot, so a fault
 * that knows the table knows the unit.
 */
struct rv_slot {
    uint64_t leaf; /* entry 0 of the leaf table that calls go through now */
    uint64_t directory; /* the unit's directory slot in the process's root; 0: not registered */
    rv_rel unit; /* struct rv_unit */
    uint32_t reserved;
};

enum rv_unit_flags {
    RV_UNIT_WALK = 1u << 0, /* translations in use in this unit */
    RV_UNIT_LEAF = 1u << 1,
    RV_UNIT_INLINE = 1u << 2,
    RV_UNIT_LTO = 1u << 3,
};

/* One translation unit, or one part of 4,096 methods of a very large one. */
struct rv_unit {
    rv_rel image; /* struct rv_image */
    rv_rel slot; /* struct rv_slot; 0: a unit without methods */
    rv_rel leaf; /* the first leaf table, struct tw_table in RELRO: see rv_slot; 0 as there */
    rv_rel source; /* main source file as the compiler was given it */
    rv_rel directory; /* working directory of the compiler */
    rv_rel compiler; /* compiler's full version string */
    rv_rel command; /* clang -cc1 arguments, each NUL-terminated; an empty one ends the list */
    rv_rel types; /* the named types that it has data or functions of, one string for each; an empty
                     one ends the list. Lines: "struct NAME" (or union, class), "BYTES", and for
                     each field "NAME BITS-FROM-THE-START BITS KIND" (signed, unsigned, bool,
                     floating, pointer, struct, union, other; with [] for arrays); or "enum NAME",
                     and for each enumerator "NAME VALUE" */
    rv_rel calls; /* functions that it uses and does not define, a list like `types`. Lines: the
                     symbol's name, and its callers, with spaces between: each one's index in its
                     leaf table + RV_UNIT_METHODS * part; '&' at the end: the function's address is
                     taken, or a fixed function calls it */
    uint32_t count; /* entries in the leaf table */
    uint32_t flags; /* enum rv_unit_flags */
    uint32_t part; /* 0 but for parts of a very large unit */
};

enum rv_data_flags {
    RV_DATA_STATIC = 1u << 0,
    RV_DATA_TLS = 1u << 1, /* one per thread; RV_DATA_ACCESSOR is set too */
    RV_DATA_CONSTANT = 1u << 2, /* the program never writes it */
    RV_DATA_WEAK = 1u << 3,
    RV_DATA_ACCESSOR = 1u << 4, /* `address` is void *(*)(void): thread-local, or another image
                                   may hold the variable that is in force (copy relocations) */
};

/* A variable with static storage that survived optimisation. */
struct rv_data {
    rv_rel unit;
    rv_rel name; /* static locals: function.variable, as clang names them */
    rv_rel address;
    uint32_t flags; /* enum rv_data_flags */
    uint64_t size; /* bytes */
    uint64_t type_hash; /* layout, through structs and pointers */
    uint64_t init_hash; /* initialiser */
};

/* One per image (comdat). Absolute addresses, relocated by the loader. */
struct rv_image {
    uint32_t abi; /* RV_RECORD_ABI */
    uint32_t reserved;
    const struct rv_method *methods, *methods_end;
    const struct rv_unit *units, *units_end;
    const struct rv_data *data, *data_end;
    /* In a patch only, else all 0; an empty list may be 0 too. */
    const struct rv_patch *patch, *patch_end; /* one */
    const struct rv_replacement *replacements, *replacements_end;
    const struct rv_import *imports, *imports_end;
    const struct rv_fixup *fixups, *fixups_end;
    const struct rv_hook_file *hooks, *hooks_end;
    const struct rv_transformer *transforms, *transforms_end;
};

/* ---- patches ---- */

/*
 * What a patch was made for; everything is checked before anything is published.
 * All objects that are linked into one patch share it (comdat).
 *
 * How the loader comes to it: dlopen of the patch runs its first constructor,
 * as in any image; that calls rv_image_add with an rv_image whose `patch` is
 * not 0. The patch's code may run only after all imports and fixups are filled
 * in (their pages are RELRO: write-protected again afterwards), so a patch has
 * no constructors or destructors of its own.
 */
struct rv_patch {
    uint32_t abi; /* RV_RECORD_ABI */
    uint32_t build_id_size;
    uint8_t build_id[32]; /* GNU build id of the image it was made for */
    uint64_t image_hash; /* over all records of that image, see runtime/ctl/image_file.h */
};

/* A method of the target image and its new body in this patch; no method has two. */
struct rv_replacement {
    uint32_t method; /* ordinal in the target's rv_methods */
    uint32_t reserved;
    rv_rel name; /* must be the name of that record */
    rv_rel body; /* the new body */
    uint64_t type_hash; /* must be the type hash of that record */
    uint64_t body_hash; /* of the new body */
};

enum rv_import_kind {
    RV_IMPORT_METHOD = 0, /* ordinal in rv_methods; the slot receives the entry stub's address */
    RV_IMPORT_DATA = 1, /* ordinal in rv_data; the slot receives the variable's address (as its
                           accessor returns it, if it has one); if thread-local, the accessor's */
    RV_IMPORT_SYMBOL = 2, /* distance from the image's first byte in memory, of something that has
                             no record: it was compiled without the plugin; type_hash is 0 */
};

/* Something of the target image that the patch reaches through a slot of its own. */
struct rv_import {
    uint32_t kind; /* enum rv_import_kind */
    uint32_t ordinal;
    rv_rel name; /* must be the name of that record, if there is one */
    rv_rel slot; /* uint64_t in the patch's RELRO, filled in before commit */
    uint64_t type_hash; /* must be the type hash of that record, if there is one */
};

/* *(uint64_t *)where = address of the import + addend, before commit. */
struct rv_fixup {
    rv_rel where; /* uint64_t in RELRO or in writable data of the patch */
    rv_rel import; /* struct rv_import of this patch */
    int64_t addend;
};

enum rv_hook_kind {
    RV_HOOK_PRE_APPLY = 0,
    RV_HOOK_POST_APPLY = 1,
    RV_HOOK_PRE_REVERT = 2,
    RV_HOOK_POST_REVERT = 3,
    RV_HOOK_KINDS = 4
};

/* The hooks of one source file of the patch, see patch.h; both 0: none of that kind. */
struct rv_hook_file {
    struct {
        rv_rel name;
        rv_rel function; /* int or void (struct rv_hook *), as patch.h says */
    } of[RV_HOOK_KINDS]; /* by enum rv_hook_kind */
};

enum rv_transformer_flags {
    RV_TRANSFORMER_MOVES = 1u << 0, /* there is no room for a converted object in its place */
    RV_TRANSFORMER_MOVES_BACK = 1u << 1,
};

struct rv_transform;

/* What REVECTOR_TRANSFORM of transform.h defines; absolute addresses, in RELRO. */
struct rv_transform_how {
    int (*walk)(struct rv_transform *transform);
    int (*convert)(struct rv_transform *transform, const void *from, void *to);
    void (*point)(struct rv_transform *transform);
    int (*walk_back)(struct rv_transform *transform);
    int (*convert_back)(struct rv_transform *transform, const void *from, void *to);
    void (*point_back)(struct rv_transform *transform);
    void *(*allocate)(unsigned long size);
    void (*release)(void *object);
};

/* A type whose layout the patch changes. Each source file that knows it has such a record. */
struct rv_transformer {
    rv_rel type; /* "struct NAME", as in rv_unit's types */
    rv_rel how; /* struct rv_transform_how; 0: another source file of the patch has it */
    uint32_t then, now; /* bytes of an object, in the program and in the patch */
    uint32_t flags; /* enum rv_transformer_flags */
};

/*
 * A finished patch file is the shared object followed by this trailer, so that a
 * truncated or damaged file is known before one byte of it is mapped.
 */
#define RV_TRAILER_MAGIC "RVPATCH\2"
struct rv_trailer {
    uint8_t magic[8];
    uint64_t size; /* bytes before the trailer */
    uint64_t checksum; /* FNV-1a, 64 bits, over those bytes */
    uint64_t compiler; /* the same over the compiler's version string; of none: as of "" */
    uint8_t build_id[32];
    uint32_t build_id_size;
    uint32_t abi; /* RV_RECORD_ABI */
};

/* Symbols that instrumented objects refer to; librevector.so defines them. */
#pragma GCC visibility push(default)
extern const char rv_fault_thunks[]; /* RV_UNIT_METHODS of them, see runtime/arch/arch.h */
void rv_image_add(const struct rv_image *image); /* first constructor of every image */
void rv_image_remove(const struct rv_image *image);
void rv_fault(void); /* the method fault; see arch/stub.h, never called from C */
#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
