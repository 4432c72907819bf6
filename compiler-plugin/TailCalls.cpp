// SPDX-License-Identifier: BSD-2-Clause
//
// TailCalls.cpp - what clang's -fno-optimize-sibling-calls does, but behind the optimiser.
//
// The attribute tells the code generator, and the optimiser of a later LTO link, to make
// no tail call; but memcpy and its like become one by the mark on the call alone. What the
// linker puts into a body takes the mark of the call that it replaces, which is gone; and
// nobody can put a body into another function, since it is called through the table only.
#include "compiler-plugin/TailCalls.h"

#include "compiler-plugin/Plan.h"
#include "compiler-plugin/Remarks.h"
#include "compiler-plugin/Unit.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

void keepFrame(Function &F) {
  F.addFnAttr("disable-tail-calls", "true");
  for (Instruction &I : instructions(F)) {
    auto *Call = dyn_cast<CallInst>(&I);
    if (Call && Call->isMustTailCall())
      remarkTailCall(*Call);
    else if (Call && Call->isTailCall())
      Call->setTailCallKind(CallInst::TCK_None);
  }
}

} // namespace

void keepFrames(Module &M, const Plan &What, const Unit &Info) {
  if (!Info.Target) {
    for (const Method &Function : What.Methods)
      if (Function.isTranslated())
        keepFrame(*Function.body());
    return;
  }
  for (Function &F : M)
    if (!F.isDeclarationForLinker())
      keepFrame(F);
}

} // namespace revector
