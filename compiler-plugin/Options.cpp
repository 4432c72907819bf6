// SPDX-License-Identifier: BSD-2-Clause
//
// Options.cpp - one table of options: name, what it sets, the values it takes.
#include "compiler-plugin/Options.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace revector {
namespace {

struct OptionValue {
  const char *Option;
  const char *Value;
  void (*Set)(Options &);
};

const OptionValue Values[] = {
    {"translation", "walk", [](Options &O) { O.How = Translation::Walk; }},
    {"translation", "leaf", [](Options &O) { O.How = Translation::Leaf; }},
    {"place", "stub", [](Options &O) { O.Where = Place::Stub; }},
    {"place", "inline", [](Options &O) { O.Where = Place::Inline; }},
    {"tailcalls", "call", [](Options &O) { O.Tails = TailCalls::Call; }},
    {"tailcalls", "jump", [](Options &O) { O.Tails = TailCalls::Jump; }},
};

// Planned, and named in the documentation: answered differently from a mistake.
bool isPlanned(StringRef Name, StringRef Value) {
  return Name == "translation" && (Value == "direct" || Value == "window");
}

std::string knownValues(StringRef Name) {
  std::string Known;
  for (const OptionValue &V : Values)
    if (Name == V.Option)
      Known += (Known.empty() ? "'" : " or '") + std::string(V.Value) + "'";
  return Known;
}

bool refuse(clang::DiagnosticsEngine &Diags, StringRef Name, StringRef Value) {
  using Level = clang::DiagnosticsEngine::Level;
  std::string Known = knownValues(Name);
  if (isPlanned(Name, Value))
    Diags.Report(Diags.getCustomDiagID(Level::Error, "revector: %0=%1 is not there yet; use %2"))
        << Name << Value << Known;
  else if (Known.empty())
    Diags.Report(Diags.getCustomDiagID(
        Level::Error,
        "revector: unknown option '%0'; there are translation=, place=, tailcalls=, patch=, "
        "unit=, beside= and together="))
        << Name;
  else
    Diags.Report(
        Diags.getCustomDiagID(Level::Error, "revector: '%1' is not a value of '%0'; use %2"))
        << Name << Value << Known;
  return false;
}

} // namespace

bool Options::parse(clang::DiagnosticsEngine &Diags, const std::vector<std::string> &Args) {
  for (StringRef Arg : Args) {
    auto [Name, Value] = Arg.split('=');
    if (Name == "patch" && !Value.empty()) {
      PatchProgram = Value.str();
      continue;
    }
    if (Name == "together" && !Value.empty()) {
      PatchTogether = Value.str();
      continue;
    }
    if (uint32_t Ordinal;
        (Name == "unit" || Name == "beside") && !Value.getAsInteger(10, Ordinal)) {
      PatchUnit = Ordinal;
      PatchIsNew = Name == "beside";
      continue;
    }
    const auto *Known = llvm::find_if(Values, [&, N = Name, V = Value](const OptionValue &O) {
      return N == O.Option && V == O.Value;
    });
    if (Known == std::end(Values))
      return refuse(Diags, Name, Value);
    Known->Set(*this);
  }
  return true;
}

} // namespace revector
