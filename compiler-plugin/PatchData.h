// SPDX-License-Identifier: BSD-2-Clause
//
// PatchData.h - variables of a unit that is compiled for a patch.
//
// The program's variables hold its state: the patch reaches them where they live
// and may change neither their type nor, too late, their initialisers.
#ifndef REVECTOR_PLUGIN_PATCHDATA_H
#define REVECTOR_PLUGIN_PATCHDATA_H

namespace llvm {
class Module;
}

namespace revector {

class PatchTarget;
class Refusals;
struct PatchPlan;
struct Unit;

// Adds the program's variables to Plan and refuses what would lose their state.
void planVariables(llvm::Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
                   PatchPlan &Plan);

} // namespace revector
#endif
