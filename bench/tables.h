// SPDX-License-Identifier: BSD-2-Clause
//
// tables.h - the tables that the calls under test go through, and a thread that
// publishes updates to them at full speed.
#ifndef BENCH_TABLES_H
#define BENCH_TABLES_H

#include <cstdint>
#include <thread>

#include "callee.h"

// What an update of a rung's method is: which table, and which store.
enum class Target {
    LeafEntry,     // one store to an entry of the leaf table in the image
    DirectorySlot, // a unit is swapped: one store to its directory slot
    Slot3,         // the same with 3 levels
    Slot4,         // the same with 4 levels
};

// Builds all tables. Once, before anything is called; exits with a message if it cannot.
void buildTables();

// While one exists, another thread updates the target as fast as it can, or not at
// all if it is constructed idle.
class Publisher
{
  public:
    Publisher(Target target, bool idle);
    ~Publisher();
    uint64_t updates() const;

  private:
    uint32_t stop = 0;
    uint64_t count = 0;
    std::thread thread;
};

#endif
