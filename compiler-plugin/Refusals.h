// SPDX-License-Identifier: BSD-2-Clause
//
// Refusals.h - say why a patch cannot be made, by name, and remember that it was
// said. Every refusal is one error of clang, in one sentence, with the section of
// docs/limits.md that says what to do instead.
#ifndef REVECTOR_PLUGIN_REFUSALS_H
#define REVECTOR_PLUGIN_REFUSALS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace llvm {
class GlobalValue;
}

namespace revector {

struct Unit;

enum class Limit {
#define RV_LIMIT(name, word) name,
#include "revector/limit.def"
#undef RV_LIMIT
};

class Refusals {
public:
  explicit Refusals(const Unit &Info) : Info(Info) {}

  // Sentence has %0 (and %1) for the names.
  void because(Limit Section, llvm::StringRef Sentence, const llvm::GlobalValue &What);
  void because(Limit Section, llvm::StringRef Sentence, const llvm::GlobalValue &What,
               const llvm::GlobalValue &Other);
  // About something that is no symbol.
  void because(Limit Section, llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);
  // More about what was refused last.
  void explain(llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);
  // Not a refusal: the patch is made.
  void warn(llvm::StringRef Sentence, const llvm::GlobalValue &What);
  void warn(llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);

  // Names of all that were refused after the first few of one sentence. clang stops at
  // twenty errors, and a layout that everybody knows refuses hundreds of functions.
  void sayOthers();

  bool any() const { return Count; }

private:
  static constexpr unsigned Each = 6;
  struct Reason {
    unsigned Count = 0;
    std::string First, Others; // names
  };

  const Unit &Info;
  unsigned Count = 0;
  llvm::MapVector<llvm::StringRef, Reason> Reasons; // by sentence, which is a literal

  bool isSaid(llvm::StringRef Sentence, const llvm::GlobalValue &What);
};

} // namespace revector
#endif
