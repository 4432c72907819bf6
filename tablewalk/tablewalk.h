/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tablewalk.h - tables that translate method IDs to addresses, as an MMU's do.
 *
 * A space says how its trees look (geometry), where their memory comes from and
 * what "not present" is. A root is the top of a tree; a view is a root that
 * shares with another one every table that they have in common. Freestanding:
 * knows nothing of images, threads or updates, and needs at most memcpy, memset,
 * memmove and memcmp.
 *
 * Who may call, and when
 *   Changes (everything but what is listed below) must not run at the same time
 *   as other changes in the same space: the caller holds its lock.
 *   Readers (tw_walk_unchecked, tw_walk, tw_trace) need no lock at any time. They
 *   see each single change wholly or not at all.
 *   Inspection (tw_leaf_at, tw_iterate, tw_diff, tw_verify) sees one state
 *   only under the lock that serialises changes.
 *
 * What a change promises
 *   It returns 0, or a negative TW_E... code and has changed nothing.
 *   It becomes visible with one 8-byte release store: to an entry, to a directory
 *   slot, or to the slot that leads to the copied or new part of the path.
 *   A table that two trees share, or once shared, is never changed: the path to the
 *   change is copied first, in the tree that is being changed only. So no walk sees
 *   what was changed in another tree, not even one that was under way when the
 *   trees parted. The exception are borrowed tables, see TW_TABLE_BORROWED.
 *
 * References
 *   `refs` counts the slots that lead to a table, and its holders. Creating a
 *   leaf table makes the caller a holder. tw_attach, tw_swap and tw_detach move
 *   references: the slot takes over the caller's, the caller the slot's. So they
 *   write nothing but the slot, if the path is not shared.
 *
 * Example: two functions are replaced with one store.
 *     struct tw_table *leaf, *copy, *old;
 *     error = tw_leaf_at(&space, root, unit, &leaf);
 *     error = tw_leaf_copy(&space, leaf, &copy);
 *     error = tw_leaf_set(&space, copy, 3, new_f);
 *     error = tw_leaf_set(&space, copy, 7, new_g);
 *     error = tw_swap(&space, root, unit, copy, &old);   nobody saw anything before this
 *     ... keep `old` to swap it back in, or
 *     error = tw_leaf_release(&space, old);
 */
#ifndef TABLEWALK_TABLEWALK_H
#define TABLEWALK_TABLEWALK_H

#include "tw_error.h"
#include "tw_format.h"
#include "tw_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The world around a space. All are called in the context of the change that
 * needs them, with whatever lock its caller holds.
 */
struct tw_memory {
    /*
     * `bytes` of zeroed memory, aligned to 8 or more, writable at least until the
     * next `seal`; null: there is none.
     */
    void *(*alloc)(void *context, size_t bytes);
    /*
     * No walk that begins from now on reaches this memory (as it came from
     * alloc), but walks under way may: free it when they have ended.
     */
    void (*retire)(void *context, void *memory, size_t bytes);
    /*
     * Makes memory of a table writable for the change under way; called several
     * times in one change, ranges may share a page. Not 0: impossible, and the
     * change fails with TW_E_PROTECTED. A caller that cannot have that (a commit)
     * opens what it needs before, and lets this find it open. Null with `seal`:
     * tables are always writable.
     */
    int (*open)(void *context, void *address, size_t bytes);
    /* The change is over, done or failed: everything opened may be made read-only. */
    void (*seal)(void *context);
    void *context;
};

/* What the trees of one kind have in common. Constant after tw_space_init. */
struct tw_space {
    struct tw_geometry geometry;
    struct tw_memory memory;
    uint64_t fault;      /* entry 0 of a leaf table, if it is not present */
    uint32_t fault_step; /* and entry i: fault + i * fault_step */
};

/*
 * The fault address of entry `index` of any leaf table: what that entry holds while
 * it is not present. Any thread, no locks.
 */
static inline uint64_t tw_fault_entry(const struct tw_space *space, uint32_t index)
{
    return space->fault + (uint64_t)index * space->fault_step;
}

/*
 * Fills in `space`. `fault` and `fault_step` say what empty entries hold: addresses
 * of code, for a table that is jumped through. With a step of 0 all land in the same
 * place; with another one in an array of thunks, and each knows its index.
 *   TW_E_GEOMETRY  not 2 to 4 levels of at least 1 bit, 32 in all
 *   TW_E_SPACE     `fault` is 0, alloc or retire is null, or only one of open and seal is
 */
TW_MUST_CHECK int tw_space_init(struct tw_space *space, struct tw_geometry geometry,
                                const struct tw_memory *memory, uint64_t fault,
                                uint32_t fault_step);

/* Slots of a table at `level` (0: leaf) that has all its level's bits can index. */
uint32_t tw_full_capacity(const struct tw_space *space, unsigned level);

