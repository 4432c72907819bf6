// SPDX-License-Identifier: BSD-2-Clause
//
// Altered.cpp - layouts are compared by their texts, as the unit's record has them.
#include "compiler-plugin/Altered.h"

#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/PatchTypes.h"
#include "compiler-plugin/Transforms.h"
#include "compiler-plugin/TypeHash.h"
#include "compiler-plugin/TypeShape.h"
#include "compiler-plugin/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral Note = "rv.altered";

// Structs and unions of the source that the program has under the same title.
class Finder : public RecursiveASTVisitor<Finder> {
public:
  Finder(const ASTContext &Context, const PatchTarget &Target, const WasMap &Converted)
      : Context(Context), Known(Target), Converted(Converted) {}
  WasMap Types; // each to itself
  llvm::DenseMap<const RecordDecl *, AlteredType> Found;

  bool VisitRecordDecl(RecordDecl *R) {
    if (!R->isCompleteDefinition() || R->isInvalidDecl() || R->isDependentContext() ||
        Converted.count(R))
      return true;
    std::string Text = typeText(Context, *R);
    if (Text.empty())
      return true;
    const bool IsShared = !Context.getSourceManager().isInMainFile(R->getLocation());
    StringRef Then = Known.otherThan(Text, IsShared);
    if (Then.empty())
      return true;
    Types[R] = R;
    Found[R] = {titleOf(Text).str(), describeChange(Then, Text)};
    return true;
  }

private:
  const ASTContext &Context;
  const ProgramLayouts Known;
  const WasMap &Converted;
};

// Sees where one function shares an object of one of Types with code outside of the unit: it
// comes from a cast, from a function or a variable that is not defined here, or out of another
// object; or such a function gets it. What lives on the stack, and is passed on within the unit
// as what it is, ends with its function.
class Sources : public RecursiveASTVisitor<Sources> {
public:
  explicit Sources(const WasMap &Types) : Types(Types) {}
  const RecordDecl *Found = nullptr;

  bool VisitCastExpr(CastExpr *Cast) {
    return Cast->getCastKind() != CK_BitCast || !Cast->getType()->isPointerType() ||
           see(Cast->getType());
  }

  bool VisitVAArgExpr(VAArgExpr *E) { return see(E->getType()); }

  bool VisitCallExpr(CallExpr *Call) {
    Callees.insert(Call->getCallee()->IgnoreParenImpCasts());
    const FunctionDecl *F = Call->getDirectCallee();
    if (F && F->hasBody())
      return true;
    for (const Expr *Argument : Call->arguments())
      if (!see(Argument->getType()))
        return false;
    return see(Call->getType());
  }

  // A function whose address is taken here is called with what others have.
  bool VisitDeclRefExpr(DeclRefExpr *Name) {
    if (const auto *Variable = dyn_cast<VarDecl>(Name->getDecl()))
      return !isElsewhere(*Variable) || see(Variable->getType());
    const auto *F = dyn_cast<FunctionDecl>(Name->getDecl());
    if (F && !Callees.contains(Name))
      for (const ParmVarDecl *Parameter : F->parameters())
        if (!see(Parameter->getType()))
          return false;
    return true;
  }

  bool VisitMemberExpr(MemberExpr *Member) {
    return isOwn(Member->getBase()) || see(Member->getType());
  }

private:
  const WasMap &Types;
  llvm::SmallPtrSet<const Expr *, 16> Callees;

  // False ends the search.
  bool see(QualType T) { return !(Found = reached(T, Types)); }

  static bool isElsewhere(const VarDecl &Variable) {
    return Variable.hasGlobalStorage() && !Variable.getDefinition();
  }

  // Part of a variable that the unit defines: local, or with a type that is compared.
  static bool isOwn(const Expr *Object) {
    Object = Object->IgnoreParenImpCasts();
    if (const auto *Name = dyn_cast<DeclRefExpr>(Object))
      if (const auto *Variable = dyn_cast<VarDecl>(Name->getDecl()))
        return Variable->getType()->isRecordType() && !isElsewhere(*Variable);
    const auto *Outer = dyn_cast<MemberExpr>(Object);
    return Outer && !Outer->isArrow() && isOwn(Outer->getBase());
  }
};

class AlteredUsers : public RecursiveASTVisitor<AlteredUsers> {
public:
  AlteredUsers(ASTContext &Context, const WasMap &Types)
      : Context(Context), Names(Context), Types(Types) {}
  llvm::StringMap<std::string> Found;

  bool VisitFunctionDecl(FunctionDecl *F) {
    if (!F->doesThisDeclarationHaveABody() || F->isDependentContext())
      return true;
    Sources Inside(Types);
    Inside.TraverseDecl(F);
    if (Inside.Found)
      Found.try_emplace(Names.getName(F), titleOf(typeText(Context, *Inside.Found)).str());
    return true;
  }

private:
  const ASTContext &Context;
  ASTNameGenerator Names;
  const WasMap &Types;
};

void note(llvm::Function &F, llvm::MDNode *Title) {
  if (F.hasMetadata(Note) || F.isDeclaration())
    return;
  F.setMetadata(Note, Title);
  if (F.hasFnAttribute(llvm::Attribute::NoInline) || F.isInterposable())
    return;
  for (llvm::User *By : F.users())
    if (auto *Call = llvm::dyn_cast<llvm::CallBase>(By))
      note(*Call->getFunction(), Title);
}

} // namespace

AlteredTypes findAltered(ASTContext &Context, const PatchTarget &Target) {
  const WasMap Converted = findWas(Context);
  Finder Found(Context, Target, Converted);
  Found.TraverseDecl(Context.getTranslationUnitDecl());
  AlteredTypes Altered;
  if (Found.Types.empty())
    return Altered;
  AlteredUsers Users(Context, Found.Types);
  Users.TraverseDecl(Context.getTranslationUnitDecl());
  Altered.Users = std::move(Users.Found);
  for (const auto &[Symbol, R] : findReaching(Context, Found.Types))
    Altered.Reached[Symbol] = Found.Found[R];
  return Altered;
}

llvm::PreservedAnalyses NoteAlteredPass::run(llvm::Module &M, llvm::ModuleAnalysisManager &) {
  for (const auto &[Name, Title] : Info->Altered.Users)
    if (llvm::Function *F = M.getFunction(Name))
      note(*F, llvm::MDNode::get(M.getContext(), llvm::MDString::get(M.getContext(), Title)));
  return llvm::PreservedAnalyses::all();
}

StringRef alteredType(const llvm::Function &F) {
  const llvm::MDNode *Title = F.getMetadata(Note);
  return Title ? llvm::cast<llvm::MDString>(Title->getOperand(0))->getString() : StringRef();
}

} // namespace revector
