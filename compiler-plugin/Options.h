// SPDX-License-Identifier: BSD-2-Clause
//
// Options.h - the plugin's arguments, -fplugin-arg-revector-NAME=VALUE.
//
// Holds what the user asked for and nothing that was found out about the
// translation unit (that is Unit.h).
#ifndef REVECTOR_PLUGIN_OPTIONS_H
#define REVECTOR_PLUGIN_OPTIONS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clang {
class DiagnosticsEngine;
}

namespace revector {

enum class Translation { Walk, Leaf };
enum class Place { Stub, Inline };
enum class TailCalls { Call, Jump };

struct Options {
  Translation How = Translation::Walk;
  Place Where = Place::Stub;
  TailCalls Tails = TailCalls::Call; // Jump: as the optimiser likes
  // Patch mode: the program that the patch is made for. Empty: compile as usual.
  std::string PatchProgram;
  // Ordinal of the unit in PatchProgram. Empty: the one of the same source path.
  std::optional<uint32_t> PatchUnit;
  // The program has no such source file; PatchUnit is one that stands beside it.
  bool PatchIsNew = false;
  // A file, which may not be there yet: names of functions that have another signature in
  // this patch than in the program, and all of whose callers the maker of the patch looks
  // at. Empty: nobody looks at those in other source files.
  std::string PatchTogether;

  // Reads Args ("translation=leaf", ...). An argument that is not understood is
  // reported to Diags as one error; returns false then.
  bool parse(clang::DiagnosticsEngine &Diags, const std::vector<std::string> &Args);
};

} // namespace revector
#endif
