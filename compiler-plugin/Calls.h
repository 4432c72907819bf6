// SPDX-License-Identifier: BSD-2-Clause
//
// Calls.h - who in a unit reaches which function of another source file: what a patch
// that changes such a function's signature has to know about those that it leaves out.
#ifndef REVECTOR_PLUGIN_CALLS_H
#define REVECTOR_PLUGIN_CALLS_H

#include <string>
#include <vector>

namespace llvm {
class Module;
} // namespace llvm

namespace revector {

struct Plan;

// One string for each function that M declares and uses, as rv_unit has them. Looks at
// code behind the optimiser: who has a copy of a caller inside is a caller.
std::vector<std::string> listCalls(const llvm::Module &M, const Plan &What);

} // namespace revector
#endif
