// SPDX-License-Identifier: BSD-2-Clause
//
// Lines.cpp - one symbol for each number: equal lines stay equal, others differ,
// and none is 0. So what the optimiser concludes from symbols holds for numbers.
#include "compiler-plugin/Lines.h"

#include "compiler-plugin/LoopAst.h"

#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/Builtins.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral Prefix = "rv.line.";

// A number that the preprocessor has written in the place of __LINE__, however
// many macros have passed it on as an argument.
bool isLineNumber(const IntegerLiteral &Number, const ASTContext &Context) {
  const SourceManager &Sources = Context.getSourceManager();
  SourceLocation At = Number.getLocation();
  while (At.isMacroID() && Sources.isMacroArgExpansion(At))
    At = Sources.getImmediateSpellingLoc(At);
  if (!At.isMacroID() || !Sources.isWrittenInScratchSpace(Sources.getSpellingLoc(At)))
    return false;
  SourceLocation Name = Sources.getImmediateExpansionRange(At).getBegin();
  llvm::SmallString<16> Buffer;
  return Lexer::getSpelling(Sources.getSpellingLoc(Name), Buffer, Sources, Context.getLangOpts()) ==
         "__LINE__";
}

class LineHider : public RecursiveASTVisitor<LineHider> {
public:
  explicit LineHider(ASTContext &Context) : Context(Context) {}

  bool VisitCallExpr(CallExpr *Call) {
    if (wantsConstants(*Call))
      return true;
    for (unsigned I = 0; I < Call->getNumArgs(); ++I)
      if (Expr *Hidden = hide(Call->getArg(I)))
        Call->setArg(I, Hidden);
    return true;
  }

private:
  ASTContext &Context;

  // __builtin_*, whose arguments are often not evaluated but looked at.
  bool wantsConstants(const CallExpr &Call) const {
    unsigned Builtin = Call.getBuiltinCallee();
    return Builtin && !Context.BuiltinInfo.isPredefinedLibFunction(Builtin);
  }

  // What is to stand in the place of Argument; null: the same as now.
  Expr *hide(Expr *Argument) const {
    if (auto *Number = dyn_cast<IntegerLiteral>(Argument))
      return isLineNumber(*Number, Context) ? symbol(*Number) : nullptr;
    if (auto *Cast = dyn_cast<CastExpr>(Argument)) {
      if (Expr *Hidden = hide(Cast->getSubExpr()))
        Cast->setSubExpr(Hidden);
    } else if (auto *Parentheses = dyn_cast<ParenExpr>(Argument)) {
      if (Expr *Hidden = hide(Parentheses->getSubExpr()))
        Parentheses->setSubExpr(Hidden);
    }
    return nullptr;
  }

  // (int)(uintptr_t)&rv.line.NUMBER
  Expr *symbol(const IntegerLiteral &Number) const {
    AstMaker Make(Context, Number.getLocation());
    std::string Name = Prefix.str() + std::to_string(Number.getValue().getZExtValue());
    VarDecl *Symbol =
        Make.variable(*Context.getTranslationUnitDecl(), Name, Context.CharTy, nullptr);
    Symbol->setStorageClass(SC_Extern);
    Expr *Wide = cast(Context.getUIntPtrType(), CK_PointerToIntegral,
                      Make.addressOf(Make.reference(*Symbol)));
    return cast(Number.getType(), CK_IntegralCast, Wide);
  }

  Expr *cast(QualType To, CastKind Kind, Expr *From) const {
    auto *Cast =
        ImplicitCastExpr::Create(Context, To, Kind, From, nullptr, VK_PRValue, FPOptionsOverride());
    Cast->setIsPartOfExplicitCast(true); // sanitizers do not check that it keeps the value
    return Cast;
  }
};

// All expressions that are Symbol as an integer become Number.
void replaceIntegers(llvm::GlobalVariable &Symbol, uint64_t Number) {
  for (llvm::User *By : llvm::make_early_inc_range(Symbol.users()))
    if (auto *Value = llvm::dyn_cast<llvm::ConstantExpr>(By))
      if (Value->getOpcode() == llvm::Instruction::PtrToInt)
        Value->replaceAllUsesWith(llvm::ConstantInt::get(Value->getType(), Number));
}

} // namespace

void hideLines(Decl &D) {
  ASTContext &Context = D.getASTContext();
  if (!Context.getLangOpts().CPlusPlus)
    LineHider(Context).TraverseDecl(&D);
}

bool isLine(const llvm::GlobalValue &G) { return G.getName().starts_with(Prefix); }

void showLines(llvm::Module &M) {
  for (llvm::GlobalVariable &Symbol : llvm::make_early_inc_range(M.globals())) {
    uint64_t Number;
    if (!isLine(Symbol) || Symbol.getName().drop_front(Prefix.size()).getAsInteger(10, Number))
      continue;
    replaceIntegers(Symbol, Number);
    auto *Wide = llvm::ConstantInt::get(llvm::Type::getInt64Ty(M.getContext()), Number);
    Symbol.replaceAllUsesWith(llvm::ConstantExpr::getIntToPtr(Wide, Symbol.getType()));
    Symbol.eraseFromParent();
  }
}

} // namespace revector
