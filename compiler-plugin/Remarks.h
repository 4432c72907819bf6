// SPDX-License-Identifier: BSD-2-Clause
//
// Remarks.h - -Rpass=revector: what was done; -Rpass-missed=revector: what was not,
// and why.
#ifndef REVECTOR_PLUGIN_REMARKS_H
#define REVECTOR_PLUGIN_REMARKS_H

#include "compiler-plugin/Options.h"

#include "llvm/ADT/StringRef.h"

namespace llvm {
class CallBase;
class Function;
} // namespace llvm

namespace revector {

struct Plan;

// One remark for each function. Before any is split: bodies still have their names.
void remarkChoices(const Plan &What, const Options &Opts);

// Call goes to Entry; WhyNot is a phrase after "it", null if it was expanded.
void remarkCall(const llvm::CallBase &Call, const llvm::Function &Entry, const char *WhyNot);

// Call would have gone into its loop if it had not been kept out (LoopCalls.h).
void remarkKept(const llvm::CallBase &Call, const llvm::Function &Callee);

// Call takes its caller's frame away, since the source demands it (TailCalls.h).
void remarkTailCall(const llvm::CallBase &Call);

} // namespace revector
#endif
