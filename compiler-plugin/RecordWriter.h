// SPDX-License-Identifier: BSD-2-Clause
//
// RecordWriter.h - puts a C struct into the module as initialised data.
//
// The struct is the one of record.h, filled in by the plugin itself; only its
// rv_rel fields, whose values the linker knows, are given beside it. So no
// layout is written down a second time.
#ifndef REVECTOR_PLUGIN_RECORDWRITER_H
#define REVECTOR_PLUGIN_RECORDWRITER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

#include <cstddef>

namespace llvm {
class Constant;
class GlobalObject;
class GlobalValue;
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

// The rv_rel field at Offset of a record, and what it leads to (null: 0). The
// target must be bound to this image: local, hidden, or an alias that is.
struct Link {
  size_t Offset;
  llvm::Constant *Target;
};

class RecordWriter {
public:
  explicit RecordWriter(llvm::Module &M) : M(M) {}

  // A private record without contents yet; define() must follow.
  template <typename Record>
  llvm::GlobalVariable *declare(const llvm::Twine &Name, llvm::StringRef Section) {
    return declare(sizeof(Record), alignof(Record), Name, Section);
  }

  template <typename Record>
  void define(llvm::GlobalVariable *Variable, const Record &Contents, llvm::ArrayRef<Link> Links) {
    define(Variable, &Contents, sizeof(Record), Links);
  }

  // Lets the linker drop Record when it drops Owner, and never before that.
  void tie(llvm::GlobalVariable *Record, llvm::GlobalObject &Owner);

  // Text in the strings section; equal texts once.
  llvm::Constant *string(llvm::StringRef Text);
  // The symbol's name, likewise.
  llvm::Constant *name(const llvm::GlobalValue &Of);

  // Private data of our own in Section, which no sanitizer pads and no
  // optimiser takes for constant: the runtime changes it.
  llvm::GlobalVariable *changingData(llvm::Constant *Contents, const llvm::Twine &Name,
                                     llvm::StringRef Section);

private:
  llvm::Module &M;
  llvm::StringMap<llvm::Constant *> Strings;

  llvm::GlobalVariable *declare(size_t Size, size_t Align, const llvm::Twine &Name,
                                llvm::StringRef Section);
  void define(llvm::GlobalVariable *Variable, const void *Contents, size_t Size,
              llvm::ArrayRef<Link> Links);
};

// Contents of the rv_rel field at Offset of Record.
llvm::Constant *distanceTo(llvm::Constant *Target, llvm::GlobalVariable *Record, size_t Offset);

// Keeps sanitizers from padding or checking Variable.
void exemptFromSanitizers(llvm::GlobalVariable *Variable);

} // namespace revector
#endif
