// SPDX-License-Identifier: BSD-2-Clause
//
// PatchHooks.h - tell the runtime which functions of a patch it is to run when the
// patch is applied and reverted (runtime/include/revector/patch.h).
#ifndef REVECTOR_PLUGIN_PATCHHOOKS_H
#define REVECTOR_PLUGIN_PATCHHOOKS_H

namespace llvm {
class Module;
}

namespace revector {

class RecordWriter;
class Refusals;

// Writes the record of this unit's hooks, if it has any. Refuses a second one of a kind:
// which of the two would the end of the other kind belong to?
void recordHooks(llvm::Module &M, RecordWriter &Writer, Refusals &Refuse);

} // namespace revector
#endif
