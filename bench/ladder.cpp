// SPDX-License-Identifier: BSD-2-Clause
//
// ladder.cpp - what a call costs, rung by rung: nothing, the call that a plain build
// makes, and each translation, idle and while updates are published at full speed;
// then many call sites, as in a large program.
//
// Read ratios to `direct` of the same group, taken in one run: bench/ladder.sh.
#include <string>

#include <benchmark/benchmark.h>

#include "tables.h"

namespace
{

// The library counts calls, not loops: a loop is one batch.
constexpr int64_t Batch = 1000;

// Every run has the counter: the library's CSV wants them all alike.
void countUpdates(benchmark::State &state, uint64_t updates)
{
    state.counters["updates"] = benchmark::Counter(double(updates), benchmark::Counter::kIsRate);
}

void measure(benchmark::State &state, bench_loop *loop, Target target, bool idle)
{
    Publisher publisher(target, idle);
    while (state.KeepRunningBatch(Batch))
        loop(Batch);
    countUpdates(state, publisher.updates());
}

const struct {
    const char *name;
    bench_loop *loop;
    Target target;
} Rungs[] = {
    {"empty_loop", bench_loop_empty, Target::DirectorySlot},
    {"direct", bench_loop_direct, Target::DirectorySlot},
    {"function_pointer", bench_loop_pointer, Target::DirectorySlot},
    {"plt", bench_loop_plt, Target::DirectorySlot},
    {"leaf_inline", bench_loop_leaf_inline, Target::LeafEntry},
    {"leaf_stub", bench_loop_leaf_stub, Target::LeafEntry},
    {"walk_inline", bench_loop_walk_inline, Target::DirectorySlot},
    {"walk_stub", bench_loop_walk_stub, Target::DirectorySlot},
    {"walk_2_levels_inline", bench_loop_walk_2_inline, Target::DirectorySlot},
    {"walk_2_levels_stub", bench_loop_walk_2_stub, Target::DirectorySlot},
    {"walk_3_levels_inline", bench_loop_walk_3_inline, Target::Slot3},
    {"walk_3_levels_stub", bench_loop_walk_3_stub, Target::Slot3},
    {"walk_4_levels_inline", bench_loop_walk_4_inline, Target::Slot4},
    {"walk_4_levels_stub", bench_loop_walk_4_stub, Target::Slot4},
};

void rungs(bool idle)
{
    for (const auto &rung : Rungs)
        benchmark::RegisterBenchmark(
            (std::string(idle ? "idle/" : "updating/") + rung.name).c_str(),
            [=](benchmark::State &state) { measure(state, rung.loop, rung.target, idle); });
}

// `calls` does `count` calls, each from a place of its own.
void sites(const char *form, int64_t count, void (*calls)())
{
    std::string name = "sites_" + std::to_string(count) + "/" + form;
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State &state) {
        while (state.KeepRunningBatch(count))
            calls();
        countUpdates(state, 0);
    });
}

#define SITES_OF(N)                                                                                \
    sites("direct", N, bench_direct_##N);                                                          \
    sites("leaf_inline", N, bench_leaf_inline_##N);                                                \
    sites("leaf_stub", N, bench_leaf_stub_##N);                                                    \
    sites("walk_inline", N, bench_walk_inline_##N);                                                \
    sites("walk_stub", N, bench_walk_stub_##N)

} // namespace

int main(int argc, char **argv)
{
    buildTables();
    rungs(true);
    rungs(false);
    SITES_OF(64);
    SITES_OF(1024);
    SITES_OF(131072);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
