// SPDX-License-Identifier: BSD-2-Clause
//
// LoopAttribute.cpp - spellings, where the attribute may stand, and the mark.
#include "compiler-plugin/LoopAttribute.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ASTLambda.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral LoopMark = "revector_loop";

bool isMark(const Attr *A) {
  const auto *Annotation = dyn_cast<AnnotateAttr>(A);
  return Annotation && Annotation->getAnnotation() == LoopMark;
}

Attr *makeMark(ASTContext &Context) {
  return AnnotateAttr::CreateImplicit(Context, LoopMark, nullptr, 0);
}

// Null if S is no loop that may be marked.
Stmt *loopBody(Stmt &S) {
  if (auto *For = dyn_cast<ForStmt>(&S))
    return For->getBody();
  if (auto *While = dyn_cast<WhileStmt>(&S))
    return While->getBody();
  if (auto *Do = dyn_cast<DoStmt>(&S))
    return Do->getBody();
  return nullptr;
}

void setBody(Stmt &Loop, Stmt *Body) {
  if (auto *For = dyn_cast<ForStmt>(&Loop))
    For->setBody(Body);
  else if (auto *While = dyn_cast<WhileStmt>(&Loop))
    While->setBody(Body);
  else
    cast<DoStmt>(Loop).setBody(Body);
}

// Functions that are not compiled where they are written, and those that reach
// more of their surroundings than their variables.
const char *whyNotHere(const Sema &S) {
  const auto *In = dyn_cast<FunctionDecl>(S.CurContext);
  if (!In || isLambdaCallOperator(In))
    return "it is in a lambda or a block";
  if (In->isTemplated())
    return "it is in a template";
  if (isa<CXXMethodDecl>(In))
    return "it is in a member function";
  return nullptr;
}

constexpr ParsedAttrInfo::Spelling LoopNames[] = {
    {ParsedAttr::AS_GNU, "revector_loop"},
    {ParsedAttr::AS_CXX11, "revector::loop"},
    {ParsedAttr::AS_C23, "revector::loop"},
};

struct LoopAttribute : ParsedAttrInfo {
  LoopAttribute() { Spellings = LoopNames; }

  bool diagAppertainsToDecl(Sema &S, const ParsedAttr &A, const Decl *) const override {
    return wrongPlace(S, A);
  }

  // The only time that a plugin is shown the statement. True would lead clang to
  // look for its own handler and to report that there is none.
  bool diagAppertainsToStmt(Sema &S, const ParsedAttr &A, const Stmt *St) const override {
    auto &Loop = const_cast<Stmt &>(*St);
    Stmt *Body = loopBody(Loop);
    if (!Body)
      return wrongPlace(S, A);
    if (!A.checkExactlyNumArgs(S, 0) || isMarkedLoop(Loop))
      return false;
    if (const char *Why = whyNotHere(S))
      S.Diag(A.getLoc(), S.Diags.getCustomDiagID(DiagnosticsEngine::Warning,
                                                 "revector: this loop's turns are not calls: %0"))
          << Why;
    else
      setBody(Loop, AttributedStmt::Create(S.Context, A.getLoc(), {makeMark(S.Context)}, Body));
    return false;
  }

private:
  static bool wrongPlace(Sema &S, const ParsedAttr &A) {
    S.Diag(A.getLoc(), diag::err_attribute_wrong_decl_type_str)
        << A << A.isRegularKeywordAttribute() << "for, while and do statements";
    return false;
  }
};

ParsedAttrInfoRegistry::Add<LoopAttribute>
    Attribute("revector_loop", "each turn of this loop is a call of a method");

} // namespace

bool isMarkedLoop(Stmt &S) {
  const auto *Body = dyn_cast_or_null<AttributedStmt>(loopBody(S));
  return Body && llvm::any_of(Body->getAttrs(), isMark);
}

Stmt *unmarkedBody(Stmt &Loop) {
  return isMarkedLoop(Loop) ? cast<AttributedStmt>(loopBody(Loop))->getSubStmt() : loopBody(Loop);
}

void markFrame(ASTContext &Context, RecordDecl &R) { R.addAttr(makeMark(Context)); }

bool isFrame(const RecordDecl &R) { return llvm::any_of(R.attrs(), isMark); }

} // namespace revector
