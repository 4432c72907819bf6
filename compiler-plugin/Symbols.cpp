// SPDX-License-Identifier: BSD-2-Clause
//
// Symbols.cpp - see Symbols.h.
#include "compiler-plugin/Symbols.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Mangle.h"
#include "llvm/IR/GlobalValue.h"

using namespace clang;

namespace revector {

StringRef symbolName(const llvm::GlobalValue &G) {
  return llvm::GlobalValue::dropLLVMManglingEscape(G.getName());
}

// What clang makes of a static local of C has no other source than its code generator.
std::string symbolName(const NamedDecl &D, ASTNameGenerator &Names) {
  auto *Variable = dyn_cast<VarDecl>(&D);
  auto *Function = dyn_cast<FunctionDecl>(D.getDeclContext());
  if (Variable && Variable->isStaticLocal() && Function && !D.getLangOpts().CPlusPlus)
    return Names.getName(Function) + "." + D.getNameAsString();
  return Names.getName(&D);
}

} // namespace revector