/* Bytes of a table of `capacity` slots, header included. */
static inline size_t tw_table_bytes(uint32_t capacity)
{
    return sizeof(struct tw_table) + (size_t)capacity * sizeof(uint64_t);
}

/* ---- roots and views ---- */

/*
 * An empty root of full capacity, from alloc. It belongs to the caller.
 *   TW_E_MEMORY
 */
TW_MUST_CHECK int tw_root_create(const struct tw_space *space, struct tw_table **root);

/*
 * An empty root in zeroed memory of the caller: a header and as many slots as fit,
 * at most full capacity. Only the header is written; pages of slots that are never
 * used are never touched. The memory stays the caller's.
 *   TW_E_TABLE  no room for the header and one slot, or not aligned to 8 bytes
 */
TW_MUST_CHECK int tw_root_place(const struct tw_space *space, void *memory, size_t bytes,
                                struct tw_table **root);

/*
 * A root with the present content of `root`, from alloc, that shares all tables
 * below. From then on each of the two sees its own changes only. Copies as many
 * slots as `root` has in use, and has as many in all.
 *   TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_view_create(const struct tw_space *space, struct tw_table *root,
                                 struct tw_table **view);

/*
 * Ends any root, however it came to be, and retires what only it leads to. Tables
 * that views or holders share live on. The slots of a placed root keep their
 * content, for walks under way.
 *   TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_root_destroy(const struct tw_space *space, struct tw_table *root);

/* ---- single entries ---- */

/*
 * Makes `id` lead to `address`. Tables that are missing on the way are created at
 * full capacity.
 *   TW_E_ID_ZERO
 *   TW_E_ADDRESS  `address` is 0 or the fault address
 *   TW_E_RANGE    a table on the way is too short for `id`
 *   TW_E_PRESENT  `id` leads somewhere already: use tw_replace
 *   TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_map(const struct tw_space *space, struct tw_table *root, tw_id id,
                         uint64_t address);

/*
 * Makes `id` lead to `address` instead of *old (`old` may be null).
 *   TW_E_NOT_PRESENT  `id` leads nowhere: use tw_map
 *   TW_E_ID_ZERO, TW_E_ADDRESS, TW_E_RANGE, TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_replace(const struct tw_space *space, struct tw_table *root, tw_id id,
                             uint64_t address, uint64_t *old);

/*
 * Makes `id` lead to the fault address instead of *old (`old` may be null). Tables
 * that become empty stay until their root is destroyed or their unit detached.
 *   TW_E_NOT_PRESENT, TW_E_ID_ZERO, TW_E_RANGE, TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_unmap(const struct tw_space *space, struct tw_table *root, tw_id id,
                           uint64_t *old);

/* ---- leaf tables: many entries, one store ---- */

/*
 * A leaf table of `capacity` entries, all of them the fault address. The caller
 * holds it.
 *   TW_E_RANGE  `capacity` is 0 or more than a unit's
 *   TW_E_MEMORY
 */
TW_MUST_CHECK int tw_leaf_create(const struct tw_space *space, uint32_t capacity,
                                 struct tw_table **leaf);

/*
 * A leaf table with the capacity and the entries of `leaf`; never borrowed. The
 * caller holds it.
 *   TW_E_TABLE  `leaf` is not a leaf table of this space
 *   TW_E_MEMORY
 */
TW_MUST_CHECK int tw_leaf_copy(const struct tw_space *space, const struct tw_table *leaf,
                               struct tw_table **copy);

/*
 * Stages an entry: `address` may be the fault address. For a leaf table that the
 * caller holds and has never attached: in one that was swapped out, walks may still
 * be under way, and see it.
 *   TW_E_TABLE    `leaf` is not a leaf table of this space
 *   TW_E_SHARED   something else leads to `leaf` as well, or did
 *   TW_E_RANGE    `index` is not below the capacity
 *   TW_E_ADDRESS  `address` is 0
 *   TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_leaf_set(const struct tw_space *space, struct tw_table *leaf, uint32_t index,
                              uint64_t address);

/*
 * Gives up the caller's reference. The last one retires the table, unless it is
 * borrowed: then its memory is the owner's again, once walks under way have ended.
 *   TW_E_TABLE  `leaf` is not a leaf table of this space
 *   TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_leaf_release(const struct tw_space *space, struct tw_table *leaf);

/*
 * The leaf table of `unit`, to look at or to copy: the tree keeps its reference,
 * so the result is good until the next change. Inspection.
 *   TW_E_RANGE, TW_E_NOT_PRESENT
 */
TW_MUST_CHECK int tw_leaf_at(const struct tw_space *space, const struct tw_table *root,
                             uint32_t unit, struct tw_table **leaf);

