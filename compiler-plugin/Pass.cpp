// SPDX-License-Identifier: BSD-2-Clause
#include "compiler-plugin/Pass.h"

#include "compiler-plugin/InlineCalls.h"
#include "compiler-plugin/Lines.h"
#include "compiler-plugin/LiveData.h"
#include "compiler-plugin/LoopCalls.h"
#include "compiler-plugin/LoopTurn.h"
#include "compiler-plugin/Patch.h"
#include "compiler-plugin/Plan.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Records.h"
#include "compiler-plugin/Remarks.h"
#include "compiler-plugin/Stub.h"
#include "compiler-plugin/TailCalls.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"

using namespace llvm;

namespace revector {
namespace {

void warn(const Unit &Info, const char *Why) {
  using clang::DiagnosticsEngine;
  Info.Diags->Report(Info.Diags->getCustomDiagID(DiagnosticsEngine::Warning, "revector: %0"))
      << Why;
}

void translate(Module &M, const Unit &Info) {
  RecordWriter Writer(M);
  Plan What = makePlan(M, Info, Writer);
  if (What.isEmpty() && !Info.Target)
    return;
  remarkChoices(What, Info.Opts);
  if (Info.Opts.Tails == TailCalls::Call)
    keepFrames(M, What, Info);
  for (Method &Function : What.Methods)
    if (Function.isTranslated())
      splitMethod(Function, Info.Opts.How);
  if (Info.Opts.Where == Place::Inline)
    translateCallsInPlace(What, Info.Opts.How);
  defineRecords(M, Info, What, Writer);
}

} // namespace

PreservedAnalyses RevectorPass::run(Module &M, ModuleAnalysisManager &) {
  forgetOtherCode(M);
  closeTurns(M);
  closeLoopCalls(M);
  markLines(M, Info->Lines);
  if (const char *Why = whyNotAtAll(M))
    warn(*Info, Why);
  else if (!Info->Target || makePatch(M, *Info))
    translate(M, *Info);
  unmarkLines(M);
  showLines(M);
  return PreservedAnalyses::none();
}

} // namespace revector
