// SPDX-License-Identifier: BSD-2-Clause
//
// StaticNames.h - names of static variables that stay the same when the source
// is changed elsewhere.
//
// A second static local `x` of `f` is called f.x.7 by clang, where 7 depends on
// everything that was named before, string literals included. A patch finds the
// program's variables by name, so a number is only good if it counts variables
// of that name: f.x, f.x$1, f.x$2, in the order of the source. Likewise for the
// unnamed ones, such as compound literals.
#ifndef REVECTOR_PLUGIN_STATICNAMES_H
#define REVECTOR_PLUGIN_STATICNAMES_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/PassManager.h"

namespace revector {

// Must run in front of the optimiser, in every compilation.
class StaticNamesPass : public llvm::PassInfoMixin<StaticNamesPass> {
public:
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};

// f.x of f.x$2; the whole name if it has no rank.
llvm::StringRef withoutRank(llvm::StringRef Name);

// What Of has under Name; else, since all ranks share it, without the rank.
template <typename Value>
Value lookUpWithoutRank(const llvm::StringMap<Value> &Of, llvm::StringRef Name) {
  auto Exact = Of.find(Name);
  return Exact != Of.end() ? Exact->second : Of.lookup(withoutRank(Name));
}

} // namespace revector
#endif
