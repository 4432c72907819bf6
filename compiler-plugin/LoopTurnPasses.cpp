// SPDX-License-Identifier: BSD-2-Clause
//
// LoopTurnPasses.cpp - while the optimiser runs, a turn is a function that the
// linker might replace: of those LLVM believes nothing but what is declared.
#include "compiler-plugin/LoopTurn.h"

#include "compiler-plugin/Attributes.h"

#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {

PreservedAnalyses OpenTurnsPass::run(Module &M, ModuleAnalysisManager &) {
  for (Function &F : M)
    if (isTurn(F) && F.hasLocalLinkage() && !F.isDeclaration()) {
      F.setLinkage(GlobalValue::LinkOnceAnyLinkage);
      F.setVisibility(GlobalValue::HiddenVisibility);
      F.setDSOLocal(true);
    }
  return PreservedAnalyses::none();
}

void closeTurns(Module &M) {
  for (Function &F : M)
    if (isTurn(F) && F.hasLinkOnceLinkage()) {
      F.setVisibility(GlobalValue::DefaultVisibility);
      F.setLinkage(GlobalValue::InternalLinkage);
    }
}

} // namespace revector
