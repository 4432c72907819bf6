// SPDX-License-Identifier: BSD-2-Clause
//
// Stub.cpp - the stub takes over everything that others see of the function;
// the body keeps everything that is about its code.
#include "compiler-plugin/Stub.h"

#include "compiler-plugin/Plan.h"
#include "runtime/arch/stub.h"
#include "tablewalk/tw_format.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

// Assembler text and the constants that it names, in order: ${0:c}, ${1:c}, ...
struct StubText {
  StringRef Text;
  SmallVector<Value *, 4> Operands;
};

constexpr char WalkText[] = RV_STUB_WALK("${0:c}", "${1:c}");
constexpr char LeafText[] = RV_STUB_LEAF("${0:c}", "${1:c}");
constexpr char FaultText[] = RV_STUB_FAULT("${0:c}", "${1:c}", "${2:c}", "${3:c}");

Constant *number(Module &M, uint64_t Value) {
  return ConstantInt::get(Type::getInt64Ty(M.getContext()), Value);
}

StubText stubText(Module &M, const Method &What, Translation How) {
  const uint64_t Offset = What.Index * sizeof(uint64_t);
  if (How == Translation::Leaf)
    return {LeafText, {What.Home->Leaf, number(M, sizeof(tw_table) + Offset)}};
  return {WalkText, {What.Home->Slot, number(M, Offset)}};
}

// Constraint "s" takes a symbol by name even where its address is not an
// immediate. Operands instead of names in the text: LTO renames local symbols.
void emitText(Function &Stub, const StubText &Body) {
  std::string Constraints;
  SmallVector<Type *, 4> Types;
  for (const Value *Operand : Body.Operands) {
    Constraints += Constraints.empty() ? "" : ",";
    Constraints += isa<ConstantInt>(Operand) ? "i" : "s";
    Types.push_back(Operand->getType());
  }
  IRBuilder<> Builder(BasicBlock::Create(Stub.getContext(), "", &Stub));
  auto *Code = FunctionType::get(Builder.getVoidTy(), Types, /*isVarArg=*/false);
  if (DISubprogram *Line = Stub.getSubprogram())
    Builder.SetCurrentDebugLocation(
        DILocation::get(Stub.getContext(), Line->getScopeLine(), 0, Line));
  Builder.CreateCall(InlineAsm::get(Code, Body.Text, Constraints, /*hasSideEffects=*/true),
                     Body.Operands);
  Builder.CreateUnreachable();
}

// What a caller's code generation depends on. All else that was found out about
// the body (memory effects, returned values, ...) holds for this body only.
AttributeList attributesForCallers(const Function &F) {
  static const Attribute::AttrKind AbiKinds[] = {
      Attribute::ZExt,      Attribute::SExt,      Attribute::InReg,          Attribute::ByVal,
      Attribute::StructRet, Attribute::ByRef,     Attribute::StackAlignment, Attribute::Alignment,
      Attribute::SwiftSelf, Attribute::SwiftError};
  LLVMContext &Context = F.getContext();
  const AttributeList All = F.getAttributes();
  auto abiOnly = [&](AttributeSet Set) {
    AttrBuilder Kept(Context);
    for (Attribute::AttrKind Kind : AbiKinds)
      if (Set.hasAttribute(Kind))
        Kept.addAttribute(Set.getAttribute(Kind));
    return AttributeSet::get(Context, Kept);
  };
  SmallVector<AttributeSet, 8> Params;
  for (unsigned I = 0; I < F.arg_size(); ++I)
    Params.push_back(abiOnly(All.getParamAttrs(I)));
  return AttributeList::get(Context, AttributeSet(), abiOnly(All.getRetAttrs()), Params);
}

void addCodeAttributes(Function &Code, const Function &From) {
  // optsize: no alignment but what is asked for.
  for (Attribute::AttrKind Kind :
       {Attribute::Naked, Attribute::NoInline, Attribute::NoUnwind, Attribute::OptimizeForSize,
        Attribute::NoProfile, Attribute::NoSanitizeCoverage,
        Attribute::DisableSanitizerInstrumentation})
    Code.addFnAttr(Kind);
  Code.setUWTableKind(From.getUWTableKind());
  for (Attribute::AttrKind Kind : {Attribute::Hot, Attribute::Cold, Attribute::ReturnsTwice})
    if (From.hasFnAttribute(Kind))
      Code.addFnAttr(Kind);
  // The caller must be able to unwind through what it calls if the body throws.
  if (!From.doesNotThrow())
    Code.removeFnAttr(Attribute::NoUnwind);
}

