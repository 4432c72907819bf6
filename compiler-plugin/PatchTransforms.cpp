// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTransforms.cpp - hashes have compared what is around the type (PatchPlan, PatchData);
// here the type itself, by the texts of its layouts, and the transformer.
#include "compiler-plugin/PatchTransforms.h"

#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/PatchTypes.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/Unit.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace revector {
namespace {

// Behind the two pointers that name the types.
constexpr unsigned FirstFunction = 2;

template <typename Field> bool has(const GlobalVariable &Variable, Field rv_transform_how::*Which) {
  const rv_transform_how Layout = {};
  size_t Index =
      (reinterpret_cast<const char *>(&(Layout.*Which)) - reinterpret_cast<const char *>(&Layout)) /
      sizeof(void *);
  const Constant *All = Variable.getInitializer();
  const Constant *Of = All->getAggregateElement(FirstFunction + static_cast<unsigned>(Index));
  return Of && !Of->isNullValue();
}

// What is not there that must be; empty: nothing.
std::string missing(const GlobalVariable &V, const TypeChange &Change) {
  using How = rv_transform_how;
  bool Back = has(V, &How::walk_back) || has(V, &How::convert_back) || has(V, &How::point_back);
  bool MovesAtAll = Change.Moves || (Back && Change.MovesBack);
  if (!has(V, &How::walk) || !has(V, &How::convert))
    return ".walk and .convert";
  if (Change.Moves && !has(V, &How::point))
    return ".point, because the new layout needs more room";
  if (Back && (!has(V, &How::walk_back) || !has(V, &How::convert_back)))
    return ".walk_back and .convert_back";
  if (Back && Change.MovesBack && !has(V, &How::point_back))
    return ".point_back, because the old layout needs more room";
  if (MovesAtAll && (!has(V, &How::allocate) || !has(V, &How::release)))
    return ".allocate and .release, because the two layouts need different room";
  return "";
}

// Everything that a transformer can come to without a call of the program's.
class Reach {
public:
  Reach(const PatchPlan &Plan, Refusals &Refuse) : Refuse(Refuse) {
    for (const PatchFunction &It : Plan.Functions)
      Fates[It.F] = It.What;
  }

  void from(const GlobalVariable &Transformer) {
    visit(Transformer.getInitializer());
    while (!Next.empty())
      for (const Instruction &I : instructions(*Next.pop_back_val()))
        for (const Use &Operand : I.operands())
          if (auto *C = dyn_cast<Constant>(Operand))
            visit(C);
  }

private:
  Refusals &Refuse;
  DenseMap<const Function *, Fate> Fates;
  SmallPtrSet<const Constant *, 32> Seen;
  SmallVector<const Function *, 16> Next;

  void visit(const Constant *C) {
    if (!Seen.insert(C).second)
      return;
    if (auto *F = dyn_cast<Function>(C)) {
      auto Known = Fates.find(F);
      if (Known != Fates.end() && Known->second == Fate::Replaced)
        Refuse.because(Limit::TRANSFORMERS,
                       "a transformer uses %0, which the patch replaces, so that it is on neither "
                       "side while objects are converted; give the transformer a function of its "
                       "own",
                       *F);
      else if (Known != Fates.end() && Known->second == Fate::New)
        Next.push_back(F);
      return;
    }
    if (!isa<GlobalValue>(C))
      for (const Use &Part : C->operands())
        if (auto *Inner = dyn_cast<Constant>(Part))
          visit(Inner);
  }
};

void checkLayout(const TypeChange &Change, const PatchTarget &Target, Refusals &Refuse) {
  std::string There = linesOf(Target, Change.Title);
  if (There.empty())
    Refuse.because(Limit::TRANSFORMERS,
                   "'%0' is to be converted, but the program has no data or function of it in this "
                   "source file",
                   {Change.Title});
  else if (There == Change.Now)
    Refuse.because(Limit::TRANSFORMERS,
                   "'%0' is to be converted, but its layout is that of the program; take the "
                   "transformer out",
                   {Change.Title});
  else if (There != Change.Then)
    Refuse.because(Limit::TRANSFORMERS,
                   "'%0' has %1 in the program, but what it is said to have been has %2",
                   {Change.Title, describeLayout(There), describeLayout(Change.Then)});
}

} // namespace

void planTransforms(Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
                    PatchPlan &Plan) {
  Reach Reached(Plan, Refuse);
  for (const TypeChange &Change : Info.Types.changes().All) {
    checkLayout(Change, Target, Refuse);
    GlobalVariable *Variable = M.getNamedGlobal(Change.Variable);
    if (Change.Variable.empty() || !Variable || !Variable->hasInitializer())
      continue;
    std::string Lacks = missing(*Variable, Change);
    if (!Lacks.empty())
      Refuse.because(Limit::TRANSFORMERS, "the transformer of '%0' lacks %1",
                     {Change.Title, Lacks});
    Reached.from(*Variable);
    Plan.Transformers.push_back(Variable);
  }
}

void recordTransforms(Module &M, const Unit &Info, RecordWriter &Writer) {
  for (const TypeChange &Change : Info.Types.changes().All) {
    GlobalVariable *Variable = M.getNamedGlobal(Change.Variable);
    Constant *How = nullptr;
    if (!Change.Variable.empty() && Variable)
      How = ConstantExpr::getInBoundsGetElementPtr(
          Type::getInt8Ty(M.getContext()), Variable,
          ConstantInt::get(Type::getInt64Ty(M.getContext()), FirstFunction * sizeof(void *)));
    rv_transformer Contents = {};
    Contents.then = static_cast<uint32_t>(Change.ThenSize);
    Contents.now = static_cast<uint32_t>(Change.NowSize);
    Contents.flags = (Change.Moves ? RV_TRANSFORMER_MOVES : 0u) |
                     (Change.MovesBack ? RV_TRANSFORMER_MOVES_BACK : 0u);
    GlobalVariable *Record =
        Writer.declare<rv_transformer>("rv.transformer", RV_SECTION_TRANSFORMS);
    Writer.define(Record, Contents,
                  {{offsetof(rv_transformer, type), Writer.string(Change.Title)},
                   {offsetof(rv_transformer, how), How}});
    appendToCompilerUsed(M, {Record});
  }
}

} // namespace revector
