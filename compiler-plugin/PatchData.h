// SPDX-License-Identifier: BSD-2-Clause
//
// PatchData.h - variables of a unit that is compiled for a patch.
//
// The program's variables hold its state: the patch reaches them where they live
// and may change neither their type nor, too late, their initialisers. What the
// optimiser concludes from a closed world does not hold for them either: the
// running program has stored what it wanted.
#ifndef REVECTOR_PLUGIN_PATCHDATA_H
#define REVECTOR_PLUGIN_PATCHDATA_H

#include "llvm/IR/PassManager.h"

#include <memory>

namespace llvm {
class Module;
}

namespace revector {

class PatchTarget;
class Refusals;
struct PatchPlan;
struct Unit;

// Adds the program's variables to Plan and refuses what would lose their state.
void planVariables(llvm::Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
                   PatchPlan &Plan);

// In front of the optimiser. A variable of the program that the new source never
// stores anything but constants to, or nothing at all, would be folded; a
// function that stores unknown values into it stands for the program's past
// until planVariables() runs.
class LiveDataPass : public llvm::PassInfoMixin<LiveDataPass> {
public:
  explicit LiveDataPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

// Takes that function out again; before anything is hashed.
void forgetPast(llvm::Module &M);

} // namespace revector
#endif
