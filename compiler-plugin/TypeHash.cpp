// SPDX-License-Identifier: BSD-2-Clause
//
// TypeHash.cpp - which declarations of a unit are hashed, and under which name.
//
// Shapes of all of them are gathered first, because structs can be hashed only
// when all that they reach is known (TypeShape.h).
#include "compiler-plugin/TypeHash.h"
#include "compiler-plugin/StaticNames.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/TypeShape.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace revector {

namespace {

// Structs that only the inside of a function knows are in no signature; they are listed, so
// that whoever changes one knows that this unit knows it.
class Inside : public RecursiveASTVisitor<Inside> {
public:
  Inside(TypeShapes &Shapes) : Shapes(Shapes) {}
  bool VisitMemberExpr(MemberExpr *E) { return add(E->getBase()->getType()); }
  bool VisitVarDecl(VarDecl *D) { return add(D->getType()); }

private:
  TypeShapes &Shapes;
  Shape Unused;

  bool add(QualType T) {
    T = T->getPointeeType().isNull() ? T : T->getPointeeType();
    if (T->isRecordType())
      Shapes.addType(T, Unused);
    return true;
  }
};

class Collector {
public:
  Collector(ASTContext &Context, const WasMap &Was)
      : Context(Context), Names(Context), Shapes(Context, Was) {}

  // Local declarations are in their function's context too.
  void visit(const DeclContext &In) {
    for (const Decl *D : In.decls()) {
      if (auto *F = dyn_cast<FunctionDecl>(D))
        visitFunction(*F);
      else if (auto *Variable = dyn_cast<VarDecl>(D))
        visitVariable(*Variable);
      else if (auto *Inner = dyn_cast<DeclContext>(D); Inner && !isa<EnumDecl>(D))
        visit(*Inner);
    }
  }

  void finish(llvm::StringMap<uint64_t> &Functions, llvm::StringMap<uint64_t> &Variables,
              std::vector<std::string> &Layouts) {
    Shapes.hashAll();
    Layouts = Shapes.texts();
    for (auto &[Name, Of] : FunctionShapes)
      Functions.try_emplace(Name, TypeShapes::hash(Of));
    for (auto &[Name, Of] : VariableShapes)
      Variables.try_emplace(Name, TypeShapes::hash(Of));
  }

  llvm::StringMap<const RecordDecl *> reaching(const WasMap &Types) {
    Shapes.hashAll();
    llvm::StringMap<const RecordDecl *> Found;
    for (const auto *Each : {&FunctionShapes, &VariableShapes})
      for (const auto &[Name, Of] : *Each)
        if (const RecordDecl *R = TypeShapes::nearest(Of, Types))
          Found[Name] = R;
    return Found;
  }

private:
  void visitFunction(const FunctionDecl &F) {
    if (F.isDependentContext() || F.isInvalidDecl() || !F.doesThisDeclarationHaveABody())
      return;
    if (!isa<CXXConstructorDecl, CXXDestructorDecl, CXXDeductionGuideDecl>(F))
      Shapes.addFunction(F, FunctionShapes[symbolName(F, Names)]);
    Inside(Shapes).TraverseStmt(F.getBody());
    visit(F);
  }

  void visitVariable(const VarDecl &Variable) {
    if (!Variable.hasGlobalStorage() || Variable.isInvalidDecl() ||
        Variable.getType()->isDependentType() ||
        Variable.isThisDeclarationADefinition(Context) == VarDecl::DeclarationOnly)
      return;
    Shapes.addType(Variable.getType(), VariableShapes[symbolName(Variable, Names)]);
  }

  ASTContext &Context;
  ASTNameGenerator Names;
  TypeShapes Shapes;
  llvm::StringMap<Shape> FunctionShapes, VariableShapes;
};

} // namespace

void TypeHashes::collect(ASTContext &Context) {
  if (Context.getDiagnostics().hasErrorOccurred())
    return;
  Collector Found(Context, WasMap());
  Found.visit(*Context.getTranslationUnitDecl());
  Found.finish(Functions, Variables, Layouts);
  const WasMap Was = findWas(Context);
  if (Was.empty())
    return;
  std::vector<std::string> Unused;
  Collector Before(Context, Was);
  Before.visit(*Context.getTranslationUnitDecl());
  Before.finish(FunctionsThen, VariablesThen, Unused);
  Changes = findChanges(Context, Was);
}

llvm::StringMap<const RecordDecl *> findReaching(ASTContext &Context, const WasMap &Types) {
  Collector Found(Context, WasMap());
  Found.visit(*Context.getTranslationUnitDecl());
  return Found.reaching(Types);
}

uint64_t TypeHashes::function(llvm::StringRef MangledName) const {
  return Functions.lookup(MangledName);
}

uint64_t TypeHashes::functionThen(llvm::StringRef MangledName) const {
  return FunctionsThen.lookup(MangledName);
}

uint64_t TypeHashes::variable(llvm::StringRef MangledName) const {
  return lookUpWithoutRank(Variables, MangledName);
}

uint64_t TypeHashes::variableThen(llvm::StringRef MangledName) const {
  return lookUpWithoutRank(VariablesThen, MangledName);
}

} // namespace revector
