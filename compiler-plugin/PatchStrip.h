// SPDX-License-Identifier: BSD-2-Clause
//
// PatchStrip.h - throw out of a module what the program has already.
#ifndef REVECTOR_PLUGIN_PATCHSTRIP_H
#define REVECTOR_PLUGIN_PATCHSTRIP_H

namespace llvm {
class Module;
}

namespace revector {

struct PatchPlan;

// Leaves replaced functions, hooks, new ones that something outside this module may
// call, new variables likewise, and what these need. Everything that exists in
// the program becomes a declaration. Constructors, destructors, lists of kept
// symbols and file-scope assembler go. Functions that are erased leave Plan.
void stripToPatch(llvm::Module &M, PatchPlan &Plan);

void eraseUnusedDeclarations(llvm::Module &M);

} // namespace revector
#endif
