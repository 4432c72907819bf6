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
constexpr llvm::StringLiteral HookMarks[RV_HOOK_KINDS] = {
    "revector_pre_apply", "revector_post_apply", "revector_pre_revert", "revector_post_revert"};
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

// Whether F is int (struct rv_hook *) or, if it is to run after something, void (same).
bool hasTypeOfHook(const FunctionDecl &F, rv_hook_kind Kind) {
  bool IsPre = Kind == RV_HOOK_PRE_APPLY || Kind == RV_HOOK_PRE_REVERT;
  QualType Result = F.getReturnType();
  if (F.getNumParams() != 1 || F.isVariadic() ||
      !(IsPre ? Result->isSpecificBuiltinType(BuiltinType::Int) : Result->isVoidType()))
    return false;
  const auto *Pointee = F.getParamDecl(0)->getType()->getPointeeType().getTypePtrOrNull();
  const RecordDecl *Record = Pointee ? Pointee->getAsRecordDecl() : nullptr;
  return Record && Record->getName() == "rv_hook";
}

// A hook has no caller: in a patch it is kept all the same (keepHook), else it goes.
template <rv_hook_kind Kind> struct HookAttribute : ParsedAttrInfo {
  static constexpr Spelling Names[] = {{ParsedAttr::AS_GNU, HookMarks[Kind].data()}};

  HookAttribute() { Spellings = Names; }

  bool diagAppertainsToDecl(Sema &S, const ParsedAttr &A, const Decl *D) const override {
    const FunctionDecl *F = D->getAsFunction();
    if (F && !D->isTemplated() && hasTypeOfHook(*F, Kind))
      return true;
    S.Diag(A.getLoc(), diag::err_attribute_wrong_decl_type_str)
        << A << A.isRegularKeywordAttribute()
        << (Kind == RV_HOOK_PRE_APPLY || Kind == RV_HOOK_PRE_REVERT
                ? "functions of the type int (struct rv_hook *)"
                : "functions of the type void (struct rv_hook *)");
    return false;
  }

  AttrHandling handleDeclAttribute(Sema &S, Decl *D, const ParsedAttr &A) const override {
    if (!A.checkExactlyNumArgs(S, 0))
      return AttributeNotApplied;
    D->addAttr(OMPAssumeAttr::Create(S.Context, HookMarks[Kind], A.getRange()));
    D->addAttr(UnusedAttr::CreateImplicit(S.Context));
    return AttributeApplied;
  }
};

ParsedAttrInfoRegistry::Add<HookAttribute<RV_HOOK_PRE_APPLY>>
    PreApply("revector_pre_apply", "runs before a patch is applied");
ParsedAttrInfoRegistry::Add<HookAttribute<RV_HOOK_POST_APPLY>>
    PostApply("revector_post_apply", "runs when a patch has been applied");
ParsedAttrInfoRegistry::Add<HookAttribute<RV_HOOK_PRE_REVERT>>
    PreRevert("revector_pre_revert", "runs before a patch is reverted");
ParsedAttrInfoRegistry::Add<HookAttribute<RV_HOOK_POST_REVERT>>
    PostRevert("revector_post_revert", "runs when a patch has been reverted");
ParsedAttrInfoRegistry::Add<MethodAttribute>
    Method("revector_method", "calls of this function are translated, never inlined");
ParsedAttrInfoRegistry::Add<FixedAttribute> Fixed("revector_fixed", "this function is left alone");

} // namespace

bool isMethod(const llvm::Function &F) { return hasMark(F, MethodMark); }

bool isFixed(const llvm::Function &F) { return hasMark(F, FixedMark); }

bool isHook(const llvm::Function &F) {
  return llvm::any_of(HookMarks, [&](llvm::StringRef Mark) { return hasMark(F, Mark); });
}

bool isHook(const llvm::Function &F, rv_hook_kind Kind) { return hasMark(F, HookMarks[Kind]); }

void keepHook(Decl &D) {
  if (llvm::any_of(HookMarks, [&](llvm::StringRef Mark) { return hasMark(D, Mark); }))
    D.addAttr(UsedAttr::CreateImplicit(D.getASTContext()));
}

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
