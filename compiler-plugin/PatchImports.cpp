// SPDX-License-Identifier: BSD-2-Clause
//
// PatchImports.cpp - slots for code, fixups for data.
//
// A slot is loaded right where it is used: the code generator folds the load
// into the call, and may move it, for slots never change once code runs.
#include "compiler-plugin/PatchImports.h"

#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/PatchRemarks.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/Symbols.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace revector {
namespace {

// RELRO, also for constants that the loader writes.
constexpr char SlotSection[] = ".data.rel.ro.rv.import";
constexpr char FixedUpSection[] = ".data.rel.ro.rv.fixup";

struct Slot {
  GlobalVariable *Address, *Record;
};

class Importer {
public:
  Importer(Module &M, const PatchPlan &Plan, const PatchTarget &Target, Refusals &Refuse,
           RecordWriter &Writer)
      : M(M), Plan(Plan), Target(Target), Refuse(Refuse), Writer(Writer) {}

  void run() {
    SmallVector<Constant *, 64> All;
    for (auto &[Global, Import] : Plan.Imports)
      All.push_back(Global);
    convertUsersOfConstantsToInstructions(All);
    for (auto &[Global, Import] : Plan.Imports)
      replaceInCode(*Global);
    for (GlobalVariable &Variable : make_early_inc_range(M.globals()))
      if (Variable.hasInitializer() && !Variable.getName().starts_with("llvm."))
        replaceInData(Variable);
    appendToCompilerUsed(M, Kept);
  }

private:
  Module &M;
  const PatchPlan &Plan;
  const PatchTarget &Target;
  Refusals &Refuse;
  RecordWriter &Writer;
  DenseMap<GlobalValue *, Slot> Slots;
  SmallVector<GlobalValue *, 32> Kept; // records that nothing refers to
  DenseSet<std::pair<Function *, GlobalValue *>> Remarked;

  // ---- slots ----

  const Slot &slot(GlobalValue &Global) {
    auto [Found, IsNew] = Slots.try_emplace(&Global);
    if (IsNew)
      Found->second = createSlot(Global, Plan.Imports.find(&Global)->second);
    return Found->second;
  }

  Slot createSlot(const GlobalValue &Global, const PatchImport &Import) {
    const rv_image_file &File = Target.file();
    rv_import Contents = {};
    std::string Name = symbolName(Global).str();
    Contents.kind = Import.Kind;
    Contents.ordinal = Import.Ordinal;
    if (Import.Kind == RV_IMPORT_METHOD) {
      Contents.type_hash = File.methods[Import.Ordinal].record->type_hash;
      Name = File.methods[Import.Ordinal].name;
    } else if (Import.Kind == RV_IMPORT_DATA) {
      Contents.type_hash = File.data[Import.Ordinal].record->type_hash;
      Name = File.data[Import.Ordinal].name;
    }
    Slot New;
    New.Address = Writer.changingData(
        ConstantPointerNull::get(PointerType::getUnqual(M.getContext())), "rv.import", SlotSection);
    New.Record = Writer.declare<rv_import>("rv.import.record", RV_SECTION_IMPORTS);
    Writer.define(New.Record, Contents,
                  {{offsetof(rv_import, name), Writer.string(Name)},
                   {offsetof(rv_import, slot), New.Address}});
    Kept.push_back(New.Record);
    return New;
  }

  Value *loadSlot(GlobalValue &Global, Instruction *Before) {
    IRBuilder<> Builder(Before);
    LoadInst *Load = Builder.CreateLoad(Builder.getPtrTy(), slot(Global).Address);
    if (Remarked.insert({Before->getFunction(), &Global}).second)
      remarkImport(*Before, Global);
    Load->setMetadata(LLVMContext::MD_invariant_load, MDNode::get(M.getContext(), {}));
    return Load;
  }

  // ---- code ----

  void replaceInCode(GlobalValue &Global) {
    // A phi node wants one value for all edges from one block.
    DenseMap<std::pair<PHINode *, BasicBlock *>, Value *> OnEdges;
    for (Use &U : make_early_inc_range(Global.uses())) {
      auto *By = dyn_cast<Instruction>(U.getUser());
      if (!By || mustBeConstant(U, *By))
        continue;
      if (Global.isThreadLocal()) {
        replaceThreadLocal(Global, *By);
      } else if (auto *Phi = dyn_cast<PHINode>(By)) {
        BasicBlock *From = Phi->getIncomingBlock(U);
        Value *&Loaded = OnEdges[{Phi, From}];
        if (!Loaded)
          Loaded = loadSlot(Global, From->getTerminator());
        U.set(Loaded);
      } else {
        U.set(loadSlot(Global, By));
      }
    }
  }

  bool mustBeConstant(const Use &U, const Instruction &By) {
    if (isa<LandingPadInst>(By))
      return true;
    auto *Call = dyn_cast<CallBase>(&By);
    if (!Call)
      return false;
    if (Call->getIntrinsicID() == Intrinsic::eh_typeid_for)
      return true;
    if (!Call->isInlineAsm() || !wantsConstant(*Call, U.getOperandNo()))
      return false;
    Refuse.because(Limit::CODE,
                   "inline assembler needs the address of %0 as a constant, which a patch cannot "
                   "know; change that function to take it from a register",
                   cast<GlobalValue>(*U.get()));
    return true;
  }

  static bool wantsConstant(const CallBase &Call, unsigned Operand) {
    unsigned Input = 0;
    for (const InlineAsm::ConstraintInfo &It :
         cast<InlineAsm>(Call.getCalledOperand())->ParseConstraints()) {
      if (It.Type == InlineAsm::isClobber || It.Type == InlineAsm::isLabel || !It.hasArg())
        continue;
      if (Input++ == Operand)
        return all_of(It.Codes,
                      [](StringRef Code) { return Code == "i" || Code == "s" || Code == "n"; });
    }
    return false;
  }

