// SPDX-License-Identifier: BSD-2-Clause
//
// Altered.h - types that have another layout than in the program, who says so in its
// signature, and who works on their objects without saying so.
//
// Type hashes see what parameters and variables reach that the unit defines. Not a context
// that is kept behind a `void *`, nor what other units hand over, who know the old layout.
#ifndef REVECTOR_PLUGIN_ALTERED_H
#define REVECTOR_PLUGIN_ALTERED_H

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/PassManager.h"

#include <memory>
#include <string>

namespace clang {
class ASTContext;
}

namespace revector {

class PatchTarget;
struct Unit;

struct AlteredType {
  std::string Title, Change; // "struct session", "16 bytes, now 24"
};

// By symbol, one such type of each. Types that the source says how to convert (Transforms.h)
// are left out.
struct AlteredTypes {
  llvm::StringMap<std::string> Users;   // functions that share objects; titles
  llvm::StringMap<AlteredType> Reached; // by the types of functions and variables
};

AlteredTypes findAltered(clang::ASTContext &Context, const PatchTarget &Target);

// In front of the optimiser, in patch mode: notes it at the functions, and at those
// that may get a copy of one inside them.
class NoteAlteredPass : public llvm::PassInfoMixin<NoteAlteredPass> {
public:
  explicit NoteAlteredPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

// The title that was noted at F; empty: none.
llvm::StringRef alteredType(const llvm::Function &F);

} // namespace revector
#endif
