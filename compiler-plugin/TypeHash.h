// SPDX-License-Identifier: BSD-2-Clause
//
// TypeHash.h - a hash of what the callers of a function, or the users of a
// variable, rely on: as the source says it.
//
// For a function: calling convention, types of parameters and result, as far as
// callers treat them differently. For a variable: its type. In both, the layout of
// every struct and union that is reachable from there, through pointers too: size,
// offsets and types of the fields. Names of types and fields do not count, nor do
// qualifiers; an enum is its underlying type. A struct that this unit only declares
// is opaque.
//
// BodyHash.h's signatureHash() makes the record's hash from this one.
#ifndef REVECTOR_PLUGIN_TYPEHASH_H
#define REVECTOR_PLUGIN_TYPEHASH_H

#include "compiler-plugin/Transforms.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
}

namespace revector {

// Filled once, when the whole unit has been parsed; asked by symbol name.
class TypeHashes {
public:
  void collect(clang::ASTContext &Context);

  // 0: no such function or variable in the source (the compiler made it, or it
  // is an instance of a template). Static locals are called function.variable;
  // all those of one name in one function share one hash.
  uint64_t function(llvm::StringRef MangledName) const;
  uint64_t variable(llvm::StringRef MangledName) const;

  // The same, as if each type that changes were still what it was.
  uint64_t functionThen(llvm::StringRef MangledName) const;
  uint64_t variableThen(llvm::StringRef MangledName) const;
  const TypeChanges &changes() const { return Changes; }

  // The named types that these reach, or functions use inside, as rv_unit has them, in order.
  const std::vector<std::string> &layouts() const { return Layouts; }

private:
  llvm::StringMap<uint64_t> Functions, Variables, FunctionsThen, VariablesThen;
  std::vector<std::string> Layouts;
  TypeChanges Changes;
};

// By symbol, as above: the one of Types that the type of a function or variable leads to in the
// fewest steps. Those that lead to none are not in it.
llvm::StringMap<const clang::RecordDecl *> findReaching(clang::ASTContext &Context,
                                                        const WasMap &Types);

} // namespace revector
#endif
