// SPDX-License-Identifier: BSD-2-Clause
//
// Transforms.h - types whose layout a patch changes, with functions that convert live objects
// (runtime/include/revector/transform.h): what the source says about them.
//
// REVECTOR_WAS and REVECTOR_TRANSFORM expand to a struct with a mark, whose first two fields
// point to the type and to what it was; the latter also to a variable of that struct.
#ifndef REVECTOR_PLUGIN_TRANSFORMS_H
#define REVECTOR_PLUGIN_TRANSFORMS_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/PassManager.h"

#include <memory>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class Decl;
class QualType;
class RecordDecl;
} // namespace clang

namespace revector {

struct Unit;

// What each changed type was.
using WasMap = llvm::DenseMap<const clang::RecordDecl *, const clang::RecordDecl *>;

struct TypeChange {
  std::string Title;     // "struct session", as in rv_unit's types
  std::string Then, Now; // the lines behind the title, of either layout
  std::string Variable;  // of REVECTOR_TRANSFORM; empty: another file has it
  uint64_t ThenSize, NowSize;
  bool Moves, MovesBack; // a converted object does not fit in the place of the other
};

struct TypeChanges {
  std::vector<TypeChange> All;
  // By symbol: functions that know such a type, and variables that hold one.
  llvm::StringSet<> Users, Holders;
};

// In a patch, the variable of REVECTOR_TRANSFORM is needed although nobody reads it.
void keepTransformer(clang::Decl &D);

// Once the whole unit has been parsed.
WasMap findWas(clang::ASTContext &Context);
TypeChanges findChanges(clang::ASTContext &Context, const WasMap &Was);

// The one of Types that T is, or leads to by pointers, references and arrays; null: none.
const clang::RecordDecl *reached(clang::QualType T, const WasMap &Types);

// In front of the optimiser, in patch mode: keeps functions that know a changed type out of
// others. Whoever has one in itself in the program then has another body, and is replaced;
// so no function that stays has an old object in hand.
class KeepUsersApartPass : public llvm::PassInfoMixin<KeepUsersApartPass> {
public:
  explicit KeepUsersApartPass(std::shared_ptr<const Unit> Info) : Info(std::move(Info)) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  std::shared_ptr<const Unit> Info;
};

} // namespace revector
#endif
