// SPDX-License-Identifier: BSD-2-Clause
//
// Endless.cpp - by the shape of the graph: it says what the code is, not what the
// values in it will be.
#include "compiler-plugin/Endless.h"

#include "compiler-plugin/Attributes.h"

#include "llvm/ADT/DepthFirstIterator.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace revector {

bool isEndless(const Function &F) {
  for (const BasicBlock *Block : depth_first(&F))
    if (isa<ReturnInst, ResumeInst>(Block->getTerminator()))
      return false;
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>, 4> Back;
  FindFunctionBackedges(F, Back);
  return !Back.empty();
}

bool takesTurns(const Function &F) {
  return any_of(instructions(F), [](const Instruction &I) {
    const auto *Call = dyn_cast<CallBase>(&I);
    const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
    return Callee && isTurn(*Callee);
  });
}

} // namespace revector
