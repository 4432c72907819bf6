// SPDX-License-Identifier: BSD-2-Clause
//
// Unit.h - what the front end knows about a translation unit and the pass needs.
//
// Made when the front end starts, completed when the whole unit has been parsed,
// only read afterwards.
#ifndef REVECTOR_PLUGIN_UNIT_H
#define REVECTOR_PLUGIN_UNIT_H

#include "compiler-plugin/Altered.h"
#include "compiler-plugin/LineNotes.h"
#include "compiler-plugin/Options.h"
#include "compiler-plugin/TypeHash.h"
#include "compiler-plugin/Written.h"

#include <memory>
#include <string>
#include <vector>

namespace clang {
class DiagnosticsEngine;
}

namespace revector {

class PatchTarget;

struct Unit {
  Options Opts;
  std::string Source;               // main file as the compiler was given it
  std::string Directory;            // working directory of the compiler
  std::string Compiler;             // full version
  std::vector<std::string> Command; // clang -cc1 arguments
  bool Lto = false;                 // optimised again by the linker
  bool FunctionSections = false;    // each function can be dropped by the linker
  TypeHashes Types;
  llvm::StringMap<std::string> Frames; // what turns find in their functions, by symbol
  LineNotes Lines;                     // see LineNotes.h
  AlteredTypes Altered;                // patch mode
  // Filled in by the first pass, for the last one.
  std::shared_ptr<WrittenFunctions> Functions = std::make_shared<WrittenFunctions>();
  // Lives as long as the compilation. For errors that only the pass can find.
  clang::DiagnosticsEngine *Diags = nullptr;
  // Patch mode: what the patch is made for. Null: compile as usual.
  std::shared_ptr<const PatchTarget> Target;
};

} // namespace revector
#endif
