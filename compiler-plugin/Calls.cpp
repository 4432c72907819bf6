// SPDX-License-Identifier: BSD-2-Clause
//
// Calls.cpp - see Calls.h.
#include "compiler-plugin/Calls.h"

#include "compiler-plugin/Plan.h"
#include "compiler-plugin/Symbols.h"
#include "runtime/include/revector/record.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

#include <set>

using namespace llvm;

namespace revector {
namespace {

using Numbers = DenseMap<const Function *, unsigned>;

Numbers numberMethods(const Plan &What) {
  Numbers Of;
  for (const Method &It : What.Methods)
    if (It.isTranslated())
      Of[It.Chosen.F] = It.Home->Number * RV_UNIT_METHODS + It.Index;
  return Of;
}

// "NAME\n12 40 &": methods that call it, and whether it is used in another way.
std::string listCallers(const Function &Callee, const Numbers &Of) {
  std::set<unsigned> Callers;
  bool IsOtherwise = false;
  for (const Use &U : Callee.uses()) {
    const auto *Call = dyn_cast<CallBase>(U.getUser());
    auto Number = Call && Call->isCallee(&U) ? Of.find(Call->getFunction()) : Of.end();
    if (Number != Of.end())
      Callers.insert(Number->second);
    else
      IsOtherwise = true;
  }
  std::string Text = symbolName(Callee).str();
  char Before = '\n';
  for (unsigned Caller : Callers) {
    Text += Before + std::to_string(Caller);
    Before = ' ';
  }
  return IsOtherwise ? Text + Before + '&' : Text;
}

} // namespace

std::vector<std::string> listCalls(const Module &M, const Plan &What) {
  const Numbers Of = numberMethods(What);
  std::vector<std::string> Lists;
  for (const Function &F : M)
    if (F.isDeclarationForLinker() && !F.isIntrinsic() && !F.use_empty())
      Lists.push_back(listCallers(F, Of));
  return Lists;
}

} // namespace revector
