// SPDX-License-Identifier: BSD-2-Clause
//
// LineNotes.h - line numbers that have to stay constants: those in strings, and in what
// variables with static storage begin with. And the time of compiling, which is always a string:
// __DATE__, __TIME__, __TIMESTAMP__.
//
// Lines.h puts symbols in the place of other lines. These are noted in the source and marked in
// the module, behind the optimiser, so that hashes count that there is a line or a time, and not
// which one. A variable of the program keeps what it has.
#ifndef REVECTOR_PLUGIN_LINENOTES_H
#define REVECTOR_PLUGIN_LINENOTES_H

#include "llvm/ADT/StringMap.h"

#include <cstdint>
#include <set>
#include <string>

namespace clang {
class ASTContext;
}

namespace llvm {
class ConstantInt;
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

struct LineNotes {
  llvm::StringMap<std::string> Texts; // string without NULs behind it: without lines and times
  llvm::StringMap<std::set<uint64_t>> Variables; // by symbol, without rank: lines in its start
};

// Of a whole unit of C.
LineNotes noteLines(clang::ASTContext &Context);

void markLines(llvm::Module &M, const LineNotes &Notes);
void unmarkLines(llvm::Module &M);

// What Variable, which is a string, counts as; empty: as what it is.
llvm::StringRef textWithoutLines(const llvm::GlobalVariable &Variable);
// Whether Number, in what Variable begins with, is a line.
bool isLineIn(const llvm::GlobalVariable &Variable, const llvm::ConstantInt &Number);

} // namespace revector
#endif
