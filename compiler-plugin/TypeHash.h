// SPDX-License-Identifier: BSD-2-Clause
//
// TypeHash.h - a hash of what the callers of a function, or the users of a
// variable, rely on.
#ifndef REVECTOR_PLUGIN_TYPEHASH_H
#define REVECTOR_PLUGIN_TYPEHASH_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace clang {
class ASTContext;
}

namespace revector {

// Filled once, when the whole unit has been parsed; asked by symbol name.
class TypeHashes {
public:
  void collect(clang::ASTContext &Context);

  // 0: no such function or variable in the source (the compiler made it).
  uint64_t function(llvm::StringRef MangledName) const;
  uint64_t variable(llvm::StringRef MangledName) const;

private:
  llvm::StringMap<uint64_t> Functions, Variables;
};

} // namespace revector
#endif
