// SPDX-License-Identifier: BSD-2-Clause
//
// Lines.h - a line number is no part of what a function does.
//
// assert(), log macros and allocators that remember their callers pass __LINE__,
// and a line that is inserted at the top of a file moves all of them. While the
// optimiser works, each such argument is the address of a symbol that stands for
// the number; body hashes count that it is a line, and not which one.
#ifndef REVECTOR_PLUGIN_LINES_H
#define REVECTOR_PLUGIN_LINES_H

#include "llvm/ADT/StringRef.h"

namespace clang {
class ASTContext;
class Decl;
class IntegerLiteral;
class SourceLocation;
} // namespace clang

namespace llvm {
class GlobalValue;
class Module;
template <typename T> class SmallVectorImpl;
} // namespace llvm

namespace revector {

// In the functions of D, which is C, before code is generated: arguments of calls, what is
// assigned or returned, and what automatic variables begin with. Elsewhere the language may
// want a constant: see LineNotes.h.
void hideLines(clang::Decl &D);

// The name in whose place the preprocessor has written the token: "__LINE__"; empty: in none.
llvm::StringRef builtinMacro(clang::SourceLocation Token, const clang::ASTContext &Context,
                             llvm::SmallVectorImpl<char> &Buffer);

// Has the preprocessor written Number in the place of __LINE__?
bool isLineNumber(const clang::IntegerLiteral &Number, const clang::ASTContext &Context);

// Is G a symbol that stands for a line number?
bool isLine(const llvm::GlobalValue &G);

// Puts the numbers back, when all hashes have been taken.
void showLines(llvm::Module &M);

} // namespace revector
#endif
