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

// How many bytes 0 end it depends on the array that it goes into.
StringRef withoutEnd(StringRef Text) { return Text.rtrim('\0'); }

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
    const std::string Text = withoutEnd(String->getString()).str();
    std::string Bare = Text;
    for (unsigned I = 0; I < String->getNumConcatenated(); ++I) {
      remove(lineOf(String->getStrTokenLoc(I)), Bare);
      remove(timeOf(String->getStrTokenLoc(I)), Bare);
    }
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
    const std::string Digits = spelling(Token);
    const CharSourceRange Whole = Sources.getExpansionRange(Token);
    for (SourceLocation At : {Whole.getBegin(), Whole.getEnd()})
      if (Digits == std::to_string(Sources.getPresumedLoc(At).getLine()))
        return Digits;
    return "";
  }

  // The text, if the token says when the compiler ran, or how old the file was.
  std::string timeOf(SourceLocation Token) const {
    llvm::SmallString<16> Buffer;
    StringRef Name = builtinMacro(Token, Context, Buffer);
    const bool IsTime = Name == "__DATE__" || Name == "__TIME__" || Name == "__TIMESTAMP__";
    return IsTime ? spelling(Token) : "";
  }

  // Of a string, without the quotes.
  std::string spelling(SourceLocation Token) const {
    const SourceManager &Sources = Context.getSourceManager();
    llvm::SmallString<32> Buffer;
    return Lexer::getSpelling(Sources.getSpellingLoc(Token), Buffer, Sources, Context.getLangOpts())
        .trim('"')
        .str();
  }

  static void remove(const std::string &What, std::string &From) {
    size_t At = What.empty() ? std::string::npos : From.rfind(What);
    if (At != std::string::npos)
      From.replace(At, What.size(), "\1");
  }
};

// What Variable begins with, if that is one of the Notes' texts: without lines and times.
std::string bareText(const llvm::GlobalVariable &Variable, const LineNotes &Notes) {
  auto *String = Variable.hasInitializer()
                     ? dyn_cast<llvm::ConstantDataArray>(Variable.getInitializer())
                     : nullptr;
  if (!String)
    return "";
  const StringRef Whole = String->getRawDataValues(), Text = withoutEnd(Whole);
  auto Found = Notes.Texts.find(Text);
  return Found == Notes.Texts.end() ? "" : Found->second + Whole.drop_front(Text.size()).str();
}

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
    if (std::string Bare = bareText(Variable, Notes); !Bare.empty())
      Variable.setMetadata(TextMark,
                           llvm::MDNode::get(Context, llvm::MDString::get(Context, Bare)));
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
