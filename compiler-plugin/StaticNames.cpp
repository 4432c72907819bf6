// SPDX-License-Identifier: BSD-2-Clause
//
// StaticNames.cpp - number variables of one name from the unit's start.
#include "compiler-plugin/StaticNames.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {

// Splits f.x.7 into f.x and 7. Name itself and 0 if there is no number, or only
// a number behind a function's name (SomeFunction.7 is no static local).
static std::pair<StringRef, unsigned> splitNumber(StringRef Name) {
  auto [Base, Digits] = Name.rsplit('.');
  unsigned Number;
  if (!Base.contains('.') || Digits.getAsInteger(10, Number))
    return {Name, 0};
  return {Base, Number};
}

PreservedAnalyses StaticNamesPass::run(Module &M, ModuleAnalysisManager &) {
  MapVector<StringRef, SmallVector<std::pair<unsigned, GlobalVariable *>, 1>> Groups;
  std::vector<std::string> Bases; // renaming frees the names that the keys point to
  for (GlobalVariable &Variable : M.globals()) {
    if (!Variable.hasInternalLinkage())
      continue;
    auto [Base, Number] = splitNumber(Variable.getName());
    Groups[Base].push_back({Number, &Variable});
  }
  for (auto &[Base, Members] : Groups)
    Bases.push_back(Base.str());
  const std::string *Base = Bases.data();
  for (auto &[Key, Members] : Groups) {
    sort(Members);
    for (size_t Rank = 0; Rank < Members.size(); ++Rank)
      Members[Rank].second->setName(Rank ? *Base + "$" + utostr(Rank) : *Base);
    ++Base;
  }
  return PreservedAnalyses::all();
}

StringRef withoutRank(StringRef Name) {
  auto [Base, Rank] = Name.rsplit('$');
  unsigned Number;
  return Rank.getAsInteger(10, Number) ? Name : Base;
}

} // namespace revector
