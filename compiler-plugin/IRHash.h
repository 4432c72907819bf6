// SPDX-License-Identifier: BSD-2-Clause
//
// IRHash.h - feed the parts of IR that no function owns into a hash: types,
// constants, globals, attributes, metadata.
//
// What counts and what does not is decided here, once, for bodies, initialisers
// and signatures alike. BodyHash.cpp adds instructions.
#ifndef REVECTOR_PLUGIN_IRHASH_H
#define REVECTOR_PLUGIN_IRHASH_H

#include "compiler-plugin/HashStream.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Attributes.h"

namespace llvm {
class APInt;
class BlockAddress;
class CallBase;
class Constant;
class ConstantExpr;
class ConstantRange;
class DataLayout;
class Function;
class GEPOperator;
class GlobalValue;
class GlobalVariable;
class Metadata;
class Type;
class Value;
} // namespace llvm

namespace revector {

// A constant that has no name outside the unit, such as a string literal or a
// `static const` table: known by its content, and copied where it is needed.
bool isContent(const llvm::GlobalVariable &Variable);

class IRHash {
public:
  explicit IRHash(const llvm::DataLayout &Layout) : Layout(Layout) {}

  void add(uint64_t Word) { Out.add(Word); }
  void add(llvm::StringRef Text) { Out.add(Text); }
  uint64_t finish() const { return Out.finish(); }

  void type(const llvm::Type *T);
  void constant(const llvm::Constant *C);
  void initializer(const llvm::GlobalVariable &Variable);
  void metadata(const llvm::Metadata *MD);

  // What GEP adds to its base: the constant part, and a scale for each variable
  // index; the caller feeds in the indices themselves.
  llvm::SmallVector<const llvm::Value *, 2> offset(const llvm::GEPOperator &GEP);

  // Function F as code sees it that calls F directly.
  void callee(const llvm::Function &F);
  void ownAttributes(const llvm::Function &F);
  void callAttributes(const llvm::CallBase &Call);
  // How parameters and result travel.
  void abiAttributes(const llvm::Function &F);

private:
  void aggregate(const llvm::Constant *C);
  void number(const llvm::APInt &Value);
  void label(const llvm::BlockAddress *Label);
  void expression(const llvm::ConstantExpr *Expression);
  void global(const llvm::GlobalValue *G);
  void attribute(llvm::Attribute A);
  void range(const llvm::ConstantRange &Range);
  void attributeSet(llvm::AttributeSet Set);

  HashStream Out;
  const llvm::DataLayout &Layout;
  const llvm::GlobalVariable *Of = nullptr; // whose initialiser is being fed in
  // Contents that have been fed in, or are being fed in, by order of first use.
  llvm::DenseMap<const llvm::GlobalVariable *, unsigned> Contents;
};

} // namespace revector
#endif
