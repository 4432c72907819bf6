// SPDX-License-Identifier: BSD-2-Clause
//
// BodyHash.cpp - one walk over a function's IR, in the order of its blocks.
//
// Local values are numbered in that order. Types count by structure, addresses
// by offset and not by the type that the offset was computed with: a field that
// is appended to a struct does not change code that never sees it.
#include "compiler-plugin/BodyHash.h"
#include "compiler-plugin/IRHash.h"
#include "compiler-plugin/LoopCalls.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace revector {

namespace {

// Metadata that the code generator reads. Alias metadata is not there: it lets
// the optimiser do what the IR then shows. Of a TBAA tag the accessed type counts.
const unsigned MetadataKinds[] = {
    LLVMContext::MD_align,          LLVMContext::MD_dereferenceable, LLVMContext::MD_fpmath,
    LLVMContext::MD_invariant_load, LLVMContext::MD_nonnull,         LLVMContext::MD_nontemporal,
    LLVMContext::MD_prof,           LLVMContext::MD_range,           LLVMContext::MD_unpredictable,
};

class BodyHasher {
public:
  BodyHasher(const Function &F, bool CountsCallees)
      : F(F), CountsCallees(CountsCallees), Out(F.getParent()->getDataLayout()) {}

  uint64_t run() {
    number();
    head();
    for (const BasicBlock &Block : F) {
      Out.add(Block.size() ? 'B' : 0);
      for (const Instruction &I : Block)
        if (!I.isDebugOrPseudoInst())
          instruction(I);
    }
    return Out.finish();
  }

private:
  void number() {
    for (const Argument &A : F.args())
      Locals.try_emplace(&A, Locals.size());
    for (const BasicBlock &Block : F) {
      Locals.try_emplace(&Block, Locals.size());
      for (const Instruction &I : Block)
        if (!I.isDebugOrPseudoInst())
          Locals.try_emplace(&I, Locals.size());
    }
  }

  void head() {
    Out.type(F.getFunctionType());
    Out.add(F.getCallingConv());
    Out.add(F.getSection());
    Out.add(F.getAlign().valueOrOne().value());
    Out.add(F.hasGC() ? StringRef(F.getGC()) : StringRef());
    Out.ownAttributes(F);
    for (const Use &Extra : F.operands()) // personality, prefix and prologue data
      value(Extra);
  }

  void value(const Value *V) {
    if (auto Local = Locals.find(V); Local != Locals.end())
      return Out.add(Local->second);
    if (auto *C = dyn_cast<Constant>(V))
      return Out.constant(C);
    if (auto *MD = dyn_cast<MetadataAsValue>(V))
      return Out.metadata(MD->getMetadata());
    const auto *Asm = cast<InlineAsm>(V);
    Out.add(Asm->getAsmString());
    Out.add(Asm->getConstraintString());
    Out.add(Asm->hasSideEffects() | Asm->isAlignStack() << 1 | Asm->canThrow() << 2 |
            Asm->getDialect() << 3);
  }

  void instruction(const Instruction &I) {
    Out.add(I.getOpcode());
    Out.add(I.getRawSubclassOptionalData()); // wrapping, exact, fast-math, in bounds
    metadata(I);
    if (auto *GEP = dyn_cast<GEPOperator>(&I)) {
      value(GEP->getPointerOperand());
      for (const Value *Index : Out.offset(*GEP))
        value(Index);
      return;
    }
    Out.type(I.getType());
    Out.add(I.getNumOperands());
    for (const Use &Operand : I.operands())
      value(Operand);
    if (auto *Call = dyn_cast<CallBase>(&I))
      call(*Call);
    else if (I.isAtomic() || I.mayReadOrWriteMemory())
      memory(I);
    else
      special(I);
  }

  void metadata(const Instruction &I) {
    if (!I.hasMetadataOtherThanDebugLoc())
      return;
    for (unsigned Kind : MetadataKinds)
      if (const MDNode *Node = I.getMetadata(Kind)) {
        Out.add(Kind);
        Out.metadata(Node);
      }
    const MDNode *Tag = I.getMetadata(LLVMContext::MD_tbaa);
    if (Tag && Tag->getNumOperands() >= 3)
      if (auto *Accessed = dyn_cast_or_null<MDNode>(Tag->getOperand(1)))
        if (auto *Name = dyn_cast_or_null<MDString>(Accessed->getOperand(0)))
          Out.add(Name->getString());
  }

