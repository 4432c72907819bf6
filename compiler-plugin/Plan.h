// SPDX-License-Identifier: BSD-2-Clause
//
// Plan.h - a unit while it is being rewritten: its parts, methods and variables.
//
// makePlan() hashes and numbers before anything is changed, and declares what the
// rewriting refers to; splitMethod() (Stub.h) fills in Entry and Fault;
// defineRecords() (Records.h) gives every declared record its contents.
#ifndef REVECTOR_PLUGIN_PLAN_H
#define REVECTOR_PLUGIN_PLAN_H

#include "compiler-plugin/Choose.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace llvm {
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

class RecordWriter;
struct Unit;

// At most RV_UNIT_METHODS methods: one leaf table.
struct Part {
  unsigned Number = 0;
  unsigned Count = 0; // entries in the leaf table
  llvm::GlobalVariable *Record = nullptr;
  llvm::GlobalVariable *Slot = nullptr; // struct rv_slot; null: no method in here
  llvm::GlobalVariable *Leaf = nullptr; // header and entries; null as Slot is
};

// A function with a record, translated or fixed.
struct Method {
  Choice Chosen;
  const Part *Home = nullptr;
  unsigned Index = 0; // in Home's leaf table; translated only
  llvm::GlobalVariable *Record = nullptr;
  llvm::Function *Entry = nullptr; // what has the name: the stub, or the fixed function
  llvm::Function *Fault = nullptr; // `leaf` units: the method-fault thunk
  uint64_t TypeHash = 0, BodyHash = 0, WrittenHash = 0;
  bool IsEndless = false; // and no loop of it is marked

  bool isTranslated() const { return Chosen.isMethod(); }
  llvm::Function *body() const { return isTranslated() ? Chosen.F : nullptr; }
};

struct Datum {
  llvm::GlobalVariable *Variable;
  uint64_t TypeHash, InitHash;
};

struct Plan {
  std::deque<Part> Parts; // their addresses are kept
  std::vector<Method> Methods;
  std::vector<Datum> Data;
  std::vector<std::string> Calls; // see Calls.h; of a patch, which nobody patches, none

  bool isEmpty() const { return Methods.empty() && Data.empty(); }
};

// Methods get their part and index in M's order, so the same source always gives
// the same numbers.
Plan makePlan(llvm::Module &M, const Unit &Info, RecordWriter &Writer);

} // namespace revector
#endif
