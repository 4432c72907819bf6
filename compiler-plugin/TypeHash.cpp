// SPDX-License-Identifier: BSD-2-Clause
#include "compiler-plugin/TypeHash.h"

namespace revector {

void TypeHashes::collect(clang::ASTContext &) {}

uint64_t TypeHashes::function(llvm::StringRef MangledName) const {
  return Functions.lookup(MangledName);
}

uint64_t TypeHashes::variable(llvm::StringRef MangledName) const {
  return Variables.lookup(MangledName);
}

} // namespace revector
