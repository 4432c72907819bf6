// SPDX-License-Identifier: BSD-2-Clause
//
// Altered.cpp - layouts are compared by their texts, as the unit's record has them.
#include "compiler-plugin/Altered.h"

#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/PatchTypes.h"
#include "compiler-plugin/Transforms.h"
#include "compiler-plugin/TypeShape.h"
#include "compiler-plugin/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral Note = "rv.altered";

std::string titleOf(const std::string &Text) { return StringRef(Text).split('\n').first.str(); }

// Structs and unions of the source that the program has under the same title.
class AlteredTypes : public RecursiveASTVisitor<AlteredTypes> {
public:
  AlteredTypes(const ASTContext &Context, const PatchTarget &Target, const WasMap &Converted)
      : Context(Context), Target(Target), Converted(Converted) {}
  WasMap Found;

  bool VisitRecordDecl(RecordDecl *R) {
    if (!R->isCompleteDefinition() || R->isInvalidDecl() || R->isDependentContext() ||
        Converted.count(R))
      return true;
    std::string Text = typeText(Context, *R);
    if (Text.empty())
      return true;
    std::string Then = linesOf(Target, titleOf(Text));
    if (!Then.empty() && Then != StringRef(Text).split('\n').second)
      Found[R] = R;
    return true;
  }

private:
  const ASTContext &Context;
  const PatchTarget &Target;
  const WasMap &Converted;
};

// Sees where one function makes a pointer to one of Types out of another pointer. An
// object that lives on the stack, and is passed on as what it is, ends with its function.
class Casts : public RecursiveASTVisitor<Casts> {
public:
  explicit Casts(const WasMap &Types) : Types(Types) {}
  const RecordDecl *Found = nullptr;

  bool VisitCastExpr(CastExpr *Cast) {
    const RecordDecl *R = nullptr;
    if (Cast->getCastKind() == CK_BitCast && Cast->getType()->isPointerType())
      R = Cast->getType()->getPointeeType()->getAsRecordDecl();
    if (R && Types.count(R->getDefinition()))
      Found = R->getDefinition();
    return !Found;
  }

private:
  const WasMap &Types;
};

class AlteredUsers : public RecursiveASTVisitor<AlteredUsers> {
public:
  AlteredUsers(ASTContext &Context, const WasMap &Types)
      : Context(Context), Names(Context), Types(Types) {}
  llvm::StringMap<std::string> Found;

  bool VisitFunctionDecl(FunctionDecl *F) {
    if (!F->doesThisDeclarationHaveABody() || F->isDependentContext())
      return true;
    Casts Inside(Types);
    Inside.TraverseDecl(F);
    if (Inside.Found)
      Found.try_emplace(Names.getName(F), titleOf(typeText(Context, *Inside.Found)));
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

llvm::StringMap<std::string> findAltered(ASTContext &Context, const PatchTarget &Target) {
  const WasMap Converted = findWas(Context);
  AlteredTypes Types(Context, Target, Converted);
  Types.TraverseDecl(Context.getTranslationUnitDecl());
  AlteredUsers Users(Context, Types.Found);
  if (!Types.Found.empty())
    Users.TraverseDecl(Context.getTranslationUnitDecl());
  return std::move(Users.Found);
}

llvm::PreservedAnalyses NoteAlteredPass::run(llvm::Module &M, llvm::ModuleAnalysisManager &) {
  for (const auto &[Name, Title] : Info->Altered)
    if (llvm::Function *F = M.getFunction(Name))
      note(*F, llvm::MDNode::get(M.getContext(), llvm::MDString::get(M.getContext(), Title)));
  return llvm::PreservedAnalyses::all();
}

StringRef alteredType(const llvm::Function &F) {
  const llvm::MDNode *Title = F.getMetadata(Note);
  return Title ? llvm::cast<llvm::MDString>(Title->getOperand(0))->getString() : StringRef();
}

} // namespace revector
