// SPDX-License-Identifier: BSD-2-Clause
//
// Records.h - the only producer of the sections that record.h describes.
#ifndef REVECTOR_PLUGIN_RECORDS_H
#define REVECTOR_PLUGIN_RECORDS_H

namespace llvm {
class Module;
}

namespace revector {

class RecordWriter;
struct Plan;
struct Unit;

// Gives every record that the plan declared its contents, adds those of the
// variables, and makes sure that the image registers itself. All methods must
// have been split.
void defineRecords(llvm::Module &M, const Unit &Info, const Plan &What, RecordWriter &Writer);

} // namespace revector
#endif
