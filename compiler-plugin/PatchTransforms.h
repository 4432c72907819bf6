// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTransforms.h - a patch that changes the layout of types and converts their live
// objects: whether what the author says of them is so, and the records for the runtime.
#ifndef REVECTOR_PLUGIN_PATCHTRANSFORMS_H
#define REVECTOR_PLUGIN_PATCHTRANSFORMS_H

namespace llvm {
class Module;
}

namespace revector {

class PatchTarget;
class RecordWriter;
class Refusals;
struct PatchPlan;
struct Unit;

// Refuses a transformer whose old layout is not the program's, that lacks a function, or that
// calls a function which is replaced. All other plans have been made. Adds to Plan.Transformers.
void planTransforms(llvm::Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
                    PatchPlan &Plan);

// One record for each type that this unit says has changed.
void recordTransforms(llvm::Module &M, const Unit &Info, RecordWriter &Writer);

} // namespace revector
#endif
