// SPDX-License-Identifier: BSD-2-Clause
//
// LineNotes.cpp - see LineNotes.h.
#include "compiler-plugin/LineNotes.h"

#include "compiler-plugin/Lines.h"
#include "compiler-plugin/StaticNames.h"
#include "compiler-plugin/Symbols.h"

#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace revector {
namespace {

constexpr llvm::StringLiteral TextMark = "rv.text", NumbersMark = "rv.lines";

class Numbers : public RecursiveASTVisitor<Numbers> {
public:
  Numbers(const ASTContext &Context, std::set<uint64_t> &Into) : Context(Context), Into(Into) {}

  bool VisitIntegerLiteral(IntegerLiteral *Number) {
    if (isLineNumber(*Number, Context))
      Into.insert(Number->getValue().getZExtValue());
    return true;
  }

private:
  const ASTContext &Context;
  std::set<uint64_t> &Into;
};

class Noter : public RecursiveASTVisitor<Noter> {
public:
  Noter(ASTContext &Context, LineNotes &Notes) : Context(Context), Names(Context), Notes(Notes) {}

  bool VisitStringLiteral(StringLiteral *String) {
    if (!String->isOrdinary())
      return true;
    std::string Text = String->getString().str() + '\0', Bare = Text;
    for (unsigned I = 0; I < String->getNumConcatenated(); ++I)
      remove(lineOf(String->getStrTokenLoc(I)), Bare);
    if (Bare != Text)
      Notes.Texts[Text] = Bare;
    return true;
  }

  bool VisitVarDecl(VarDecl *Variable) {
    std::set<uint64_t> Found;
    if (Variable->hasGlobalStorage() && Variable->hasInit())
      Numbers(Context, Found).TraverseStmt(Variable->getInit());
    if (!Found.empty())
      Notes.Variables[symbolName(*Variable, Names)].insert(Found.begin(), Found.end());
    return true;
  }

private:
  ASTContext &Context;
  ASTNameGenerator Names;
  LineNotes &Notes;

  // The digits, if the token is what # has made of the number of its own line; else empty.
  std::string lineOf(SourceLocation Token) const {
    const SourceManager &Sources = Context.getSourceManager();
    if (!Token.isMacroID() || !Sources.isWrittenInScratchSpace(Sources.getSpellingLoc(Token)))
      return "";
    llvm::SmallString<16> Buffer;
    StringRef Digits =
        Lexer::getSpelling(Sources.getSpellingLoc(Token), Buffer, Sources, Context.getLangOpts());
    const CharSourceRange Whole = Sources.getExpansionRange(Token);
    Digits = Digits.trim('"');
    for (SourceLocation At : {Whole.getBegin(), Whole.getEnd()})
      if (Digits == std::to_string(Sources.getPresumedLoc(At).getLine()))
        return Digits.str();
    return "";
  }

  static void remove(const std::string &Digits, std::string &From) {
    size_t At = Digits.empty() ? std::string::npos : From.rfind(Digits);
    if (At != std::string::npos)
      From.replace(At, Digits.size(), "\1");
  }
};

} // namespace

LineNotes noteLines(ASTContext &Context) {
  LineNotes Notes;
  if (!Context.getLangOpts().CPlusPlus)
    Noter(Context, Notes).TraverseDecl(Context.getTranslationUnitDecl());
  return Notes;
}

void markLines(llvm::Module &M, const LineNotes &Notes) {
  llvm::LLVMContext &Context = M.getContext();
  for (llvm::GlobalVariable &Variable : M.globals()) {
    auto *String = Variable.hasInitializer()
                       ? dyn_cast<llvm::ConstantDataArray>(Variable.getInitializer())
                       : nullptr;
    auto Text = String ? Notes.Texts.find(String->getRawDataValues()) : Notes.Texts.end();
    if (Text != Notes.Texts.end())
      Variable.setMetadata(TextMark,
                           llvm::MDNode::get(Context, llvm::MDString::get(Context, Text->second)));
    auto Lines = Notes.Variables.find(withoutRank(Variable.getName()));
    if (Lines == Notes.Variables.end())
      continue;
    SmallVector<llvm::Metadata *, 4> Each;
    for (uint64_t Line : Lines->second)
      Each.push_back(llvm::MDString::get(Context, std::to_string(Line)));
    Variable.setMetadata(NumbersMark, llvm::MDNode::get(Context, Each));
  }
}

void unmarkLines(llvm::Module &M) {
  for (llvm::GlobalVariable &Variable : M.globals()) {
    Variable.setMetadata(TextMark, nullptr);
    Variable.setMetadata(NumbersMark, nullptr);
  }
}

StringRef textWithoutLines(const llvm::GlobalVariable &Variable) {
  const llvm::MDNode *Mark = Variable.getMetadata(TextMark);
  return Mark ? cast<llvm::MDString>(Mark->getOperand(0))->getString() : "";
}

bool isLineIn(const llvm::GlobalVariable &Variable, const llvm::ConstantInt &Number) {
  const llvm::MDNode *Mark = Variable.getMetadata(NumbersMark);
  if (!Mark || Number.getBitWidth() > 64)
    return false;
  const std::string Digits = std::to_string(Number.getZExtValue());
  return llvm::any_of(Mark->operands(), [&](const llvm::MDOperand &Line) {
    return cast<llvm::MDString>(Line)->getString() == Digits;
  });
}

} // namespace revector