// To a debugger the stub is one line of the function: without a line it would step
// over the call instead of into it.
DISubprogram *describeStub(const DISubprogram *Of) {
  if (!Of)
    return nullptr;
  return DISubprogram::getDistinct(
      Of->getContext(), Of->getScope(), Of->getName(), Of->getLinkageName(), Of->getFile(),
      Of->getLine(), Of->getType(), Of->getScopeLine(), /*ContainingType=*/nullptr,
      /*VirtualIndex=*/0, /*ThisAdjustment=*/0, Of->getFlags() | DINode::FlagArtificial,
      Of->getSPFlags(), Of->getUnit());
}

Function *createStub(Function &F) {
  Function *Stub = Function::Create(F.getFunctionType(), F.getLinkage(), F.getAddressSpace());
  F.getParent()->getFunctionList().insert(F.getIterator(), Stub);
  Stub->copyAttributesFrom(&F);
  Stub->setPersonalityFn(nullptr);
  Stub->clearGC();
  Stub->setAttributes(attributesForCallers(F));
  addCodeAttributes(*Stub, F);
  Stub->copyMetadata(&F, 0);
  Stub->setSubprogram(describeStub(F.getSubprogram()));
  Stub->eraseMetadata(LLVMContext::MD_prof);
  return Stub;
}

// Labels inside the function (computed goto) stay with the code.
void redirectUses(Function &F, Function &Stub) {
  F.replaceUsesWithIf(&Stub, [](Use &U) { return !isa<BlockAddress>(U.getUser()); });
}

void makeLocalBody(Function &F, StringRef Name) {
  F.setLinkage(GlobalValue::InternalLinkage);
  F.setVisibility(GlobalValue::DefaultVisibility);
  F.setDLLStorageClass(GlobalValue::DefaultStorageClass);
  F.setUnnamedAddr(GlobalValue::UnnamedAddr::None);
  F.setDSOLocal(true);
  F.setPrefixData(nullptr);
  F.setPrologueData(nullptr);
  F.setName(Name + ".rv");
}

Function *createFaultThunk(Module &M, const Method &What) {
  Function &Body = *What.body();
  auto *Code = FunctionType::get(Type::getVoidTy(M.getContext()), /*isVarArg=*/false);
  Function *Thunk = Function::Create(Code, GlobalValue::InternalLinkage, Body.getAddressSpace(),
                                     What.Entry->getName() + ".rv.fault", nullptr);
  M.getFunctionList().insertAfter(Body.getIterator(), Thunk);
  Thunk->setDSOLocal(true);
  Thunk->setSection(".text.rv.fault"); // the leaf table keeps it, and nothing else by it
  addCodeAttributes(*Thunk, Body);
  Thunk->removeFnAttr(Attribute::ReturnsTwice);
  Constant *Fault = cast<Constant>(M.getOrInsertFunction("rv_fault", Code).getCallee());
  emitText(*Thunk, {FaultText,
                    {What.Home->Leaf, number(M, sizeof(tw_table)), number(M, What.Index), Fault}});
  return Thunk;
}

} // namespace

void keepRecord(GlobalVariable &Record, Instruction &User) {
  IRBuilder<> Builder(&User);
  auto *Code = FunctionType::get(Builder.getVoidTy(), {Record.getType()}, /*isVarArg=*/false);
  Builder.CreateCall(InlineAsm::get(Code, ".reloc ., BFD_RELOC_NONE, ${0:c}", "s",
                                    /*hasSideEffects=*/true),
                     {&Record});
}

void splitMethod(Method &What, Translation How) {
  Function &F = *What.body();
  Module &M = *F.getParent();
  Function *Stub = createStub(F);
  redirectUses(F, *Stub);
  Stub->takeName(&F);
  makeLocalBody(F, Stub->getName());
  What.Entry = Stub;
  Stub->setAlignment(Align(How == Translation::Leaf ? RV_STUB_LEAF_ALIGN : RV_STUB_WALK_ALIGN));
  emitText(*Stub, stubText(M, What, How));
  keepRecord(*What.Record, *Stub->getEntryBlock().begin());
  if (How == Translation::Leaf)
    What.Fault = createFaultThunk(M, What);
}

} // namespace revector
