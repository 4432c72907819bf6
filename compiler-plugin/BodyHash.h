// SPDX-License-Identifier: BSD-2-Clause
//
// BodyHash.h - hashes of optimised IR, taken before anything is rewritten.
//
// Two compilations by one compiler version give a function the same hash if and
// only if they give it the same code. What does not reach the code does not
// count: debug info, names of locals and of types, the numbers that the compiler
// appends to the names of constants, linkage, where the source lies. What does
// reach it counts even if it is written elsewhere: the text of string literals,
// the content of constant tables, names of functions and variables, and what the
// code relies on in the functions that it calls.
//
// StaticNames.h must have run before the optimiser. Pure functions of their
// arguments; nothing in the module is changed.
#ifndef REVECTOR_PLUGIN_BODYHASH_H
#define REVECTOR_PLUGIN_BODYHASH_H

#include <cstdint>

namespace llvm {
class Function;
class GlobalVariable;
} // namespace llvm

namespace revector {

// F must have a body.
uint64_t bodyHash(const llvm::Function &F);

// The same in front of the optimiser, without what the unit knows of the functions that F
// calls: equal if nobody has changed F itself. Never 0.
uint64_t writtenHash(const llvm::Function &F);

// Of the initialiser; 0 for a declaration.
uint64_t initHash(const llvm::GlobalVariable &Variable);

// What goes into a record's type_hash: Source is TypeHashes' answer (0 for what
// the compiler made). The IR's side is mixed in, because inter-procedural
// optimisation changes parameters of static functions, and types of variables.
uint64_t signatureHash(const llvm::Function &F, uint64_t Source);
uint64_t signatureHash(const llvm::GlobalVariable &Variable, uint64_t Source);

} // namespace revector
#endif
