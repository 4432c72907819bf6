// SPDX-License-Identifier: BSD-2-Clause
//
// Written.h - functions as the source has them, before the optimiser: who has changed itself?
//
// The optimiser puts functions into their callers, and lets callers rely on what it has found
// out of them: that one returns, or that its result is never more than 255. So a patch replaces
// functions that nobody has touched. Whoever reads "'main' has changed" then looks for a change
// that is not there. For what people read only: body hashes decide what a patch has.
#ifndef REVECTOR_PLUGIN_WRITTEN_H
#define REVECTOR_PLUGIN_WRITTEN_H

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/PassManager.h"

#include <memory>
#include <string>
#include <vector>

namespace revector {

class PatchTarget;
struct Unit;

struct Written {
  uint64_t Hash;
  std::vector<std::string> Callees; // functions of this unit, one for each call by name; in order
};

// By symbol, those that the unit defines.
using WrittenFunctions = llvm::StringMap<Written>;

// In front of the optimiser, in every compilation, behind StaticNamesPass and before anything
// else is changed. Fills in Info.Functions.
class NoteWrittenPass : public llvm::PassInfoMixin<NoteWrittenPass> {
public:
  explicit NoteWrittenPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

// The symbols nearest to function Name, among those that it calls or that these call, that have
// changed themselves since Target was built.
std::vector<std::string> changedBelow(llvm::StringRef Name, const WrittenFunctions &Functions,
                                      const PatchTarget &Target);

} // namespace revector
#endif
