// SPDX-License-Identifier: BSD-2-Clause
//
// Written.cpp - hashes as BodyHash.cpp does, and follows calls as the source has them.
#include "compiler-plugin/Written.h"

#include "compiler-plugin/BodyHash.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"
#include "runtime/include/revector/record.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

std::vector<std::string> calleesOf(const Function &F) {
  std::vector<std::string> Callees;
  for (const Instruction &I : instructions(F)) {
    const auto *Call = dyn_cast<CallBase>(&I);
    const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
    if (Callee && !Callee->isDeclarationForLinker())
      Callees.push_back(symbolName(*Callee).str());
  }
  return Callees;
}

} // namespace

PreservedAnalyses NoteWrittenPass::run(Module &M, ModuleAnalysisManager &) {
  markLines(M, Info->Lines);
  for (const Function &F : M)
    if (!F.isDeclarationForLinker())
      (*Info->Functions)[symbolName(F)] = {
          writtenHash(F), Info->Target ? calleesOf(F) : std::vector<std::string>()};
  unmarkLines(M);
  return PreservedAnalyses::all();
}

std::vector<std::string> changedBelow(StringRef Name, const WrittenFunctions &Functions,
                                      const PatchTarget &Target) {
  StringSet<> Seen;
  std::vector<std::string> Changed, Next = {Name.str()};
  while (Changed.empty() && !Next.empty()) {
    std::vector<std::string> Callees;
    for (const std::string &Caller : std::exchange(Next, {}))
      append_range(Callees, Functions.lookup(Caller).Callees);
    for (const std::string &Callee : Callees) {
      if (!Seen.insert(Callee).second)
        continue;
      Next.push_back(Callee);
      const auto Ordinal = Target.unitMethod(Callee);
      if (Ordinal &&
          Target.file().methods[*Ordinal].record->written_hash != Functions.lookup(Callee).Hash)
        Changed.push_back(Callee);
    }
  }
  return Changed;
}

} // namespace revector
