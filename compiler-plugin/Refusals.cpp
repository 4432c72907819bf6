// SPDX-License-Identifier: BSD-2-Clause
//
// Refusals.cpp - through clang's diagnostics, so that the compiler fails as with
// any error and leaves no object behind.
#include "compiler-plugin/Refusals.h"

#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/GlobalValue.h"

using namespace llvm;

namespace revector {
namespace {

clang::DiagnosticBuilder report(const Unit &Info, clang::DiagnosticIDs::Level Level,
                                StringRef Sentence) {
  auto Id = Info.Diags->getDiagnosticIDs()->getCustomDiagID(Level, "revector: " + Sentence.str());
  return Info.Diags->Report(Id);
}

void say(const Unit &Info, clang::DiagnosticIDs::Level Level, StringRef Sentence,
         ArrayRef<std::string> Words) {
  auto Text = report(Info, Level, Sentence);
  for (const std::string &Word : Words)
    Text << Word;
}

std::string nameOf(const GlobalValue &What) { return "'" + demangle(symbolName(What)) + "'"; }

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

bool Refusals::isSaid(StringRef Sentence, const GlobalValue &What) {
  ++Count;
  Reason &Of = Reasons[Sentence];
  if (!Of.Count)
    Of.First = nameOf(What);
  if (++Of.Count <= Each)
    return false;
  Of.Others += (Of.Others.empty() ? "" : ", ") + nameOf(What);
  return true;
}

void Refusals::because(Limit Section, StringRef Sentence, const GlobalValue &What) {
  if (!isSaid(Sentence, What))
    report(Info, clang::DiagnosticIDs::Error, withSection(Sentence, Section)) << nameOf(What);
}

void Refusals::because(Limit Section, StringRef Sentence, const GlobalValue &What,
                       const GlobalValue &Other) {
  if (!isSaid(Sentence, What))
    report(Info, clang::DiagnosticIDs::Error, withSection(Sentence, Section))
        << nameOf(What) << nameOf(Other);
}

void Refusals::because(Limit Section, StringRef Sentence, ArrayRef<std::string> Words) {
  say(Info, clang::DiagnosticIDs::Error, withSection(Sentence, Section), Words);
  ++Count;
}

void Refusals::sayOthers() {
  for (const auto &[Sentence, Of] : Reasons)
    if (!Of.Others.empty())
      explain("for the same reason as %0, refused as well: %1", {Of.First, Of.Others});
}

void Refusals::explain(StringRef Sentence, ArrayRef<std::string> Words) {
  say(Info, clang::DiagnosticIDs::Note, Sentence, Words);
}

void Refusals::warn(StringRef Sentence, ArrayRef<std::string> Words) {
  say(Info, clang::DiagnosticIDs::Warning, Sentence, Words);
}

void Refusals::warn(StringRef Sentence, const GlobalValue &What) {
  report(Info, clang::DiagnosticIDs::Warning, Sentence) << nameOf(What);
}

} // namespace revector
