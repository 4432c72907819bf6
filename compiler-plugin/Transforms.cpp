// SPDX-License-Identifier: BSD-2-Clause
//
// Transforms.cpp - marks, and who knows a type: whoever has an expression or a variable of
// it, or of a pointer to it.
#include "compiler-plugin/Transforms.h"

#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/TypeShape.h"
#include "compiler-plugin/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral Mark = "revector_was";

bool hasMark(const RecordDecl &R) {
  return llvm::any_of(R.specific_attrs<AnnotateAttr>(),
                      [](const AnnotateAttr *A) { return A->getAnnotation() == Mark; });
}

// The struct that a field of a marked struct points to.
const RecordDecl *pointee(const FieldDecl &Field) {
  const RecordDecl *R = Field.getType()->getPointeeType()->getAsRecordDecl();
  return R ? R->getDefinition() : nullptr;
}

struct Pair {
  const RecordDecl *Now, *Then;
};

Pair pairOf(const RecordDecl &Marked) {
  auto Field = Marked.field_begin();
  const RecordDecl *Now = pointee(**Field);
  return {Now, pointee(**++Field)};
}

// Calls Visit(marked struct, its types) for each mark at file scope.
template <typename Function> void eachMark(ASTContext &Context, Function Visit) {
  DiagnosticsEngine &Diags = Context.getDiagnostics();
  for (const Decl *D : Context.getTranslationUnitDecl()->decls()) {
    auto *R = dyn_cast<RecordDecl>(D);
    if (!R || !R->isCompleteDefinition() || !hasMark(*R))
      continue;
    Pair Of = pairOf(*R);
    if (Of.Now && Of.Then && Of.Now != Of.Then)
      Visit(*R, Of);
    else
      Diags.Report(R->getLocation(),
                   Diags.getCustomDiagID(DiagnosticsEngine::Error,
                                         "revector: a type that changes, and what it was, are two "
                                         "structs or unions that are defined in this file"));
  }
}

// Sees every expression and variable of one function.
class Search : public RecursiveASTVisitor<Search> {
public:
  explicit Search(const WasMap &Was) : Was(Was) {}
  bool IsFound = false;

  bool VisitExpr(Expr *E) { return look(E->getType()); }
  bool VisitVarDecl(VarDecl *D) { return look(D->getType()); }

private:
  const WasMap &Was;

  bool look(QualType T) { return !(IsFound = reached(T, Was)); }
};

bool knows(FunctionDecl &F, const WasMap &Was) {
  Search Inside(Was);
  Inside.TraverseDecl(&F);
  return Inside.IsFound;
}

bool holds(QualType T, const WasMap &Was) {
  const RecordDecl *R = T->getBaseElementTypeUnsafe()->getAsRecordDecl();
  if (!R || !(R = R->getDefinition()))
    return false;
  return Was.count(R) ||
         llvm::any_of(R->fields(), [&](const FieldDecl *F) { return holds(F->getType(), Was); });
}

class Finder : public RecursiveASTVisitor<Finder> {
public:
  Finder(ASTContext &Context, const WasMap &Was, TypeChanges &Into)
      : Names(Context), Was(Was), Into(Into) {}

  bool VisitFunctionDecl(FunctionDecl *F) {
    if (!F->doesThisDeclarationHaveABody() || F->isDependentContext())
      return true;
    if (knows(*F, Was))
      Into.Users.insert(Names.getName(F));
    return true;
  }

  bool VisitVarDecl(VarDecl *D) {
    if (D->hasGlobalStorage() && holds(D->getType(), Was))
      Into.Holders.insert(symbolName(*D, Names));
    return true;
  }

private:
  ASTNameGenerator Names;
  const WasMap &Was;
  TypeChanges &Into;
};

bool fits(const ASTRecordLayout &What, const ASTRecordLayout &Where) {
  return What.getSize() <= Where.getSize() && What.getAlignment() <= Where.getAlignment();
}

TypeChange describe(ASTContext &Context, const RecordDecl &Now, const RecordDecl &Then) {
  TypeChange Change;
  std::string Text = typeText(Context, Now), Old = typeText(Context, Then);
  const ASTRecordLayout &New = Context.getASTRecordLayout(&Now);
  const ASTRecordLayout &Was = Context.getASTRecordLayout(&Then);
  Change.Title = titleOf(Text).str();
  Change.Now = StringRef(Text).split('\n').second.str();
  Change.Then = StringRef(Old).split('\n').second.str();
  Change.NowSize = New.getSize().getQuantity();
  Change.ThenSize = Was.getSize().getQuantity();
  Change.Moves = !fits(New, Was);
  Change.MovesBack = !fits(Was, New);
  return Change;
}

// The variable of REVECTOR_TRANSFORM, by its struct.
std::string variableOf(ASTContext &Context, const RecordDecl &Marked) {
  for (const Decl *D : Context.getTranslationUnitDecl()->decls())
    if (auto *Variable = dyn_cast<VarDecl>(D);
        Variable && Variable->getType()->getAsRecordDecl() == &Marked)
      return Variable->getNameAsString();
  return "";
}

} // namespace

void keepTransformer(Decl &D) {
  auto *Variable = dyn_cast<VarDecl>(&D);
  const RecordDecl *R = Variable ? Variable->getType()->getAsRecordDecl() : nullptr;
  if (R && hasMark(*R))
    D.addAttr(UsedAttr::CreateImplicit(D.getASTContext()));
}

const RecordDecl *reached(QualType T, const WasMap &Types) {
  while (!T.isNull() && (T->isArrayType() || !T->getPointeeType().isNull()))
    T = T->isArrayType() ? T->getAsArrayTypeUnsafe()->getElementType() : T->getPointeeType();
  const RecordDecl *R = T.isNull() ? nullptr : T->getAsRecordDecl();
  R = R ? R->getDefinition() : nullptr;
  return Types.count(R) ? R : nullptr;
}

WasMap findWas(ASTContext &Context) {
  WasMap Was;
  eachMark(Context, [&](const RecordDecl &, Pair Of) { Was[Of.Now] = Of.Then; });
  return Was;
}

TypeChanges findChanges(ASTContext &Context, const WasMap &Was) {
  TypeChanges Changes;
  if (Was.empty())
    return Changes;
  eachMark(Context, [&](const RecordDecl &Marked, Pair Of) {
    TypeChange Change = describe(Context, *Of.Now, *Of.Then);
    Change.Variable = variableOf(Context, Marked);
    auto Known = llvm::find_if(Changes.All, [&](const TypeChange &Other) {
      return Other.Title == Change.Title && (Other.Variable.empty() || Change.Variable.empty());
    });
    if (Known == Changes.All.end())
      Changes.All.push_back(Change);
    else if (Known->Variable.empty()) // beside the type; the transformer is here, too
      *Known = Change;
  });
  Finder(Context, Was, Changes).TraverseDecl(Context.getTranslationUnitDecl());
  return Changes;
}

llvm::PreservedAnalyses KeepUsersApartPass::run(llvm::Module &M, llvm::ModuleAnalysisManager &) {
  if (Info->Target)
    for (llvm::Function &F : M)
      if (!F.isDeclaration() && !F.hasFnAttribute(llvm::Attribute::AlwaysInline) &&
          Info->Types.changes().Users.contains(F.getName()))
        F.addFnAttr(llvm::Attribute::NoInline);
  return llvm::PreservedAnalyses::all();
}

} // namespace revector
