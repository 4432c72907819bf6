// SPDX-License-Identifier: BSD-2-Clause
//
// IRHash.cpp - types by structure, constants by value, names by linkage.
#include "compiler-plugin/IRHash.h"

#include "compiler-plugin/LineNotes.h"
#include "compiler-plugin/Lines.h"

#include "llvm/IR/ConstantRange.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/KnownBits.h"

#include <utility>

using namespace llvm;

namespace revector {

bool isContent(const GlobalVariable &Variable) {
  return Variable.hasInitializer() && Variable.isConstant() && Variable.hasLocalLinkage() &&
         !Variable.isExternallyInitialized() && !Variable.isThreadLocal();
}

// ---- types ----

void IRHash::type(const Type *T) {
  add(T->getTypeID());
  if (auto *Int = dyn_cast<IntegerType>(T))
    add(Int->getBitWidth());
  else if (auto *Pointer = dyn_cast<PointerType>(T))
    add(Pointer->getAddressSpace());
  else if (auto *Array = dyn_cast<ArrayType>(T))
    add(Array->getNumElements());
  else if (auto *Vector = dyn_cast<VectorType>(T))
    add(Vector->getElementCount().getKnownMinValue());
  else if (auto *Struct = dyn_cast<StructType>(T))
    add(Struct->isPacked());
  else if (auto *Callable = dyn_cast<FunctionType>(T))
    add(Callable->isVarArg());
  add(T->getNumContainedTypes());
  for (const Type *Part : T->subtypes())
    type(Part);
}

// ---- constants ----

void IRHash::aggregate(const Constant *C) {
  type(C->getType());
  if (auto *Data = dyn_cast<ConstantDataSequential>(C))
    return add(Data->getRawDataValues());
  add(C->getNumOperands());
  for (const Value *Part : C->operands())
    constant(cast<Constant>(Part));
}

void IRHash::number(const APInt &Value) {
  for (unsigned I = 0; I < Value.getNumWords(); ++I)
    add(Value.getRawData()[I]);
}

void IRHash::label(const BlockAddress *Label) {
  const Function &F = *Label->getFunction();
  auto At = find_if(F, [&](const BasicBlock &B) { return &B == Label->getBasicBlock(); });
  add(F.getName());
  add(std::distance(F.begin(), At));
}

void IRHash::expression(const ConstantExpr *Expression) {
  add(Expression->getOpcode());
  add(Expression->getRawSubclassOptionalData());
  auto *GEP = dyn_cast<GEPOperator>(Expression);
  if (!GEP)
    return aggregate(Expression);
  constant(cast<Constant>(GEP->getPointerOperand()));
  for (const Value *Index : offset(*GEP))
    constant(cast<Constant>(Index));
}

void IRHash::constant(const Constant *C) {
  add(C->getValueID());
  if (auto *Global = dyn_cast<GlobalValue>(C))
    return global(Global);
  if (auto *Label = dyn_cast<BlockAddress>(C))
    return label(Label);
  if (auto *Expression = dyn_cast<ConstantExpr>(C))
    return expression(Expression);
  if (!isa<ConstantInt, ConstantFP>(C))
    return aggregate(C);
  type(C->getType());
  if (auto *Number = dyn_cast<ConstantInt>(C); Number && Of && isLineIn(*Of, *Number))
    return add("");
  number(isa<ConstantInt>(C) ? cast<ConstantInt>(C)->getValue()
                             : cast<ConstantFP>(C)->getValueAPF().bitcastToAPInt());
}

void IRHash::global(const GlobalValue *G) {
  auto *Variable = dyn_cast<GlobalVariable>(G);
  if (!Variable || !isContent(*Variable))
    return add(isLine(*G) ? "" : G->getName());
  auto [Found, IsNew] = Contents.try_emplace(Variable, Contents.size());
  add(Found->second);
  if (!IsNew)
    return;
  add(Variable->getSection());
  add(Variable->getAlign().valueOrOne().value());
  initializer(*Variable);
}

void IRHash::initializer(const GlobalVariable &Variable) {
  const GlobalVariable *Around = std::exchange(Of, &Variable);
  if (StringRef Text = textWithoutLines(Variable); !Text.empty())
    add(Text);
  else
    constant(Variable.getInitializer());
  Of = Around;
}

SmallVector<const Value *, 2> IRHash::offset(const GEPOperator &GEP) {
  SmallVector<const Value *, 2> Indices;
  unsigned Width = Layout.getIndexTypeSizeInBits(GEP.getType());
  MapVector<Value *, APInt> Scaled;
  APInt Fixed(Width, 0);
  if (!GEP.getType()->isVectorTy() && GEP.collectOffset(Layout, Width, Scaled, Fixed)) {
    add(Fixed.getZExtValue());
    for (auto &[Index, Scale] : Scaled) {
      add(Scale.getZExtValue());
      Indices.push_back(Index);
    }
  } else {
    type(GEP.getSourceElementType());
    Indices.assign(GEP.idx_begin(), GEP.idx_end());
  }
  add(Indices.size());
  return Indices;
}

// ---- attributes ----

// What the optimiser has found out and used up: if it made a difference, the
// difference is in the IR. The code generator does not ask for these.
static bool isUsedUp(Attribute A) {
  if (A.isStringAttribute())
    return A.getKindAsString() == "llvm.assume";
  switch (A.getKindAsEnum()) {
  case Attribute::Memory:
  case Attribute::MustProgress:
  case Attribute::NoCallback:
  case Attribute::NoCapture:
  case Attribute::NoFree:
  case Attribute::NoRecurse:
  case Attribute::NoSync:
  case Attribute::NoUndef:
  case Attribute::ReadNone:
  case Attribute::ReadOnly:
  case Attribute::WillReturn:
  case Attribute::WriteOnly:
    return true;
  default:
    return false;
  }
}

// What a caller's code relies on, of the attributes that hold for a whole function.
static const Attribute::AttrKind CalleeKinds[] = {
    Attribute::Cold,      Attribute::Convergent,   Attribute::Hot,      Attribute::NoBuiltin,
    Attribute::NoCfCheck, Attribute::NoDuplicate,  Attribute::NoMerge,  Attribute::NoReturn,
    Attribute::NoUnwind,  Attribute::ReturnsTwice, Attribute::StrictFP,
};

// Callers' code can depend on bits that are always the same, and on a value that
// is never 0. The bounds themselves move with every constant.
void IRHash::range(const ConstantRange &Range) {
  KnownBits Known = Range.toKnownBits();
  number(Known.Zero);
  number(Known.One);
  add(Range.contains(APInt::getZero(Range.getBitWidth())));
}

void IRHash::attribute(Attribute A) {
  if (A.isStringAttribute()) {
    add(A.getKindAsString());
    return add(A.getValueAsString());
  }
  add(A.getKindAsEnum());
  if (A.isTypeAttribute()) {
    if (const Type *T = A.getValueAsType())
      type(T);
  } else if (A.isIntAttribute()) {
    add(A.getValueAsInt());
  } else if (A.hasAttribute(Attribute::Range)) {
    range(A.getRange());
  } else if (!A.isEnumAttribute()) {
    add(A.getAsString());
  }
}

void IRHash::attributeSet(AttributeSet Set) {
  uint64_t Count = 0;
  for (Attribute A : Set) {
    if (isUsedUp(A))
      continue;
    attribute(A);
    ++Count;
  }
  add(Count);
}

void IRHash::ownAttributes(const Function &F) {
  AttributeList List = F.getAttributes();
  for (unsigned I : List.indexes())
    attributeSet(List.getAttributes(I));
}

void IRHash::callAttributes(const CallBase &Call) {
  AttributeList List = Call.getAttributes();
  for (unsigned I : List.indexes())
    attributeSet(List.getAttributes(I));
}

void IRHash::callee(const Function &F) {
  if (F.isIntrinsic())
    return;
  type(F.getFunctionType());
  add(F.getCallingConv());
  AttributeList List = F.getAttributes();
  for (Attribute::AttrKind Kind : CalleeKinds)
    add(List.hasFnAttr(Kind));
  attributeSet(List.getRetAttrs());
  for (unsigned I = 0; I < F.arg_size(); ++I)
    attributeSet(List.getParamAttrs(I));
}

void IRHash::abiAttributes(const Function &F) {
  static const Attribute::AttrKind Kinds[] = {
      Attribute::ByRef, Attribute::ByVal,     Attribute::InAlloca,       Attribute::InReg,
      Attribute::Nest,  Attribute::SExt,      Attribute::StackAlignment, Attribute::StructRet,
      Attribute::ZExt,  Attribute::SwiftSelf, Attribute::SwiftError,     Attribute::SwiftAsync,
  };
  AttributeList List = F.getAttributes();
  for (unsigned I = 0; I <= F.arg_size(); ++I)
    for (Attribute::AttrKind Kind : Kinds)
      if (Attribute A = List.getAttributeAtIndex(I, Kind); A.isValid()) {
        add(I); // 0 is the result
        attribute(A);
      }
}

// ---- metadata ----

void IRHash::metadata(const Metadata *MD) {
  add(MD ? MD->getMetadataID() : ~0u);
  if (auto *Text = dyn_cast_or_null<MDString>(MD))
    return add(Text->getString());
  if (auto *Value = dyn_cast_or_null<ConstantAsMetadata>(MD))
    return constant(Value->getValue());
  // A distinct node stands for itself, such as a scope of aliases; only through
  // these can metadata lead back to itself.
  auto *Node = dyn_cast_or_null<MDNode>(MD);
  if (!Node || Node->isDistinct())
    return;
  add(Node->getNumOperands());
  for (const MDOperand &Operand : Node->operands())
    metadata(Operand);
}

} // namespace revector
