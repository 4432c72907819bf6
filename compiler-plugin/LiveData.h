// SPDX-License-Identifier: BSD-2-Clause
//
// LiveData.h - static variables of a program that can be updated hold values that
// no code of the unit has stored: an earlier or a later version has.
//
// The optimiser sees a static variable that is only ever 0 or 1, keeps a bit of it
// and concludes in all its users; then no patch could store a 2. So, while the
// optimiser runs, a function that may store anything stands for the code that is
// not there. Only what is concluded from the values is lost: whether a variable is
// needed at all, and who may change it, the optimiser finds out as before.
#ifndef REVECTOR_PLUGIN_LIVEDATA_H
#define REVECTOR_PLUGIN_LIVEDATA_H

#include "llvm/IR/PassManager.h"

#include <memory>

namespace revector {

struct Unit;

// In front of the optimiser, in every compilation. Concerns variables of a basic
// type that the unit writes; in patch mode also what only the program writes.
class LiveDataPass : public llvm::PassInfoMixin<LiveDataPass> {
public:
  explicit LiveDataPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

// Takes that function out again, behind the optimiser and before anything else.
void forgetOtherCode(llvm::Module &M);

} // namespace revector
#endif
