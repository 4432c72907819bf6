// SPDX-License-Identifier: BSD-2-Clause
//
// PatchStrip.cpp - mark what is needed, starting from what others can reach.
#include "compiler-plugin/PatchStrip.h"

#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/PatchPlan.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

void becomeDeclaration(GlobalVariable &Variable) {
  Variable.setInitializer(nullptr);
  Variable.setLinkage(GlobalValue::ExternalLinkage);
  Variable.setComdat(nullptr);
  Variable.setConstant(false);
  Variable.clearMetadata();
}

void becomeDeclaration(Function &F) {
  F.deleteBody();
  F.setComdat(nullptr);
}

// An alias of something of the program is that thing; other aliases stay.
void replaceAliases(Module &M, const PatchPlan &Plan) {
  for (GlobalAlias &Alias : make_early_inc_range(M.aliases())) {
    GlobalObject *Object = Alias.getAliaseeObject();
    if (Plan.Imports.contains(&Alias) || !Object || !Plan.Imports.contains(Object))
      continue;
    Alias.replaceAllUsesWith(Alias.getAliasee());
    Alias.eraseFromParent();
  }
}

// Aliases and indirect functions of the program become plain declarations.
void detachImports(Module &M, PatchPlan &Plan) {
  llvm::MapVector<GlobalValue *, PatchImport> Imports;
  for (auto &[Global, Import] : Plan.Imports) {
    GlobalValue *Declared = Global;
    if (isa<GlobalAlias, GlobalIFunc>(Global)) {
      if (Import.Kind == RV_IMPORT_METHOD)
        Declared = Function::Create(cast<FunctionType>(Global->getValueType()),
                                    GlobalValue::ExternalLinkage, "", M);
      else
        Declared = new GlobalVariable(M, Global->getValueType(), false,
                                      GlobalValue::ExternalLinkage, nullptr, "");
      Declared->takeName(Global);
      Global->replaceAllUsesWith(Declared);
      Global->eraseFromParent();
    }
    Imports.insert({Declared, Import});
  }
  Plan.Imports = std::move(Imports);
}

class Marker {
public:
  explicit Marker(const PatchPlan &Plan) : Plan(Plan) {}

  void run(Module &M) {
    for (const PatchFunction &It : Plan.Functions)
      if (It.What == Fate::Replaced || isHook(*It.F))
        mark(It.F);
    for (const GlobalVariable *Variable : Plan.Transformers)
      mark(Variable);
    for (GlobalValue &Global : M.global_values())
      if (!Global.isDeclarationForLinker() && !Global.isDiscardableIfUnused())
        mark(&Global);
    while (!Next.empty())
      visit(*Next.pop_back_val());
  }

  bool isNeeded(const GlobalValue &Global) const { return Needed.contains(&Global); }

private:
  const PatchPlan &Plan;
  SmallPtrSet<const GlobalValue *, 32> Needed;
  SmallPtrSet<const Constant *, 32> Seen;
  SmallVector<const GlobalValue *, 64> Next;

  void mark(const GlobalValue *Global) {
    if (Needed.insert(Global).second)
      Next.push_back(Global);
  }

  void visit(const GlobalValue &Global) {
    if (!isa<GlobalVariable>(Global))
      for (const Use &Extra : Global.operands())
        visitConstant(cast<Constant>(Extra));
    if (auto *Variable = dyn_cast<GlobalVariable>(&Global); Variable && Variable->hasInitializer())
      visitConstant(Variable->getInitializer());
    auto *F = dyn_cast<Function>(&Global);
    if (!F || F->isDeclaration())
      return;
    for (const Instruction &I : instructions(*F))
      for (const Use &Operand : I.operands())
        if (auto *C = dyn_cast<Constant>(Operand))
          visitConstant(C);
  }

  void visitConstant(const Constant *C) {
    if (!Seen.insert(C).second)
      return;
    if (auto *Global = dyn_cast<GlobalValue>(C))
      return mark(Global);
    for (const Use &Part : C->operands())
      if (auto *Inner = dyn_cast<Constant>(Part)) // a label's address has a block too
        visitConstant(Inner);
  }
};

template <typename Range> void eraseUnneeded(Range &&Globals, const Marker &Marks) {
  SmallVector<GlobalValue *, 32> Dead;
  for (GlobalValue &Global : Globals)
    if (!Global.isDeclaration() && !Marks.isNeeded(Global))
      Dead.push_back(&Global);
  for (GlobalValue *Global : Dead) {
    if (auto *F = dyn_cast<Function>(Global))
      F->deleteBody(); // and with it the labels whose addresses are constants
    // Only other dead things refer to it.
    Global->replaceAllUsesWith(PoisonValue::get(Global->getType()));
    Global->eraseFromParent();
  }
}

} // namespace

void stripToPatch(Module &M, PatchPlan &Plan) {
  M.setModuleInlineAsm("");
  for (GlobalVariable &Variable : make_early_inc_range(M.globals()))
    if (Variable.hasAppendingLinkage())
      Variable.eraseFromParent();
  replaceAliases(M, Plan);
  detachImports(M, Plan);
  for (Function &F : M)
    if (F.hasAvailableExternallyLinkage())
      becomeDeclaration(F);
  for (PatchFunction &It : Plan.Functions)
    if (It.What == Fate::Same)
      becomeDeclaration(*It.F);
  for (GlobalVariable *Variable : Plan.Existing)
    becomeDeclaration(*Variable);

  Marker Marks(Plan);
  Marks.run(M);
  erase_if(Plan.Functions,
           [&](const PatchFunction &It) { return It.What == Fate::New && !Marks.isNeeded(*It.F); });
  eraseUnneeded(M.aliases(), Marks);
  eraseUnneeded(M.functions(), Marks);
  eraseUnneeded(M.globals(), Marks);
}

void eraseUnusedDeclarations(Module &M) {
  for (Function &F : make_early_inc_range(M)) {
    F.removeDeadConstantUsers();
    if (F.isDeclaration() && F.use_empty())
      F.eraseFromParent();
  }
  for (GlobalVariable &Variable : make_early_inc_range(M.globals())) {
    Variable.removeDeadConstantUsers();
    if (Variable.isDeclaration() && Variable.use_empty())
      Variable.eraseFromParent();
  }
}

} // namespace revector
