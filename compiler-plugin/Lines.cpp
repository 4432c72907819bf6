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

  bool VisitBinaryOperator(BinaryOperator *Operator) {
    if (Operator->isAssignmentOp())
      if (Expr *Hidden = hide(Operator->getRHS()))
        Operator->setRHS(Hidden);
    return true;
  }

  bool VisitReturnStmt(ReturnStmt *Return) {
    if (Expr *Hidden = Return->getRetValue() ? hide(Return->getRetValue()) : nullptr)
      Return->setRetValue(Hidden);
    return true;
  }

  bool VisitVarDecl(VarDecl *Variable) {
    if (!Variable->hasLocalStorage() || isa<ParmVarDecl>(Variable) || Variable->isConstexpr() ||
        !Variable->hasInit())
      return true;
    if (Expr *Hidden = hide(Variable->getInit()))
      Variable->setInit(Hidden);
    return true;
  }

  bool VisitCompoundLiteralExpr(CompoundLiteralExpr *Literal) {
    if (!Literal->isFileScope())
      if (Expr *Hidden = hide(Literal->getInitializer()))
        Literal->setInitializer(Hidden);
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
    } else if (auto *Either = dyn_cast<ConditionalOperator>(Argument)) {
      hideArms(*Either);
    } else if (auto *List = dyn_cast<InitListExpr>(Argument)) {
      hideElements(*List);
    }
    return nullptr;
  }

  void hideArms(ConditionalOperator &Either) const {
    Expr *True = hide(Either.getTrueExpr()), *False = hide(Either.getFalseExpr());
    if (True || False)
      replaceChildren(Either, {Either.getCond(), True ? True : Either.getTrueExpr(),
                               False ? False : Either.getFalseExpr()});
  }

  void hideElements(InitListExpr &Written) const {
    InitListExpr &List = Written.isSemanticForm() ? Written : *Written.getSemanticForm();
    for (unsigned I = 0; I < List.getNumInits(); ++I)
      if (Expr *Hidden = List.getInit(I) ? hide(List.getInit(I)) : nullptr)
        List.setInit(I, Hidden);
  }

  static void replaceChildren(Stmt &Parent, llvm::ArrayRef<Stmt *> New) {
    for (auto [Child, With] : llvm::zip_equal(Parent.children(), New))
      Child = With;
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

// However many macros have passed it on as an argument.
StringRef builtinMacro(SourceLocation Token, const ASTContext &Context,
                       llvm::SmallVectorImpl<char> &Buffer) {
  const SourceManager &Sources = Context.getSourceManager();
  while (Token.isMacroID() && Sources.isMacroArgExpansion(Token))
    Token = Sources.getImmediateSpellingLoc(Token);
  if (!Token.isMacroID() || !Sources.isWrittenInScratchSpace(Sources.getSpellingLoc(Token)))
    return "";
  SourceLocation Name = Sources.getImmediateExpansionRange(Token).getBegin();
  return Lexer::getSpelling(Sources.getSpellingLoc(Name), Buffer, Sources, Context.getLangOpts());
}

bool isLineNumber(const IntegerLiteral &Number, const ASTContext &Context) {
  llvm::SmallString<16> Buffer;
  return builtinMacro(Number.getLocation(), Context, Buffer) == "__LINE__";
}

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
