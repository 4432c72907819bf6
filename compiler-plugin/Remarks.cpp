// SPDX-License-Identifier: BSD-2-Clause
//
// Remarks.cpp - costs nothing unless somebody asked.
#include "compiler-plugin/Remarks.h"

#include "compiler-plugin/Plan.h"

#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/LLVMContext.h"

using namespace llvm;

namespace revector {
namespace {

constexpr char PassName[] = "revector";

std::string describe(const Options &Opts) {
  std::string How = Opts.How == Translation::Leaf ? "leaf" : "walk";
  return How + (Opts.Where == Place::Inline ? ", inline" : ", stub");
}

} // namespace

void remarkChoices(const Plan &What, const Options &Opts) {
  for (const Method &Function : What.Methods) {
    const class Function &F = *Function.Chosen.F;
    OptimizationRemarkEmitter Emitter(&F);
    if (Function.isTranslated())
      Emitter.emit([&] {
        return OptimizationRemark(PassName, "Method", &F)
               << ore::NV("Function", &F) << " is translated: " << ore::NV("How", describe(Opts));
      });
    else
      Emitter.emit([&] {
        return OptimizationRemarkMissed(PassName, "Fixed", &F)
               << ore::NV("Function", &F) << " is not translated: it "
               << ore::NV("Why", Function.Chosen.WhyFixed);
      });
  }
}

void remarkCall(const CallBase &Call, const Function &Entry, const char *WhyNot) {
  OptimizationRemarkEmitter Emitter(Call.getFunction());
  if (!WhyNot)
    Emitter.emit([&] {
      return OptimizationRemark(PassName, "Call", &Call)
             << "call of " << ore::NV("Callee", &Entry) << " is translated in place";
    });
  else
    Emitter.emit([&] {
      return OptimizationRemarkMissed(PassName, "CallByStub", &Call)
             << "call of " << ore::NV("Callee", &Entry) << " goes through the stub: it "
             << ore::NV("Why", WhyNot);
    });
}

void remarkKept(const CallBase &Call, const Function &Callee) {
  OptimizationRemarkEmitter(Call.getFunction()).emit([&] {
    return OptimizationRemark(PassName, "Kept", &Call)
           << "call of " << ore::NV("Callee", &Callee)
           << " stays a call: it is in a loop that the program may never leave";
  });
}

void remarkTailCall(const CallBase &Call) {
  OptimizationRemarkEmitter(Call.getFunction()).emit([&] {
    return OptimizationRemarkMissed(PassName, "TailCall", &Call)
           << "this tail call must stay one: behind it nobody sees that the thread comes from "
           << ore::NV("Caller", Call.getFunction());
  });
}

} // namespace revector