  // The program's accessor knows where this thread's variable is.
  void replaceThreadLocal(GlobalValue &Global, Instruction &By) {
    auto *Address = dyn_cast<IntrinsicInst>(&By);
    if (!Address || Address->getIntrinsicID() != Intrinsic::threadlocal_address)
      return Refuse.because(Limit::CODE,
                            "the address of the thread-local %0 is used in a way that a patch "
                            "cannot express",
                            Global);
    auto *Type = FunctionType::get(Address->getType(), /*isVarArg=*/false);
    Value *Accessor = loadSlot(Global, Address);
    CallInst *Call = CallInst::Create(Type, Accessor, "", Address->getIterator());
    Call->setDebugLoc(Address->getDebugLoc());
    Call->setDoesNotThrow();
    Address->replaceAllUsesWith(Call);
    Address->eraseFromParent();
  }

  // ---- initialised data ----

  bool refersToImport(const Constant *C) const {
    if (auto *Global = dyn_cast<GlobalValue>(C))
      return Plan.Imports.contains(const_cast<GlobalValue *>(Global));
    if (isa<BlockAddress>(C)) // of a body that is in the patch
      return false;
    return any_of(C->operands(),
                  [&](const Use &Part) { return refersToImport(cast<Constant>(Part)); });
  }

  void replaceInData(GlobalVariable &Variable) {
    if (!refersToImport(Variable.getInitializer()))
      return;
    if (Variable.isThreadLocal() || Variable.hasSection())
      return Refuse.because(Limit::VARIABLES,
                            "the initialiser of %0 holds an address of the program, which cannot "
                            "be filled in there; assign it in a function",
                            Variable);
    Constant *Rest = withoutImports(Variable, Variable.getInitializer(), 0);
    Variable.setInitializer(Rest);
    // Nobody may take it for zeros, or merge it with an equal constant.
    Variable.setUnnamedAddr(GlobalValue::UnnamedAddr::None);
    Variable.setExternallyInitialized(true);
    if (Variable.isConstant())
      Variable.setSection(FixedUpSection);
    Variable.setConstant(false);
  }

  // C, which lies at Offset of Variable, with null instead of each import.
  Constant *withoutImports(GlobalVariable &Variable, Constant *C, uint64_t Offset) {
    if (!refersToImport(C))
      return C;
    const DataLayout &Layout = M.getDataLayout();
    if (auto *Aggregate = dyn_cast<ConstantAggregate>(C)) {
      SmallVector<Constant *, 16> Parts;
      for (unsigned I = 0; I < Aggregate->getNumOperands(); ++I)
        Parts.push_back(withoutImports(Variable, Aggregate->getOperand(I),
                                       Offset + partOffset(Layout, Aggregate->getType(), I)));
      if (auto *Struct = dyn_cast<StructType>(C->getType()))
        return ConstantStruct::get(Struct, Parts);
      if (auto *Array = dyn_cast<ArrayType>(C->getType()))
        return ConstantArray::get(Array, Parts);
      return ConstantVector::get(Parts);
    }
    fixUp(Variable, C, Offset);
    return Constant::getNullValue(C->getType());
  }

  static uint64_t partOffset(const DataLayout &Layout, Type *Whole, unsigned Index) {
    if (auto *Struct = dyn_cast<StructType>(Whole))
      return Layout.getStructLayout(Struct)->getElementOffset(Index);
    return Index * Layout.getTypeAllocSize(Whole->getContainedType(0));
  }

  // A pointer into an import, or the number of one.
  void fixUp(GlobalVariable &Variable, Constant *C, uint64_t Offset) {
    const DataLayout &Layout = M.getDataLayout();
    Constant *Pointer = C;
    if (auto *Number = dyn_cast<ConstantExpr>(C))
      if (Number->getOpcode() == Instruction::PtrToInt)
        Pointer = Number->getOperand(0);
    APInt Addend(64, 0);
    auto *Global = Pointer->getType()->isPointerTy()
                       ? dyn_cast<GlobalValue>(Pointer->stripAndAccumulateConstantOffsets(
                             Layout, Addend, /*AllowNonInbounds=*/true))
                       : nullptr;
    if (!Global || !Plan.Imports.contains(Global) || Global->isThreadLocal() ||
        Layout.getTypeStoreSize(C->getType()) != sizeof(uint64_t) || Offset % sizeof(uint64_t))
      return Refuse.because(Limit::VARIABLES,
                            "the initialiser of %0 holds an address of the program in a form that "
                            "cannot be filled in when the patch is loaded; assign it in a function",
                            Variable);
    rv_fixup Contents = {};
    Contents.addend = Addend.getSExtValue();
    GlobalVariable *Record = Writer.declare<rv_fixup>("rv.fixup", RV_SECTION_FIXUPS);
    Constant *Where =
        ConstantExpr::getGetElementPtr(Type::getInt8Ty(M.getContext()), &Variable,
                                       ConstantInt::get(Type::getInt64Ty(M.getContext()), Offset));
    Writer.define(
        Record, Contents,
        {{offsetof(rv_fixup, where), Where}, {offsetof(rv_fixup, import), slot(*Global).Record}});
    Kept.push_back(Record);
  }
};

} // namespace

void replaceImports(Module &M, const PatchPlan &Plan, const PatchTarget &Target, Refusals &Refuse,
                    RecordWriter &Writer) {
  Importer(M, Plan, Target, Refuse, Writer).run();
}

} // namespace revector
