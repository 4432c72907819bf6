// SPDX-License-Identifier: BSD-2-Clause
//
// Refusals.cpp - through clang's diagnostics, so that the compiler fails as with
// any error and leaves no object behind.
#include "compiler-plugin/Refusals.h"

#include "compiler-plugin/StaticNames.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/GlobalValue.h"

using namespace llvm;

namespace revector {
namespace {

void report(const Unit &Info, clang::DiagnosticIDs::Level Level, StringRef Sentence,
            ArrayRef<std::string> Words) {
  auto Id = Info.Diags->getDiagnosticIDs()->getCustomDiagID(Level, "revector: " + Sentence.str());
  auto Text = Info.Diags->Report(Id);
  for (const std::string &Word : Words)
    Text << Word;
}

std::string nameOf(StringRef Symbol) { return "'" + demangle(Symbol) + "'"; }

std::string nameOf(const GlobalValue &What) { return nameOf(symbolName(What)); }

std::vector<std::string> namesOf(const GlobalValue &What, ArrayRef<std::string> Others) {
  constexpr size_t Enough = 4;
  std::string Some;
  for (const std::string &Other : Others.take_front(Enough))
    Some += (Some.empty() ? "" : ", ") + nameOf(Other);
  if (Others.size() > Enough)
    Some += " and " + std::to_string(Others.size() - Enough) + " more";
  return {nameOf(What), Some};
}

// In the form in which clang names the option of a warning.
std::string withSection(StringRef Sentence, Limit Section) {
  static const char *const Words[] = {
#define RV_LIMIT(name, word) word,
#include "revector/limit.def"
#undef RV_LIMIT
  };
  return (Sentence + " [revector explain " + Words[int(Section)] + "]").str();
}

} // namespace

void Refusals::count(Limit Section, StringRef Sentence, const GlobalValue &What,
                     std::vector<std::string> Words) {
  Reason &Of = Reasons[Sentence.str()];
  if (!Of.Count)
    Of.First = nameOf(What);
  if (++Of.Count <= Each)
    return because(Section, Sentence, Words);
  ++Count;
  Of.Others += (Of.Others.empty() ? "" : ", ") + nameOf(What);
}

void Refusals::because(Limit Section, StringRef Sentence, const GlobalValue &What) {
  count(Section, Sentence, What, {nameOf(What)});
}

void Refusals::because(Limit Section, StringRef Sentence, const GlobalValue &What,
                       const GlobalValue &Other) {
  count(Section, Sentence, What, {nameOf(What), nameOf(Other)});
}

void Refusals::because(Limit Section, StringRef Sentence, const GlobalValue &What,
                       ArrayRef<std::string> Others) {
  count(Section, Sentence, What, namesOf(What, Others));
}

void Refusals::because(Limit Section, StringRef Sentence, ArrayRef<std::string> Words) {
  Unsaid.push_back({/*IsError=*/true, withSection(Sentence, Section), Words.vec()});
  ++Count;
}

bool Refusals::isForLayout(const GlobalValue &What) {
  auto [Title, Change] = lookUpWithoutRank(Info.Altered.Reached, symbolName(What));
  if (Title.empty())
    return false;
  Layout &Of = Layouts[Title];
  Of.Change = Change;
  if (!is_contained(Of.Users, nameOf(What))) // refused for each caller
    Of.Users.push_back(nameOf(What));
  ++Count;
  return true;
}

void Refusals::becauseOfType(Limit Section, StringRef Sentence, const GlobalValue &What,
                             const GlobalValue *Other) {
  if (isForLayout(What))
    return;
  if (Other)
    because(Section, Sentence, What, *Other);
  else
    because(Section, Sentence, What);
}

void Refusals::sayLayouts() {
  for (const auto &[Title, Of] : Layouts) {
    const size_t Others = Of.Users.size() - 1;
    const std::string More = Others ? " and " + std::to_string(Others) + " more" : "";
    report(Info, clang::DiagnosticIDs::Error,
           withSection("the layout of '%0' has changed (%1): used by %2, while live data or "
                       "callers outside the patch have the old one; give the new type another "
                       "name, or convert the objects",
                       Limit::TYPES),
           {Title, Of.Change, Of.Users.front() + More});
    if (Others)
      explain("'%0' is used as well by %1", {Title, join(drop_begin(Of.Users), ", ")});
  }
}

void Refusals::say() {
  sayLayouts();
  for (const Saying &It : Unsaid)
    report(Info, It.IsError ? clang::DiagnosticIDs::Error : clang::DiagnosticIDs::Warning,
           It.Sentence, It.Words);
  for (const auto &[Sentence, Of] : Reasons)
    if (!Of.Others.empty())
      explain("for the same reason as %0, refused as well: %1", {Of.First, Of.Others});
  Layouts.clear();
  Unsaid.clear();
  Reasons.clear();
}

void Refusals::explain(StringRef Sentence, ArrayRef<std::string> Words) {
  report(Info, clang::DiagnosticIDs::Note, Sentence, Words);
}

void Refusals::warn(StringRef Sentence, ArrayRef<std::string> Words) {
  Unsaid.push_back({/*IsError=*/false, Sentence.str(), Words.vec()});
}

void Refusals::warn(StringRef Sentence, const GlobalValue &What, ArrayRef<std::string> Others) {
  warn(Sentence, namesOf(What, Others));
}

} // namespace revector