/*
 * Makes `unit` (the bits of an ID above the leaf table's) lead to `leaf`, which may
 * be short or borrowed. The slot takes over the caller's reference.
 *   TW_E_TABLE    `leaf` is not a leaf table of this space, or nobody holds it
 *   TW_E_ID_ZERO  `unit` is 0 and entry 0 of `leaf` is not the fault address
 *   TW_E_PRESENT  `unit` has a leaf table already: use tw_swap
 *   TW_E_RANGE, TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_attach(const struct tw_space *space, struct tw_table *root, uint32_t unit,
                            struct tw_table *leaf);

/*
 * Makes `unit` lead to `leaf` instead of *old, with exactly one store if the path
 * is not shared, as it never is with two levels. The slot takes over the caller's
 * reference to `leaf`, the caller the slot's to *old. `old` must not be null. *old
 * may be swapped back in here at any time, but elsewhere only after a grace period
 * (or as a copy): walks that began here may still be inside.
 *   TW_E_NOT_PRESENT  `unit` has no leaf table: use tw_attach
 *   TW_E_TABLE, TW_E_ID_ZERO  as for tw_attach
 *   TW_E_RANGE, TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_swap(const struct tw_space *space, struct tw_table *root, uint32_t unit,
                          struct tw_table *leaf, struct tw_table **old);

/*
 * Empties the directory slot of `unit`; the caller takes over its reference to
 * *old. `old` must not be null. Whoever still walks unchecked to `unit` after this
 * follows address 0: in a table that is jumped through, swap in a leaf table that
 * faults everywhere instead.
 *   TW_E_NOT_PRESENT, TW_E_RANGE, TW_E_MEMORY, TW_E_PROTECTED
 */
TW_MUST_CHECK int tw_detach(const struct tw_space *space, struct tw_table *root, uint32_t unit,
                            struct tw_table **old);

/* ---- looking ---- */

/*
 * The checked walk, for IDs from anywhere. Reader.
 *   TW_E_ID_ZERO
 *   TW_E_RANGE        a table on the way is too short for `id`
 *   TW_E_NOT_PRESENT  a directory slot on the way is empty, or the entry is the fault address
 */
TW_MUST_CHECK int tw_walk(const struct tw_space *space, const struct tw_table *root, tw_id id,
                          uint64_t *entry);

/* One level of a walk. */
struct tw_step {
    unsigned level;               /* levels - 1: root, ..., 0: leaf */
    const struct tw_table *table; /* where the walk is */
    uint32_t index;               /* this level's bits of the ID */
    const uint64_t *slot;         /* null: the table is too short for `index` */
    uint64_t value;               /* what the slot holds; 0 without a slot */
};

/*
 * tw_walk, level by level: fills in steps[0] (the root) to steps[*count - 1], also
 * when it fails; the last one is where it ended. Reader.
 *   as tw_walk
 */
TW_MUST_CHECK int tw_trace(const struct tw_space *space, const struct tw_table *root, tw_id id,
                           struct tw_step steps[TW_LEVELS_MAX], unsigned *count);

/* An ID whose entry is not the same before and after; 0: not present. Not 0 ends it. */
typedef int (*tw_difference_fn)(void *context, tw_id id, uint64_t before, uint64_t after);

/*
 * Calls `fn` in ascending order for every ID that leads elsewhere in `after` than
 * in `before`; a null root is an empty one. Tables that both share are skipped, so
 * the cost goes with the difference. Returns 0, or what `fn` returned. Inspection.
 */
TW_MUST_CHECK int tw_diff(const struct tw_space *space, const struct tw_table *before,
                          const struct tw_table *after, tw_difference_fn fn, void *context);

/* An ID that is present and its entry. Not 0 ends it. */
typedef int (*tw_entry_fn)(void *context, tw_id id, uint64_t entry);

/*
 * Calls `fn` for every present ID, in ascending order. Returns 0, or what `fn`
 * returned. Inspection.
 */
TW_MUST_CHECK int tw_iterate(const struct tw_space *space, const struct tw_table *root,
                             tw_entry_fn fn, void *context);

/* Where an invariant is broken. */
struct tw_finding {
    unsigned invariant;           /* number in tw_invariant.def; 0: none is broken */
    const struct tw_table *table; /* the table at fault */
    uint32_t index;               /* its slot at fault, or 0 */
    tw_id first;                  /* first ID that leads through that slot */
};

/*
 * Checks every invariant of tw_invariant.def in the tree under `root`. It reads
 * through what it checks, so it finds damage of tables, not of pointers to them.
 * Inspection.
 *   TW_E_BROKEN  *finding says which and where: the first one found
 */
TW_MUST_CHECK int tw_verify(const struct tw_space *space, const struct tw_table *root,
                            struct tw_finding *finding);

/* The sentence of invariant `number`; never null. Any thread, no locks. */
const char *tw_invariant_text(unsigned number);

#ifdef __cplusplus
}
#endif
#endif
