// SPDX-License-Identifier: BSD-2-Clause
//
// PatchPlan.h - what becomes of every function and variable of a unit that is
// compiled for a patch. Compares and refuses; changes nothing in the module.
#ifndef REVECTOR_PLUGIN_PATCHPLAN_H
#define REVECTOR_PLUGIN_PATCHPLAN_H

#include "runtime/include/revector/record.h"

#include "llvm/ADT/MapVector.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class Function;
class GlobalValue;
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

class PatchTarget;
struct Unit;

enum class Fate {
  Same,     // as in the program: its body is dropped, references are imports
  Replaced, // a new body for one of the program's methods
  New,      // the program has no such function
};

struct PatchFunction {
  llvm::Function *F;
  Fate What;
  std::optional<uint32_t> Method; // ordinal in the program; Same and Replaced have one
  uint64_t TypeHash, BodyHash;
  // For people: nobody has touched it (Written.h); and symbols of what it calls that have been,
  // or that it calls in another way now.
  bool IsAsWritten = false;
  std::vector<std::string> Callees = {};
};

// Something of the program that the patch reaches, if it refers to it at all.
struct PatchImport {
  rv_import_kind Kind;
  uint32_t Ordinal;
};

struct PatchPlan {
  std::vector<PatchFunction> Functions; // all that the module defines
  // The program's variables that the module defines too: they stay where they live.
  std::vector<llvm::GlobalVariable *> Existing;
  llvm::MapVector<llvm::GlobalValue *, PatchImport> Imports;
  std::vector<llvm::GlobalVariable *> Transformers; // variables of REVECTOR_TRANSFORM
  // Functions with external linkage that are New, since they are called in another way than
  // the program's ones of their names: for the other units of the patch, too.
  std::vector<llvm::Function *> Retyped;
};

// Whatever cannot be done safely is reported to Info.Diags, one error each; the
// result is empty then.
std::optional<PatchPlan> makePatchPlan(llvm::Module &M, const Unit &Info,
                                       const PatchTarget &Target);

} // namespace revector
#endif
