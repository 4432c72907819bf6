// SPDX-License-Identifier: BSD-2-Clause
//
// LiveData.cpp - one function with one store for each variable.
#include "compiler-plugin/LiveData.h"

#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/Unit.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace revector {
namespace {

constexpr char OtherCode[] = "rv.other.code";

bool isOnlyRead(const Value &Pointer) {
  return all_of(Pointer.users(), [](const User *By) {
    return isa<LoadInst>(By) || (isa<GEPOperator>(By) && isOnlyRead(*By));
  });
}

bool isWrittenByProgram(const GlobalVariable &Variable, const PatchTarget *Target) {
  std::optional<uint32_t> Ordinal = Target ? Target->data(Variable) : std::nullopt;
  return Ordinal && !(Target->file().data[*Ordinal].record->flags & RV_DATA_CONSTANT);
}

// Store whatever From leads to into Variable, if it needs that.
void storeAnything(IRBuilder<> &Builder, GlobalVariable &Variable, Value *From,
                   const PatchTarget *Target) {
  Type *T = Variable.getValueType();
  bool IsOnlyRead = isOnlyRead(Variable);
  if (IsOnlyRead && !isWrittenByProgram(Variable, Target))
    return; // a constant, in fact
  if (T->isSingleValueType())
    Builder.CreateStore(Builder.CreateLoad(T, From), &Variable);
  else if (IsOnlyRead)
    Builder.CreateMemCpy(&Variable, MaybeAlign(), From, MaybeAlign(),
                         Variable.getParent()->getDataLayout().getTypeAllocSize(T));
}

} // namespace

PreservedAnalyses LiveDataPass::run(Module &M, ModuleAnalysisManager &) {
  LLVMContext &Context = M.getContext();
  auto *Type = FunctionType::get(Type::getVoidTy(Context), PointerType::getUnqual(Context), false);
  Function *Other = Function::Create(Type, GlobalValue::ExternalLinkage, OtherCode, M);
  Other->addFnAttr(Attribute::OptimizeNone);
  Other->addFnAttr(Attribute::NoInline);
  IRBuilder<> Builder(BasicBlock::Create(Context, "", Other));
  for (GlobalVariable &Variable : M.globals())
    if (Variable.hasInternalLinkage() && !Variable.isDeclaration() && !Variable.isConstant() &&
        !Variable.isThreadLocal())
      storeAnything(Builder, Variable, Other->getArg(0), Info->Target.get());
  Builder.CreateRetVoid();
  return PreservedAnalyses::none();
}

void forgetOtherCode(Module &M) {
  if (Function *Other = M.getFunction(OtherCode))
    Other->eraseFromParent();
}

} // namespace revector
