// SPDX-License-Identifier: BSD-2-Clause
//
// Patch.h - patch mode: before a unit is translated, reduce it to what the
// running program does not have.
//
// The unit must be compiled by the command of its record, as position-independent
// code for a shared object. What is left afterwards is translated as any unit:
// new functions become methods of the patch; new bodies of the program's methods
// are marked, and Choose.cpp leaves them alone.
#ifndef REVECTOR_PLUGIN_PATCH_H
#define REVECTOR_PLUGIN_PATCH_H

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace revector {

struct Unit;

// Makes M a part of a patch for Info.Target, with all records of record.h's
// `patches`. If something has been refused, errors have gone to Info.Diags and
// the result is false. A unit in which nothing has changed has no replacements
// and no new functions; a remark says so.
bool makePatch(llvm::Module &M, const Unit &Info);

// Whether F is a new body for a method of the program.
bool isReplacement(const llvm::Function &F);

} // namespace revector
#endif
