// SPDX-License-Identifier: BSD-2-Clause
//
// LoopFinder.cpp - one walk that keeps track of scopes.
#include "compiler-plugin/LoopFinder.h"

#include "compiler-plugin/LoopAttribute.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace revector {
namespace {

class Finder {
public:
  explicit Finder(const FunctionDecl &F) : Prefix(ASTNameGenerator(F.getASTContext()).getName(&F)) {
    for (ParmVarDecl *Parameter : F.parameters())
      add(Parameter);
  }

  void visit(Stmt *S) {
    if (!S || isa<LambdaExpr, BlockExpr>(S))
      return;
    if (isa<DeclStmt>(S) || isa<LabelStmt, SwitchCase, AttributedStmt>(S))
      return visitChildren(*S); // what it declares is in scope behind it, too
    size_t Outside = Scope.size();
    if (auto *For = dyn_cast<ForStmt>(S))
      visit(For->getInit());
    if (isMarkedLoop(*S))
      Found.push_back({S, static_cast<unsigned>(Found.size() + 1), 0, symbol(), Scope});
    if (auto *Catch = dyn_cast<CXXCatchStmt>(S); Catch && Catch->getExceptionDecl())
      add(Catch->getExceptionDecl());
    visitChildren(*S);
    Scope.resize(Outside);
  }

  std::vector<MarkedLoop> Found;

private:
  std::string Prefix;
  std::vector<VarDecl *> Scope;

  void visitChildren(Stmt &S) {
    const auto *For = dyn_cast<ForStmt>(&S);
    for (Stmt *Child : S.children())
      if (!For || Child != For->getInit())
        visit(Child);
    if (auto *Declares = dyn_cast<DeclStmt>(&S))
      for (Decl *D : Declares->decls())
        if (auto *Variable = dyn_cast<VarDecl>(D))
          add(Variable);
  }

  // A register that has a name has no address.
  void add(VarDecl *Variable) {
    if (Variable->hasLocalStorage() && Variable->getIdentifier() &&
        !Variable->getType()->isVariablyModifiedType() && !Variable->hasAttr<AsmLabelAttr>() &&
        !isa<DecompositionDecl>(Variable))
      Scope.push_back(Variable);
  }

  std::string symbol() const {
    std::string Name = Prefix + ".loop";
    return Found.empty() ? Name : Name + "." + std::to_string(Found.size() + 1);
  }
};

} // namespace

std::vector<MarkedLoop> findLoops(FunctionDecl &F) {
  Finder Found(F);
  Found.visit(F.getBody());
  for (MarkedLoop &It : Found.Found)
    It.Count = Found.Found.size();
  return std::move(Found.Found);
}

} // namespace revector
