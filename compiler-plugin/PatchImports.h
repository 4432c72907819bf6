// SPDX-License-Identifier: BSD-2-Clause
//
// PatchImports.h - turn references to things of the program into loads from
// slots that the loader fills in, and initialised pointers into fixups.
#ifndef REVECTOR_PLUGIN_PATCHIMPORTS_H
#define REVECTOR_PLUGIN_PATCHIMPORTS_H

namespace llvm {
class Module;
}

namespace revector {

class PatchTarget;
class RecordWriter;
class Refusals;
struct PatchPlan;

// Every reference to one of Plan's imports, from a body or an initialiser that is
// left in M, goes through a slot; records of the slots and fixups are written
// with Writer. A reference that must be a constant is refused, except in the
// tables of exception handling: those stay symbols.
void replaceImports(llvm::Module &M, const PatchPlan &Plan, const PatchTarget &Target,
                    Refusals &Refuse, RecordWriter &Writer);

} // namespace revector
#endif
