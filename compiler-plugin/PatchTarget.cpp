// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTarget.cpp - open, find the unit, check that it is the same compiler.
#include "compiler-plugin/PatchTarget.h"

#include "compiler-plugin/Retyped.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace revector {
namespace {

const char *sentence(int Error) {
  switch (Error) {
#define RV_ERROR(name, number, text)                                                               \
  case -(number):                                                                                  \
    return text;
#include "revector/error.def"
#undef RV_ERROR
  default:
    return "unknown error";
  }
}

clang::DiagnosticBuilder report(const Unit &Info, StringRef Format) {
  return Info.Diags->Report(
      Info.Diags->getDiagnosticIDs()->getCustomDiagID(clang::DiagnosticIDs::Error, Format));
}

// Absolute, so that it can be compared with what other directories call it.
std::string sourcePath(const Unit &Info) {
  if (sys::path::is_absolute(Info.Source))
    return Info.Source;
  SmallString<256> Path(Info.Directory);
  sys::path::append(Path, Info.Source);
  return Path.str().str();
}

int findUnit(const rv_image_file *File, const Unit &Info, uint32_t &Ordinal) {
  if (!Info.Opts.PatchUnit)
    return rv_image_file_find_unit(File, sourcePath(Info).c_str(), &Ordinal);
  Ordinal = *Info.Opts.PatchUnit;
  return Ordinal < File->unit_count ? 0 : RV_ENOUNIT;
}

std::optional<uint32_t> found(uint32_t Ordinal) {
  return Ordinal == RV_NONE ? std::nullopt : std::optional(Ordinal);
}

} // namespace

std::shared_ptr<const PatchTarget> PatchTarget::open(const Unit &Info) {
  const std::string &Program = Info.Opts.PatchProgram;
  rv_image_file *File;
  uint32_t Ordinal;
  if (int Error = rv_image_file_open(Program.c_str(), &File)) {
    report(Info, "revector: no patch can be made for '%0': %1") << Program << sentence(Error);
    return nullptr;
  }
  std::shared_ptr<PatchTarget> Target(new PatchTarget(File, Info.Opts.PatchIsNew));
  if (int Error = findUnit(File, Info, Ordinal)) {
    report(Info, "revector: no patch of '%0' can be made for '%1': %2")
        << Info.Source << Program << sentence(Error);
    return nullptr;
  }
  Target->UnitOrdinal = Ordinal;
  if (rv_image_symbols * Symbols; rv_image_symbols_open(Program.c_str(), &Symbols) == 0)
    Target->Symbols.reset(Symbols);
  for (std::string &Name : readRetyped(Info.Opts.PatchTogether))
    Target->Retyped.insert(Name);
  if (Info.Compiler != Target->unit().compiler) {
    report(Info, "revector: '%0' was compiled by %1, but this is %2; a patch needs the same "
                 "compiler")
        << Info.Source << Target->unit().compiler << Info.Compiler;
    return nullptr;
  }
  return Target;
}

std::optional<uint32_t> PatchTarget::method(const GlobalValue &G) const {
  std::string Name = symbolName(G).str();
  uint32_t Own = RV_NONE;
  if (!G.isDeclarationForLinker() && !IsNew)
    Own = rv_image_file_unit_method(File.get(), UnitOrdinal, Name.c_str());
  if (Own != RV_NONE || G.hasLocalLinkage())
    return found(Own);
  if (G.isDeclarationForLinker() && Retyped.contains(Name))
    return std::nullopt;
  return found(rv_image_file_method(File.get(), Name.c_str()));
}

std::optional<uint32_t> PatchTarget::data(const GlobalValue &G) const {
  std::string Name = symbolName(G).str();
  uint32_t Own = RV_NONE;
  if (!G.isDeclarationForLinker() && !IsNew)
    Own = rv_image_file_unit_data(File.get(), UnitOrdinal, Name.c_str());
  if (Own != RV_NONE || G.hasLocalLinkage())
    return found(Own);
  return found(rv_image_file_data(File.get(), Name.c_str()));
}

// __dso_handle is each image's own, by which it is told from others. What the others here
// register in the name of the program is called when the patch may be gone.
static bool isOfOneImage(StringRef Name) {
  return is_contained({"__dso_handle", "atexit", "at_quick_exit", "pthread_atfork"}, Name);
}

std::optional<uint32_t> PatchTarget::symbol(const GlobalValue &G) const {
  std::string Name = symbolName(G).str();
  if (!Symbols || isOfOneImage(Name) || Retyped.contains(Name))
    return std::nullopt;
  return found(rv_image_symbols_find(Symbols.get(), Name.c_str()));
}

std::optional<uint32_t> PatchTarget::unitMethod(StringRef Name) const {
  if (IsNew)
    return std::nullopt;
  return found(rv_image_file_unit_method(File.get(), UnitOrdinal, Name.str().c_str()));
}

std::optional<uint32_t> PatchTarget::unitData(StringRef Name) const {
  if (IsNew)
    return std::nullopt;
  return found(rv_image_file_unit_data(File.get(), UnitOrdinal, Name.str().c_str()));
}

bool PatchTarget::isInUnit(uint32_t Ordinal) const {
  return !IsNew && rv_image_file_same_unit(File.get(), UnitOrdinal, Ordinal);
}

} // namespace revector
