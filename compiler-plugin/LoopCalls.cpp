// SPDX-License-Identifier: BSD-2-Clause
//
// LoopCalls.cpp - three questions: who is entered once, who gets outside, which loops go on.
#include "compiler-plugin/LoopCalls.h"

#include "compiler-plugin/Choose.h"
#include "compiler-plugin/Endless.h"
#include "compiler-plugin/Remarks.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

constexpr StringLiteral OpenName = "rv.open.";
constexpr StringLiteral KeptMark = "revector-kept";

using FunctionList = SetVector<Function *>;

// A call that does not come back is not what a turn waits in: it is in no turn.
bool leavesUnit(const CallBase &Call) {
  if (Call.isInlineAsm() || Call.doesNotReturn())
    return false;
  const Function *Callee = Call.getCalledFunction();
  return !Callee || (Callee->isDeclaration() && !Callee->isIntrinsic());
}

bool asksForInlining(const CallBase &Call, const Function &Callee) {
  return Callee.hasFnAttribute(Attribute::InlineHint) || Call.hasFnAttr(Attribute::AlwaysInline);
}

// Functions from which a call leads outside, at once or by others.
FunctionList findLeaving(Module &M) {
  FunctionList Leaving;
  for (Function &F : M)
    if (any_of(instructions(F), [](const Instruction &I) {
          const auto *Call = dyn_cast<CallBase>(&I);
          return Call && leavesUnit(*Call);
        }))
      Leaving.insert(&F);
  for (unsigned I = 0; I < Leaving.size(); ++I)
    for (User *By : Leaving[I]->users())
      if (auto *Call = dyn_cast<CallBase>(By); Call && Call->getCalledFunction() == Leaving[I])
        Leaving.insert(Call->getFunction());
  return Leaving;
}

class Keeper {
public:
  Keeper(Module &M, FunctionAnalysisManager &Analyses) : M(M), Analyses(Analyses) {}

  void run() {
    findEnteredOnce();
    if (Once.empty())
      return;
    for (const Choice &Chosen : chooseFunctions(M))
      if (Chosen.isMethod())
        Methods.insert(Chosen.F);
    Leaving = findLeaving(M);
    for (Function *F : Once)
      for (Loop *L : loopsOf(*F).getLoopsInPreorder())
        if (mayGoOn(*F, *L) && turnLeavesUnit(*L))
          keepCalls(*F, *L);
  }

private:
  Module &M;
  FunctionAnalysisManager &Analyses;
  FunctionList Once, Leaving, Methods;

  LoopInfo &loopsOf(Function &F) { return Analyses.getResult<LoopAnalysis>(F); }

  void findEnteredOnce() {
    for (Function &F : M)
      if (!F.isDeclaration() && (F.getName() == "main" || isEndless(F)))
        Once.insert(&F);
    for (unsigned I = 0; I < Once.size(); ++I)
      for (Instruction &Inside : instructions(*Once[I]))
        if (auto *Call = dyn_cast<CallBase>(&Inside))
          if (Function *Callee = Call->getCalledFunction(); Callee && isEnteredOnce(*Callee))
            Once.insert(Callee);
  }

  bool isEnteredOnce(Function &F) {
    return F.hasLocalLinkage() && !F.isDeclaration() && all_of(F.uses(), [&](const Use &U) {
             auto *Call = dyn_cast<CallBase>(U.getUser());
             return Call && Call->isCallee(&U) && Once.contains(Call->getFunction()) &&
                    !loopsOf(*Call->getFunction()).getLoopFor(Call->getParent());
           });
  }

  bool mayGoOn(Function &F, const Loop &L) {
    auto &Counts = Analyses.getResult<ScalarEvolutionAnalysis>(F);
    for (const Loop *Around = &L; Around; Around = Around->getParentLoop())
      if (isa<SCEVCouldNotCompute>(Counts.getSymbolicMaxBackedgeTakenCount(Around)))
        return true;
    return false;
  }

  bool turnLeavesUnit(const Loop &L) const {
    for (const BasicBlock *Block : L.blocks())
      for (const Instruction &I : *Block)
        if (const auto *Call = dyn_cast<CallBase>(&I))
          if (leavesUnit(*Call) || Leaving.contains(Call->getCalledFunction()))
            return true;
    return false;
  }

  // Of inner loops it is asked for themselves.
  void keepCalls(Function &F, const Loop &L) {
    for (BasicBlock *Block : L.blocks())
      if (loopsOf(F).getLoopFor(Block) == &L)
        for (Instruction &I : *Block)
          if (auto *Call = dyn_cast<CallBase>(&I))
            if (Function *Callee = Call->getCalledFunction();
                Callee && Methods.contains(Callee) && !asksForInlining(*Call, *Callee))
              keep(*Call, *Callee);
  }

  void keep(CallBase &Call, Function &Callee) {
    remarkKept(Call, Callee);
    const std::string Name = (OpenName + Callee.getName()).str();
    GlobalAlias *Open = M.getNamedAlias(Name);
    if (!Open) {
      Open = GlobalAlias::create(Callee.getValueType(), Callee.getAddressSpace(),
                                 GlobalValue::LinkOnceAnyLinkage, Name, &Callee);
      Open->setVisibility(GlobalValue::HiddenVisibility);
      Open->setDSOLocal(true);
    }
    Call.setCalledOperand(Open);
    Call.addFnAttr(Attribute::get(M.getContext(), KeptMark));
  }
};

} // namespace

PreservedAnalyses KeepLoopCallsPass::run(Module &M, ModuleAnalysisManager &Analyses) {
  Keeper(M, Analyses.getResult<FunctionAnalysisManagerModuleProxy>(M).getManager()).run();
  return PreservedAnalyses::none();
}

void closeLoopCalls(Module &M) {
  for (GlobalAlias &Alias : make_early_inc_range(M.aliases()))
    if (Alias.getName().starts_with(OpenName)) {
      Alias.replaceAllUsesWith(Alias.getAliasee());
      Alias.eraseFromParent();
    }
}

bool isKept(const CallBase &Call) { return Call.hasFnAttr(KeptMark); }

} // namespace revector