  void call(const CallBase &Call) {
    Out.type(Call.getFunctionType());
    Out.add(Call.getCallingConv());
    Out.callAttributes(Call);
    if (auto *Plain = dyn_cast<CallInst>(&Call))
      Out.add(Plain->getTailCallKind());
    for (unsigned I = 0; I < Call.getNumOperandBundles(); ++I)
      Out.add(Call.getOperandBundleAt(I).getTagName());
    if (auto *Callee = dyn_cast<Function>(Call.getCalledOperand()->stripPointerCasts());
        Callee && CountsCallees && !isKept(Call))
      Out.callee(*Callee);
  }

  // Loads, stores and atomic operations.
  void memory(const Instruction &I) {
    Out.add(I.isVolatile());
    Out.add(I.isAtomic() ? getAtomicSyncScopeID(&I).value_or(SyncScope::System) : ~0u);
    if (auto *Load = dyn_cast<LoadInst>(&I)) {
      Out.add(Load->getAlign().value());
      Out.add(unsigned(Load->getOrdering()));
    } else if (auto *Store = dyn_cast<StoreInst>(&I)) {
      Out.add(Store->getAlign().value());
      Out.add(unsigned(Store->getOrdering()));
    } else if (auto *Update = dyn_cast<AtomicRMWInst>(&I)) {
      Out.add(Update->getAlign().value());
      Out.add(unsigned(Update->getOrdering()));
      Out.add(Update->getOperation());
    } else if (auto *Exchange = dyn_cast<AtomicCmpXchgInst>(&I)) {
      Out.add(Exchange->getAlign().value());
      Out.add(unsigned(Exchange->getSuccessOrdering()));
      Out.add(unsigned(Exchange->getFailureOrdering()));
      Out.add(Exchange->isWeak());
    } else if (auto *Fence = dyn_cast<FenceInst>(&I)) {
      Out.add(unsigned(Fence->getOrdering()));
    }
  }

  // What other instructions hold besides their operands.
  void special(const Instruction &I) {
    if (auto *Slot = dyn_cast<AllocaInst>(&I)) {
      Out.type(Slot->getAllocatedType());
      Out.add(Slot->getAlign().value());
      Out.add(Slot->isUsedWithInAlloca() | Slot->isSwiftError() << 1);
    } else if (auto *Compare = dyn_cast<CmpInst>(&I)) {
      Out.add(Compare->getPredicate());
    } else if (auto *Phi = dyn_cast<PHINode>(&I)) {
      for (const BasicBlock *From : Phi->blocks())
        value(From);
    } else if (auto *Shuffle = dyn_cast<ShuffleVectorInst>(&I)) {
      for (int Lane : Shuffle->getShuffleMask())
        Out.add(Lane);
    } else if (auto *Extract = dyn_cast<ExtractValueInst>(&I)) {
      for (unsigned Index : Extract->indices())
        Out.add(Index);
    } else if (auto *Insert = dyn_cast<InsertValueInst>(&I)) {
      for (unsigned Index : Insert->indices())
        Out.add(Index);
    } else if (auto *Pad = dyn_cast<LandingPadInst>(&I)) {
      Out.add(Pad->isCleanup());
      for (unsigned Clause = 0; Clause < Pad->getNumClauses(); ++Clause)
        Out.add(Pad->isCatch(Clause));
    }
  }

  const Function &F;
  const bool CountsCallees;
  IRHash Out;
  DenseMap<const Value *, unsigned> Locals;
};

} // namespace

uint64_t bodyHash(const Function &F) { return BodyHasher(F, /*CountsCallees=*/true).run(); }

uint64_t writtenHash(const Function &F) {
  const uint64_t Hash = BodyHasher(F, /*CountsCallees=*/false).run();
  return Hash ? Hash : 1;
}

uint64_t initHash(const GlobalVariable &Variable) {
  if (!Variable.hasInitializer())
    return 0;
  IRHash Out(Variable.getParent()->getDataLayout());
  Out.initializer(Variable);
  return Out.finish();
}

uint64_t signatureHash(const Function &F, uint64_t Source) {
  IRHash Out(F.getParent()->getDataLayout());
  Out.add(Source);
  Out.type(F.getFunctionType());
  Out.add(F.getCallingConv());
  Out.abiAttributes(F);
  return Out.finish();
}

uint64_t signatureHash(const GlobalVariable &Variable, uint64_t Source) {
  IRHash Out(Variable.getParent()->getDataLayout());
  Out.add(Source);
  if (!Source)
    Out.type(Variable.getValueType());
  Out.add(Variable.isThreadLocal());
  return Out.finish();
}

} // namespace revector
