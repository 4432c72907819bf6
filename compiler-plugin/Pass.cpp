// SPDX-License-Identifier: BSD-2-Clause
#include "compiler-plugin/Pass.h"

#include "compiler-plugin/Patch.h"
#include "compiler-plugin/Unit.h"

using namespace llvm;

namespace revector {

PreservedAnalyses RevectorPass::run(Module &M, ModuleAnalysisManager &) {
  if (!Info->Opts.PatchProgram.empty()) {
    runPatchMode(M, *Info);
    return PreservedAnalyses::none();
  }
  return PreservedAnalyses::none();
}

} // namespace revector
