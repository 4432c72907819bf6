// SPDX-License-Identifier: BSD-2-Clause
//
// BodyHash.h - hashes of optimised IR, taken before anything is rewritten.
#ifndef REVECTOR_PLUGIN_BODYHASH_H
#define REVECTOR_PLUGIN_BODYHASH_H

#include <cstdint>

namespace llvm {
class Function;
class GlobalVariable;
} // namespace llvm

namespace revector {

uint64_t bodyHash(const llvm::Function &F);
uint64_t initHash(const llvm::GlobalVariable &Variable);

} // namespace revector
#endif
