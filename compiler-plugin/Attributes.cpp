// SPDX-License-Identifier: BSD-2-Clause
//
// Attributes.cpp - spellings, where the attributes may stand, and how they travel.
#include "compiler-plugin/Attributes.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclBase.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"
#include "llvm/IR/Assumptions.h"
#include "llvm/IR/Function.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral MethodMark = "revector_method";
constexpr llvm::StringLiteral FixedMark = "revector_fixed";
constexpr llvm::StringLiteral TurnMark = "revector_turn";

bool hasMark(const Decl &D, llvm::StringRef Mark) {
  return llvm::any_of(D.specific_attrs<OMPAssumeAttr>(),
                      [&](const OMPAssumeAttr *A) { return A->getAssumption() == Mark; });
}

bool hasMark(const llvm::Function &F, llvm::StringRef Mark) {
  llvm::SmallVector<llvm::StringRef, 2> Marks;
  F.getFnAttribute(llvm::AssumptionAttrKey).getValueAsString().split(Marks, ',');
  return llvm::is_contained(Marks, Mark);
}

class FunctionMark : public ParsedAttrInfo {
public:
  FunctionMark(llvm::StringRef Mark, llvm::StringRef Opposite, llvm::ArrayRef<Spelling> Names)
      : Mark(Mark), Opposite(Opposite) {
    Spellings = Names;
  }

  bool diagAppertainsToDecl(Sema &S, const ParsedAttr &A, const Decl *D) const override {
    if (D->getAsFunction() && !D->isTemplated())
      return true;
    S.Diag(A.getLoc(), diag::err_attribute_wrong_decl_type_str)
        << A << A.isRegularKeywordAttribute() << "functions";
    return false;
  }

  AttrHandling handleDeclAttribute(Sema &S, Decl *D, const ParsedAttr &A) const override {
    if (!A.checkExactlyNumArgs(S, 0))
      return AttributeNotApplied;
    if (hasMark(*D, Opposite)) {
      S.Diag(A.getLoc(), diag::err_attributes_are_not_compatible)
          << A << ("'" + Opposite + "'").str() << A.isRegularKeywordAttribute();
      return AttributeNotApplied;
    }
    D->addAttr(OMPAssumeAttr::Create(S.Context, Mark, A.getRange()));
    return apply(S, D, A);
  }

protected:
  virtual AttrHandling apply(Sema &, Decl *, const ParsedAttr &) const { return AttributeApplied; }

private:
  llvm::StringRef Mark, Opposite;
};

constexpr ParsedAttrInfo::Spelling MethodNames[] = {
    {ParsedAttr::AS_GNU, "revector_method"},
    {ParsedAttr::AS_CXX11, "revector::method"},
    {ParsedAttr::AS_C23, "revector::method"},
};
constexpr ParsedAttrInfo::Spelling FixedNames[] = {
    {ParsedAttr::AS_GNU, "revector_fixed"},
    {ParsedAttr::AS_CXX11, "revector::fixed"},
    {ParsedAttr::AS_C23, "revector::fixed"},
};

struct MethodAttribute : FunctionMark {
  MethodAttribute() : FunctionMark(MethodMark, FixedMark, MethodNames) {}

  // Inlined calls cannot be translated.
  AttrHandling apply(Sema &S, Decl *D, const ParsedAttr &A) const override {
    if (const auto *Inline = D->getAttr<AlwaysInlineAttr>()) {
      S.Diag(A.getLoc(), diag::err_attributes_are_not_compatible)
          << A << Inline << A.isRegularKeywordAttribute();
      return AttributeNotApplied;
    }
    D->addAttr(NoInlineAttr::CreateImplicit(S.Context));
    return AttributeApplied;
  }
};

struct FixedAttribute : FunctionMark {
  FixedAttribute() : FunctionMark(FixedMark, MethodMark, FixedNames) {}
};

ParsedAttrInfoRegistry::Add<MethodAttribute>
    Method("revector_method", "calls of this function are translated, never inlined");
ParsedAttrInfoRegistry::Add<FixedAttribute> Fixed("revector_fixed", "this function is left alone");

} // namespace

bool isMethod(const llvm::Function &F) { return hasMark(F, MethodMark); }

bool isFixed(const llvm::Function &F) { return hasMark(F, FixedMark); }

bool isTurn(const llvm::Function &F) { return hasMark(F, TurnMark); }

void markTurn(ASTContext &Context, FunctionDecl &F) {
  F.addAttr(OMPAssumeAttr::CreateImplicit(Context, MethodMark));
  F.addAttr(OMPAssumeAttr::CreateImplicit(Context, TurnMark));
  F.addAttr(NoInlineAttr::CreateImplicit(Context));
}

void diagnoseBoth(DiagnosticsEngine &Diags, const Decl &D) {
  if (hasMark(D, MethodMark) && hasMark(D, FixedMark))
    Diags.Report(D.getLocation(),
                 Diags.getCustomDiagID(DiagnosticsEngine::Error,
                                       "declared both revector::method and revector::fixed"));
}

} // namespace revector
