// SPDX-License-Identifier: BSD-2-Clause
//
// Symbols.h - what functions and variables are called in records: the names of the object
// file's symbols, for globals of a module and for declarations of its source alike.
#ifndef REVECTOR_PLUGIN_SYMBOLS_H
#define REVECTOR_PLUGIN_SYMBOLS_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace clang {
class ASTNameGenerator;
class NamedDecl;
} // namespace clang

namespace llvm {
class GlobalValue;
}

namespace revector {

// Lives as long as G has its name.
llvm::StringRef symbolName(const llvm::GlobalValue &G);

// D is a function or a variable of the unit whose generator Names is. A static local of C is
// function.variable, without a rank (StaticNames.h).
std::string symbolName(const clang::NamedDecl &D, clang::ASTNameGenerator &Names);

} // namespace revector
#endif
