// SPDX-License-Identifier: BSD-2-Clause
//
// PatchHooks.cpp - one record for the source file, so that the linker, which keeps the
// order of the files, puts hooks in order.
#include "compiler-plugin/PatchHooks.h"

#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Refusals.h"

#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace revector {

namespace {

// The hook of that kind, if there is one.
Function *findHook(Module &M, rv_hook_kind Kind, Refusals &Refuse) {
  Function *Found = nullptr;
  for (Function &F : M) {
    if (F.isDeclaration() || !isHook(F, Kind))
      continue;
    if (Found)
      Refuse.because(Limit::HOOKS,
                     "%0 and %1 are hooks of one kind, of which a source file has one", *Found, F);
    Found = &F;
  }
  return Found;
}

} // namespace

void recordHooks(Module &M, RecordWriter &Writer, Refusals &Refuse) {
  SmallVector<Link, 2 * RV_HOOK_KINDS> Links;
  for (int Kind = 0; Kind < RV_HOOK_KINDS; ++Kind) {
    Function *F = findHook(M, static_cast<rv_hook_kind>(Kind), Refuse);
    if (!F)
      continue;
    size_t Offset = offsetof(rv_hook_file, of) + Kind * sizeof(rv_hook_file::of[0]);
    Links.push_back({Offset, Writer.name(*F)});
    Links.push_back({Offset + sizeof(rv_rel), F});
  }
  if (Links.empty())
    return;
  GlobalVariable *Record = Writer.declare<rv_hook_file>("rv.hooks", RV_SECTION_HOOKS);
  Writer.define(Record, rv_hook_file{}, Links);
  appendToCompilerUsed(M, {Record});
}

} // namespace revector
