// SPDX-License-Identifier: BSD-2-Clause
//
// LoopCalls.h - what a daemon's loop calls stays a call.
//
// A daemon is in main, or in what main has called, until it ends. The optimiser puts a
// function that is called in one place there; in the loop that the daemon is in, no patch
// would reach it any more. So a call of a method stays one if
//
//   - the function that it stands in is entered once: main, one that never returns, or a
//     local one that only these call, and not in a loop;
//   - its loop, or one around that, does not know when it begins how often it goes round;
//   - a turn of its loop gets to code outside of this unit, where it may wait, and which
//     costs more than the translation;
//   - the source does not say `inline` of the method.
//
// While the optimiser runs, such a call leads to an alias that the linker might replace.
// Of those LLVM believes nothing: it neither inlines it nor relies in the loop on what the
// present body gives back, and leaves the parameters alone, as a later body may need them.
// Other calls of the same function are what they were.
#ifndef REVECTOR_PLUGIN_LOOPCALLS_H
#define REVECTOR_PLUGIN_LOOPCALLS_H

#include "llvm/IR/PassManager.h"

namespace llvm {
class CallBase;
}

namespace revector {

// In front of the inliner, in every compilation, where locals are values already and so
// the turns of loops can be counted.
class KeepLoopCallsPass : public llvm::PassInfoMixin<KeepLoopCallsPass> {
public:
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &Analyses);
  static bool isRequired() { return true; }
};

// Behind the optimiser: the calls lead to the functions themselves again.
void closeLoopCalls(llvm::Module &M);

// Call is one of these: the code around it relies on nothing but its type.
bool isKept(const llvm::CallBase &Call);

} // namespace revector
#endif
