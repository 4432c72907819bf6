// SPDX-License-Identifier: BSD-2-Clause
//
// Choose.cpp - the rules of what stays fixed.
#include "compiler-plugin/Choose.h"

#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/Patch.h"
#include "runtime/arch/stub.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace revector {
namespace {

using FunctionSet = SmallPtrSet<const Function *, 16>;

// Names that instrumentation passes and the front end make up.
bool isMadeByCompiler(StringRef Name) {
  for (StringRef Prefix : {"llvm.", "__llvm_", "asan.", "tsan.", "msan.", "hwasan.", "sancov.",
                           "__sanitizer_", "__cfi_", "__kcfi_"})
    if (Name.starts_with(Prefix))
      return true;
  return false;
}

// The conventions in which r10 and r11 (or their like) are free at a call and
// in which the method-fault handler keeps what must be kept.
bool hasUsualConvention(const Function &F) {
  switch (F.getCallingConv()) {
  case CallingConv::C:
  case CallingConv::Fast:
  case CallingConv::Cold:
  case CallingConv::X86_64_SysV:
    return true;
  default:
    return false;
  }
}

void addFunctionsIn(const Constant *C, FunctionSet &Into) {
  if (const auto *F = dyn_cast<Function>(C)) {
    Into.insert(F);
    return;
  }
  for (const Use &Operand : C->operands())
    if (const auto *Inner = dyn_cast<Constant>(Operand))
      addFunctionsIn(Inner, Into);
}

// The functions of a list like llvm.global_ctors, or of a section's arrays.
FunctionSet functionsOf(const Module &M, StringRef List) {
  FunctionSet Found;
  if (const GlobalVariable *Array = M.getNamedGlobal(List))
    if (Array->hasInitializer())
      addFunctionsIn(Array->getInitializer(), Found);
  return Found;
}

void addDirectCallees(const Function &F, SmallVectorImpl<const Function *> &Into) {
  for (const Instruction &I : instructions(F))
    if (const auto *Call = dyn_cast<CallBase>(&I))
      if (const auto *Callee = dyn_cast<Function>(Call->getCalledOperand()->stripPointerCasts()))
        Into.push_back(Callee);
}

// IFUNC resolvers, .preinit_array and all that they call here. They may run
// before this image has been relocated: the leaf table is not there yet.
FunctionSet functionsBeforeRelocation(const Module &M) {
  FunctionSet Early;
  for (const GlobalIFunc &Ifunc : M.ifuncs())
    addFunctionsIn(Ifunc.getResolver(), Early);
  for (const GlobalVariable &Variable : M.globals())
    if (Variable.hasInitializer() && Variable.getSection().starts_with(".preinit_array"))
      addFunctionsIn(Variable.getInitializer(), Early);

  SmallVector<const Function *, 16> Next(Early.begin(), Early.end());
  while (!Next.empty()) {
    SmallVector<const Function *, 16> Callees;
    addDirectCallees(*Next.pop_back_val(), Callees);
    for (const Function *Callee : Callees)
      if (Early.insert(Callee).second)
        Next.push_back(Callee);
  }
  return Early;
}

const char *whyFixed(const Function &F, const FunctionSet &Early) {
  if (isFixed(F))
    return "is declared revector::fixed";
  if (Early.contains(&F))
    return "may run before the runtime library is relocated";
  if (F.hasComdat() || F.hasLinkOnceLinkage())
    return "may be merged with another unit's copy";
  if (F.hasFnAttribute(Attribute::Naked))
    return "is naked";
  if (!hasUsualConvention(F) || F.hasFnAttribute("no_caller_saved_registers"))
    return "has a calling convention that leaves no register to translate with";
  if (F.getAttributes().hasAttrSomewhere(Attribute::Nest))
    return "has a static chain";
  if (F.getSection() == ".init" || F.getSection() == ".fini")
    return "is a piece of the loader's own sequence";
  return nullptr;
}

bool isAddressTaken(const Function &F) {
  return F.hasAddressTaken(/*PutOffender=*/nullptr, /*IgnoreCallbackUses=*/false,
                           /*IgnoreAssumeLikeCalls=*/true, /*IgnoreLLVMUsed=*/true);
}

// An equal constant would do as well, so code carries its own and none is "the" one.
bool isContentOnly(const GlobalVariable &Variable) {
  return Variable.hasPrivateLinkage() || (Variable.isConstant() && Variable.hasGlobalUnnamedAddr());
}

} // namespace

const char *whyNotAtAll(const Module &M) {
  const Triple Target(M.getTargetTriple());
  if (Target.getArchName() != RV_STUB_CPU || Target.isX32() || !Target.isOSBinFormatELF())
    return "this target has no stub text; nothing is translated";
  if (M.getCodeModel() == CodeModel::Large)
    return "the large code model is not supported; nothing is translated";
  return nullptr;
}

std::vector<Choice> chooseFunctions(Module &M) {
  const FunctionSet Early = functionsBeforeRelocation(M);
  FunctionSet Constructors = functionsOf(M, "llvm.global_ctors");
  const FunctionSet Destructors = functionsOf(M, "llvm.global_dtors");
  Constructors.insert(Destructors.begin(), Destructors.end());

  std::vector<Choice> Choices;
  for (Function &F : M)
    if (!F.isDeclarationForLinker() && !isMadeByCompiler(F.getName()) && !isReplacement(F))
      Choices.push_back({&F, whyFixed(F, Early), Constructors.contains(&F), isAddressTaken(F)});
  return Choices;
}

std::vector<GlobalVariable *> chooseVariables(Module &M) {
  std::vector<GlobalVariable *> Chosen;
  for (GlobalVariable &Variable : M.globals())
    if (!Variable.isDeclarationForLinker() && !isContentOnly(Variable) &&
        !isMadeByCompiler(Variable.getName()) && Variable.getSection() != "llvm.metadata")
      Chosen.push_back(&Variable);
  return Chosen;
}

} // namespace revector
