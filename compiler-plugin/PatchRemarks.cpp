// SPDX-License-Identifier: BSD-2-Clause
//
// PatchRemarks.cpp - costs nothing unless somebody asked.
#include "compiler-plugin/PatchRemarks.h"

#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/IR/DiagnosticInfo.h"

using namespace llvm;

namespace revector {
namespace {

constexpr char PassName[] = "revector";

const char *describe(const PatchFunction &It, const PatchTarget &Target) {
  if (It.What == Fate::New)
    return It.Method ? " is new: the program's function of that name is called in another way"
                     : " is new: the program has no such function";
  const rv_method &Record = *Target.file().methods[*It.Method].record;
  return It.BodyHash != Record.body_hash ? " is replaced: its code has changed"
                                         : " is replaced: its type has changed";
}

void sayUnchanged(const Unit &Info) {
  auto Id = Info.Diags->getCustomDiagID(
      clang::DiagnosticsEngine::Remark,
      "revector: nothing has changed in '%0' since '%1' was built from it");
  Info.Diags->Report(Id) << Info.Source << Info.Opts.PatchProgram;
}

} // namespace

void remarkPlan(const PatchPlan &Plan, const Unit &Info) {
  bool IsEmpty = true;
  for (const PatchFunction &It : Plan.Functions) {
    if (It.What == Fate::Same)
      continue;
    // A new function that only others can call may be what they are patched for.
    IsEmpty &= It.What == Fate::New && It.F->isDiscardableIfUnused();
    OptimizationRemarkEmitter(It.F).emit([&] {
      return OptimizationRemark(PassName, It.What == Fate::New ? "New" : "Replaced", It.F)
             << ore::NV("Function", It.F) << describe(It, *Info.Target);
    });
  }
  if (IsEmpty)
    sayUnchanged(Info);
}

void remarkImport(const Instruction &User, const GlobalValue &Imported) {
  OptimizationRemarkEmitter(User.getFunction()).emit([&] {
    return OptimizationRemark(PassName, "Import", &User)
           << ore::NV("Imported", &Imported) << " is the program's";
  });
}

} // namespace revector
