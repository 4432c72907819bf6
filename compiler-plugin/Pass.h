// SPDX-License-Identifier: BSD-2-Clause
//
// Pass.h - the module pass: the order of choosing, hashing, rewriting, recording.
//
// Runs once per translation unit, behind the optimiser and in front of the
// sanitizers' instrumentation.
#ifndef REVECTOR_PLUGIN_PASS_H
#define REVECTOR_PLUGIN_PASS_H

#include "llvm/IR/PassManager.h"

#include <memory>

namespace revector {

struct Unit;

class RevectorPass : public llvm::PassInfoMixin<RevectorPass> {
public:
  explicit RevectorPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}

  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);

  // Also at -O0 and under optnone and opt-bisect: half a translation is none.
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

} // namespace revector
#endif
