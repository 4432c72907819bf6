// SPDX-License-Identifier: BSD-2-Clause
#include "compiler-plugin/BodyHash.h"

namespace revector {

uint64_t bodyHash(const llvm::Function &) { return 0; }

uint64_t initHash(const llvm::GlobalVariable &) { return 0; }

} // namespace revector
