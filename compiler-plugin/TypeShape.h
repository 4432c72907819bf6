// SPDX-License-Identifier: BSD-2-Clause
//
// TypeShape.h - types of the AST as sequences of words and references to
// structs, and a hash over everything that such a sequence can reach.
//
// A struct may reach itself, so its hash cannot simply be computed from its
// fields' hashes: see TypeShape.cpp.
#ifndef REVECTOR_PLUGIN_TYPESHAPE_H
#define REVECTOR_PLUGIN_TYPESHAPE_H

#include "compiler-plugin/Transforms.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class EnumDecl;
class FunctionDecl;
class FunctionType;
class QualType;
class RecordDecl;
class RecordType;
class Type;
} // namespace clang

namespace revector {

struct RecordShape;

// A word, or (Record set) whatever is known of that struct.
struct ShapeItem {
  uint64_t Word;
  RecordShape *Record;
};
using Shape = std::vector<ShapeItem>;

struct RecordShape {
  const clang::RecordDecl *Of;        // its definition
  Shape Items;                        // layout and fields
  std::vector<RecordShape *> Targets; // structs in Items
  uint64_t Hash = 0;                  // valid once hashAll() has run
};

class TypeShapes {
public:
  // A struct that is in Was counts as the one that it was.
  explicit TypeShapes(clang::ASTContext &Context, WasMap Was)
      : Context(Context), Was(std::move(Was)) {}

  void addType(clang::QualType T, Shape &To);
  void addFunction(const clang::FunctionDecl &F, Shape &To);

  // To be called once, when all shapes that will be asked for have been made.
  void hashAll();
  static uint64_t hash(const Shape &Of);
  // The one of Types that Of leads to in the fewest steps; null: none. After hashAll(), too.
  static const clang::RecordDecl *nearest(const Shape &Of, const WasMap &Types);

  // Of all named types but those of system headers, as rv_unit has them; sorted.
  std::vector<std::string> texts() const;

private:
  void addRecord(const clang::RecordType *T, Shape &To);
  void addCallable(const clang::FunctionType *T, Shape &To);
  void addPassed(clang::QualType Written, Shape &To);
  void addDerived(const clang::Type *T, Shape &To);
  RecordShape *record(const clang::RecordDecl *R);
  void layOut(const clang::RecordDecl *R, RecordShape &Into);
  void hashGroup(llvm::ArrayRef<RecordShape *> Group);

  clang::ASTContext &Context;
  WasMap Was;
  llvm::DenseMap<const clang::RecordDecl *, std::unique_ptr<RecordShape>> Records;
  std::vector<const clang::RecordDecl *> Unfinished; // shape made, fields not yet
  llvm::SmallPtrSet<const clang::EnumDecl *, 16> Enums;
};

// "struct NAME", size and fields in lines, as rv_unit has them; empty for what has no name.
std::string typeText(const clang::ASTContext &Context, const clang::RecordDecl &R);

// The first line of such a text.
llvm::StringRef titleOf(llvm::StringRef Text);

} // namespace revector
#endif
