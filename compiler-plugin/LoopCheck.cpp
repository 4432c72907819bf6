// SPDX-License-Identifier: BSD-2-Clause
//
// LoopCheck.cpp - what would mean something else in a function of its own.
#include "compiler-plugin/LoopFinder.h"

#include "compiler-plugin/LoopAttribute.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/AST/StmtOpenMP.h"
#include "clang/Basic/Builtins.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace revector {
namespace {

// What is declared, jumped to and jumped from in a part of a function.
struct Contents {
  llvm::SmallPtrSet<const Decl *, 16> Declared, Labels;
  std::vector<LabelDecl *> Targets;
  bool TakesLabels = false; // &&label, goto *, asm goto

  // Except: a part of S that is not looked into.
  void add(const Stmt *S, const Stmt *Except = nullptr) {
    if (!S || S == Except)
      return;
    if (const auto *Label = dyn_cast<LabelStmt>(S))
      Labels.insert(Label->getDecl());
    else if (const auto *Goto = dyn_cast<GotoStmt>(S))
      Targets.push_back(Goto->getLabel());
    else if (const auto *Address = dyn_cast<AddrLabelExpr>(S))
      Targets.push_back(Address->getLabel());
    else if (const auto *Declares = dyn_cast<DeclStmt>(S))
      Declared.insert(Declares->decl_begin(), Declares->decl_end());
    else if (const auto *Catch = dyn_cast<CXXCatchStmt>(S))
      Declared.insert(Catch->getExceptionDecl());
    const auto *Asm = dyn_cast<GCCAsmStmt>(S);
    TakesLabels |= isa<AddrLabelExpr, IndirectGotoStmt>(S) || (Asm && Asm->isAsmGoto());
    for (const Stmt *Child : S->children())
      add(Child, Except);
  }
};

const char *whyNotCall(const CallExpr &Call) {
  const FunctionDecl *Callee = Call.getDirectCallee();
  if (!Callee || !Callee->getIdentifier())
    return nullptr;
  const char *TwiceWhy = "it calls setjmp, which would return into a turn that is over";
  if (Callee->hasAttr<ReturnsTwiceAttr>())
    return TwiceWhy;
  return llvm::StringSwitch<const char *>(Callee->getName())
      .Cases("setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "__builtin_setjmp", TwiceWhy)
      .Cases("vfork", "savectx", "getcontext", TwiceWhy)
      .Cases("alloca", "__builtin_alloca", "__builtin_alloca_with_align",
             "it calls alloca, whose memory would not outlast the turn")
      .Cases("__builtin_va_start", "va_start", "__builtin_apply_args",
             "it reads the arguments that have no name")
      .Cases("__builtin_return_address", "__builtin_frame_address",
             "it asks for an address of its function's frame")
      .Default(nullptr);
}

class Checker {
public:
  Checker(const MarkedLoop &It) : It(It) {
    if (const auto *For = dyn_cast<ForStmt>(It.Loop))
      Init = For->getInit(); // done once, so no part of a turn
    for (const Stmt *Child : It.Loop->children())
      if (Child != Init)
        Inside.add(Child);
    for (const VarDecl *Variable : It.Scope)
      InFrame.insert(Variable);
  }

  TurnCheck run(const FunctionDecl &F) {
    Contents Outside;
    Outside.add(F.getBody(), It.Loop);
    if (F.getASTContext().getLangOpts().CPlusPlus && !F.getReturnType()->isVoidType() &&
        !F.getReturnType()->isScalarType())
      because("its function returns a class or a reference");
    if (declaresInCondition())
      because("it declares a variable in its condition");
    if (Inside.TakesLabels)
      because("it jumps to computed addresses");
    for (const LabelDecl *Target : Outside.Targets)
      if (Inside.Labels.contains(Target))
        because("a goto leads into it");
    for (const Stmt *Child : It.Loop->children())
      if (Child != Init)
        visit(Child, /*InSwitch=*/false);
    for (LabelDecl *Target : Inside.Targets)
      if (!Inside.Labels.contains(Target) && !llvm::is_contained(Result.Exits, Target))
        Result.Exits.push_back(Target);
    return std::move(Result);
  }

private:
  const MarkedLoop &It;
  const Stmt *Init = nullptr;
  Contents Inside;
  llvm::SmallPtrSet<const Decl *, 16> InFrame;
  TurnCheck Result;

  void because(std::string Why) {
    if (Result.WhyNot.empty())
      Result.WhyNot = std::move(Why);
  }

  bool declaresInCondition() const {
    if (const auto *For = dyn_cast<ForStmt>(It.Loop))
      return For->getConditionVariable();
    const auto *While = dyn_cast<WhileStmt>(It.Loop);
    return While && While->getConditionVariable();
  }

  void visit(const Stmt *S, bool InSwitch) {
    // What clang has computed already may refer to constants by their names.
    if (!S || isa<ConstantExpr>(S))
      return;
    if (isa<LambdaExpr, BlockExpr>(S))
      return because("it holds a lambda or a block");
    if (isa<CoroutineBodyStmt, CoroutineSuspendExpr, CoreturnStmt, OMPExecutableDirective,
            CapturedStmt>(S))
      return because("it holds a coroutine's or a parallel part");
    if (isa<SwitchCase>(S) && !InSwitch)
      because("it holds a case of a switch around it");
    if (const auto *Call = dyn_cast<CallExpr>(S))
      if (const char *Why = whyNotCall(*Call))
        because(Why);
    if (const auto *Reference = dyn_cast<DeclRefExpr>(S))
      visitReference(*Reference);
    visitTypes(*S);
    for (const Stmt *Child : S->children())
      visit(Child, InSwitch || isa<SwitchStmt>(S));
  }

  void visitReference(const DeclRefExpr &Reference) {
    const ValueDecl *D = Reference.getDecl();
    const auto *Variable = dyn_cast<VarDecl>(D);
    bool IsLocal = isa<BindingDecl>(D) || (Variable && Variable->hasLocalStorage());
    if (IsLocal && !InFrame.contains(D) && !Inside.Declared.contains(D))
      because("it uses '" + D->getNameAsString() + "', whose address cannot be handed to it");
  }

  // Lengths in types are computed where the type is written; an array's own are
  // found with its declaration, those of pointers and casts are not.
  void visitTypes(const Stmt &S) {
    const char *Why = "it names a type of variable length";
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(&S))
      if (Cast->getTypeAsWritten()->isVariablyModifiedType())
        because(Why);
    if (const auto *Literal = dyn_cast<CompoundLiteralExpr>(&S))
      if (Literal->getType()->isVariablyModifiedType())
        because(Why);
    const auto *Declares = dyn_cast<DeclStmt>(&S);
    if (!Declares)
      return;
    for (const Decl *D : Declares->decls()) {
      const auto *Typedef = dyn_cast<TypedefNameDecl>(D);
      const auto *Variable = dyn_cast<VarDecl>(D);
      if ((Typedef && Typedef->getUnderlyingType()->isVariablyModifiedType()) ||
          (Variable && Variable->getType()->isVariablyModifiedType() &&
           !isa<ArrayType>(Variable->getType().getTypePtr())))
        because(Why);
    }
  }
};

} // namespace

TurnCheck checkTurn(const FunctionDecl &F, const MarkedLoop &It) { return Checker(It).run(F); }

} // namespace revector
