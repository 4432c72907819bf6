// SPDX-License-Identifier: BSD-2-Clause
//
// Refusals.h - say why a patch cannot be made, by name. Every refusal is one error of
// clang, in one sentence, with the section of docs/limits.md that says what to do instead.
//
// They are gathered, and said together: first the layouts that have changed, each with all
// who are refused for it, since that is one change of the source and not one for each.
#ifndef REVECTOR_PLUGIN_REFUSALS_H
#define REVECTOR_PLUGIN_REFUSALS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>
#include <vector>

namespace llvm {
class GlobalValue;
} // namespace llvm

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
  // %1 is for the first few of the symbols Others, if there are any.
  void because(Limit Section, llvm::StringRef Sentence, const llvm::GlobalValue &What,
               llvm::ArrayRef<std::string> Others);
  // For the type of What: if that leads to a layout that has changed, this is the reason, and
  // Sentence is not said.
  void becauseOfType(Limit Section, llvm::StringRef Sentence, const llvm::GlobalValue &What,
                     const llvm::GlobalValue *Other = nullptr);
  // About something that is no symbol.
  void because(Limit Section, llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);
  // Not a refusal: the patch is made.
  void warn(llvm::StringRef Sentence, const llvm::GlobalValue &What,
            llvm::ArrayRef<std::string> Others = {});
  void warn(llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);

  // Says it all. Of one sentence that refuses many, the names behind the first few come
  // together: clang stops at twenty errors.
  void say();
  // More about what was said last, at once.
  void explain(llvm::StringRef Sentence, llvm::ArrayRef<std::string> Words);

  bool any() const { return Count; }

private:
  static constexpr unsigned Each = 6;
  struct Saying {
    bool IsError;
    std::string Sentence; // of an error, with its section
    std::vector<std::string> Words;
  };
  struct Reason {
    unsigned Count = 0;
    std::string First, Others; // names
  };
  struct Layout {
    std::string Change;
    std::vector<std::string> Users; // names
  };

  const Unit &Info;
  unsigned Count = 0;
  std::vector<Saying> Unsaid;
  std::map<std::string, Reason> Reasons; // by sentence
  std::map<std::string, Layout> Layouts; // by title

  void count(Limit Section, llvm::StringRef Sentence, const llvm::GlobalValue &What,
             std::vector<std::string> Words);
  bool isForLayout(const llvm::GlobalValue &What);
  void sayLayouts();
};

} // namespace revector
#endif
