// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTypes.h - what has become of the program's types in the new source.
//
// Hashes decide whether live data fits (PatchData, PatchPlan); here is the reason in words,
// and what no hash covers: the values of enumerators.
#ifndef REVECTOR_PLUGIN_PATCHTYPES_H
#define REVECTOR_PLUGIN_PATCHTYPES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace revector {

class PatchTarget;
class Refusals;
struct Unit;

// What the program's types look like, by their titles.
class ProgramLayouts {
public:
  explicit ProgramLayouts(const PatchTarget &Target);

  // What the program has of the type of this text (TypeShape.h), if that is another text; empty:
  // the same, or nothing. A unit may begin to use a type of a header (IsShared) that only others
  // have known so far.
  llvm::StringRef otherThan(llvm::StringRef Text, bool IsShared) const;

private:
  using Layouts = llvm::StringMap<llvm::SmallVector<llvm::StringRef, 1>>;
  Layouts Own, All;
};

// Refuses an enumerator that has another value than in the program, for live data may hold
// the old one. The last one only gets a warning, since it may be their count.
void checkEnums(const Unit &Info, const PatchTarget &Target, Refusals &Refuse);

// Whether a struct or union that both have is laid out in another way than in the program.
bool hasChangedLayouts(const Unit &Info, const PatchTarget &Target);

// For each such type a note with both layouts.
void explainLayouts(const Unit &Info, const PatchTarget &Target, Refusals &Refuse);

// The lines behind the title of a type of the program's unit; empty: it has no such type.
std::string linesOf(const PatchTarget &Target, llvm::StringRef Title);
// In a few words, how one text differs from another: "16 bytes, now 24", or the first field.
std::string describeChange(llvm::StringRef Then, llvm::StringRef Now);
// The lines in words: "16 bytes (key at 0, 4 bytes; ...)".
std::string describeLayout(llvm::StringRef Lines);

} // namespace revector
#endif
