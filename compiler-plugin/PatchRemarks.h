// SPDX-License-Identifier: BSD-2-Clause
//
// PatchRemarks.h - -Rpass=revector in patch mode: what is in the patch and why,
// and what it reaches in the program.
#ifndef REVECTOR_PLUGIN_PATCHREMARKS_H
#define REVECTOR_PLUGIN_PATCHREMARKS_H

namespace llvm {
class GlobalValue;
class Instruction;
} // namespace llvm

namespace revector {

struct PatchPlan;
struct Unit;

// Before anything is stripped. If the unit adds nothing to the patch, clang says
// that nothing has changed, whether remarks are on or not.
void remarkPlan(const PatchPlan &Plan, const Unit &Info);

// User reaches Imported, which is the program's.
void remarkImport(const llvm::Instruction &User, const llvm::GlobalValue &Imported);

} // namespace revector
#endif
