// SPDX-License-Identifier: BSD-2-Clause
//
// tables.cpp - tables by tablewalk in plain memory, without write protection:
// what updates cost the callers, not what they cost the publisher.
#include "tables.h"

#include <cstdio>
#include <cstdlib>

extern "C" {
uint64_t bench_slot;
void (*bench_pointer)(void) = bench_body;
const uint64_t *bench_roots[3];
tw_id bench_id = BENCH_ID;
uint64_t bench_many_slots[BENCH_MANY / 4096];
uint64_t bench_many_leaf[BENCH_MANY];

// The leaf table of a `leaf` unit as it lies in an image. One object, so that the
// entries are right behind the header.
extern struct {
    tw_table head;
    uint64_t entries[16];
} benchLeaf __asm__("bench_leaf_head");
}

namespace
{

// One tree per geometry, and for each two leaf tables that updates alternate between.
struct Tree {
    tw_space space;
    tw_table *root;
    tw_table *spare;
};

Tree trees[3];

void require(int error)
{
    if (error == 0)
        return;
    std::fprintf(stderr, "bench: %s\n", tw_error_text(error));
    std::exit(1);
}

void *allocate(void *, size_t bytes)
{
    return std::calloc(1, bytes);
}

void retire(void *, void *memory, size_t)
{
    std::free(memory);
}

uint64_t addressOf(void (*body)(void))
{
    return reinterpret_cast<uintptr_t>(body);
}

tw_table *leafWith(const tw_space &space, void (*body)(void))
{
    tw_table *leaf;
    require(tw_leaf_create(&space, tw_full_capacity(&space, 0), &leaf));
    require(
        tw_leaf_set(&space, leaf, bench_id & (tw_full_capacity(&space, 0) - 1), addressOf(body)));
    return leaf;
}

uint32_t unitIn(const tw_space &space)
{
    return bench_id / tw_full_capacity(&space, 0);
}

void buildTree(Tree &tree, tw_geometry geometry)
{
    tw_memory memory = {allocate, retire, nullptr, nullptr, nullptr};
    require(tw_space_init(&tree.space, geometry, &memory, addressOf(std::abort), 0));
    require(tw_root_create(&tree.space, &tree.root));
    require(
        tw_attach(&tree.space, tree.root, unitIn(tree.space), leafWith(tree.space, bench_body)));
    tree.spare = leafWith(tree.space, bench_other_body);
}

// Units 100 and up, one leaf table each.
void buildMany()
{
    Tree &tree = trees[0];
    for (uint32_t k = 0; k < BENCH_MANY; k++) {
        uint64_t body = reinterpret_cast<uintptr_t>(bench_many_bodies) + 16 * uint64_t(k);
        bench_many_leaf[k] = body;
        require(tw_map(&tree.space, tree.root, (100u << 12) + k, body));
        bench_many_slots[k >> 12] = tw_slots(tree.root)[100 + (k >> 12)];
    }
}

void swapUnit(Tree &tree)
{
    tw_table *old;
    require(tw_swap(&tree.space, tree.root, unitIn(tree.space), tree.spare, &old));
    if (&tree == &trees[0]) // as the runtime does: its stubs load this word
        tw_store_release(&bench_slot, reinterpret_cast<uintptr_t>(tw_slots(tree.spare)));
    tree.spare = old;
}

void replaceLeafEntry()
{
    static bool other;
    other = !other;
    require(tw_replace(&trees[0].space, trees[0].root, (BENCH_UNIT + 1) << 12 | BENCH_INDEX,
                       addressOf(other ? bench_other_body : bench_body), nullptr));
}

void publish(Target target)
{
    if (target == Target::LeafEntry)
        replaceLeafEntry();
    else
        swapUnit(trees[static_cast<int>(target) - static_cast<int>(Target::DirectorySlot)]);
}

} // namespace

decltype(benchLeaf) benchLeaf = {{16, 16, 1, 0, TW_TABLE_BORROWED, 0, 0}, {}};

void buildTables()
{
    const tw_geometry geometries[] = {tw_geometry_20_12, tw_geometry_10_10_12, tw_geometry_8_8_8_8};
    for (int i = 0; i < 3; i++) {
        buildTree(trees[i], geometries[i]);
        bench_roots[i] = tw_slots(trees[i].root);
    }
    for (uint64_t &entry : benchLeaf.entries)
        entry = addressOf(bench_body);
    require(tw_attach(&trees[0].space, trees[0].root, BENCH_UNIT + 1, &benchLeaf.head));
    bench_slot = tw_slots(trees[0].root)[BENCH_UNIT];
    buildMany();
}

Publisher::Publisher(Target target, bool idle)
{
    if (idle)
        return;
    thread = std::thread([this, target] {
        while (!tw_load32_acquire(&stop)) {
            publish(target);
            tw_add_relaxed(&count, 1);
        }
    });
}

Publisher::~Publisher()
{
    tw_store32_release(&stop, 1);
    if (thread.joinable())
        thread.join();
}

uint64_t Publisher::updates() const
{
    return tw_load_relaxed(&count);
}
