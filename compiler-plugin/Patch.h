// SPDX-License-Identifier: BSD-2-Clause
//
// Patch.h - patch mode: instead of instrumenting a unit, make a patch of it.
#ifndef REVECTOR_PLUGIN_PATCH_H
#define REVECTOR_PLUGIN_PATCH_H

namespace llvm {
class Module;
}

namespace revector {

struct Unit;

// Turns M into a patch for Info.Opts.PatchProgram. Whatever cannot be done
// safely is reported to Info.Diags as an error; returns false then.
bool runPatchMode(llvm::Module &M, const Unit &Info);

} // namespace revector
#endif
