// SPDX-License-Identifier: BSD-2-Clause
//
// Records.cpp - what each record says.
#include "compiler-plugin/Records.h"

#include "compiler-plugin/Image.h"
#include "compiler-plugin/Plan.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Unit.h"
#include "runtime/arch/stub.h"
#include "runtime/include/revector/record.h"
#include "tablewalk/tw_format.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include <cstring>

using namespace llvm;

namespace revector {
namespace {

class Definer {
public:
  Definer(Module &M, const Unit &Info, const Plan &What, RecordWriter &Writer)
      : M(M), Info(Info), What(What), Writer(Writer) {}

  void run() {
    Constant *Image = defineImage(M);
    for (const Method &Function : What.Methods)
      defineMethod(Function);
    for (const Datum &D : What.Data)
      defineDatum(D);
    for (const Part &P : What.Parts)
      definePart(P, Image);
    appendToCompilerUsed(M, Kept);
  }

private:
  Module &M;
  const Unit &Info;
  const Plan &What;
  RecordWriter &Writer;
  // Records that nothing in the module refers to.
  SmallVector<GlobalValue *, 32> Kept;

  // Our own definition, even where another one is in force for the symbol.
  Constant *ownAddress(Function &F) {
    auto *Own = GlobalAlias::create(F.getValueType(), F.getAddressSpace(),
                                    GlobalValue::PrivateLinkage, "rv.entry", &F, &M);
    Kept.push_back(Own);
    return Own;
  }

  uint16_t methodFlags(const Method &Function) const {
    const class Function &F = *Function.Entry;
    unsigned Flags = 0;
    Flags |= F.hasLocalLinkage() ? RV_METHOD_STATIC : 0;
    Flags |= F.isWeakForLinker() ? RV_METHOD_WEAK : 0;
    Flags |= Function.isTranslated() ? 0 : RV_METHOD_FIXED;
    Flags |= F.isVarArg() ? RV_METHOD_VARARGS : 0;
    Flags |= Function.Chosen.AddressTaken ? RV_METHOD_ADDRESS_TAKEN : 0;
    Flags |= Function.Chosen.Constructor ? RV_METHOD_CONSTRUCTOR : 0;
    Flags |= Function.IsEndless ? RV_METHOD_ENDLESS : 0;
    return Flags;
  }

  // A stub in the unit's common text refers to its record, and all of that text is
  // kept or dropped at once: no section header for each record then.
  bool needsTie(const Method &Function) const {
    return Info.FunctionSections || !Function.isTranslated() || Function.Entry->hasSection();
  }

  void defineMethod(const Method &Function) {
    rv_method Contents = {};
    Contents.index = Function.Index;
    Contents.flags = methodFlags(Function);
    Contents.type_hash = Function.TypeHash;
    Contents.body_hash = Function.BodyHash;
    Contents.written_hash = Function.WrittenHash;
    Writer.define(Function.Record, Contents,
                  {{offsetof(rv_method, unit), Function.Home->Record},
                   {offsetof(rv_method, name), Writer.name(*Function.Entry)},
                   {offsetof(rv_method, entry), ownAddress(*Function.Entry)},
                   {offsetof(rv_method, body), Function.body()},
                   {offsetof(rv_method, fault), Function.Fault}});
    if (needsTie(Function))
      Writer.tie(Function.Record, *Function.Entry);
    Kept.push_back(Function.Record);
  }

  // Where the address is not known to the linker of this image: thread-locals,
  // and variables that another image may define instead.
  static bool needsAccessor(const GlobalVariable &Variable) {
    return Variable.isThreadLocal() || !Variable.isDSOLocal();
  }

  Function *createAccessor(GlobalVariable &Variable) {
    auto *Type = FunctionType::get(Variable.getType(), /*isVarArg=*/false);
    Function *Accessor = Function::Create(Type, GlobalValue::InternalLinkage,
                                          Variable.getName() + ".rv.address", &M);
    Accessor->setDSOLocal(true);
    Accessor->setUWTableKind(UWTableKind::Default);
    Accessor->addFnAttr(Attribute::NoUnwind);
    Accessor->addFnAttr(Attribute::DisableSanitizerInstrumentation);
    IRBuilder<> Builder(BasicBlock::Create(M.getContext(), "", Accessor));
    Builder.CreateRet(Variable.isThreadLocal() ? Builder.CreateThreadLocalAddress(&Variable)
                                               : static_cast<Value *>(&Variable));
    return Accessor;
  }

  static uint32_t dataFlags(const GlobalVariable &Variable) {
    uint32_t Flags = 0;
    Flags |= Variable.hasLocalLinkage() ? RV_DATA_STATIC : 0;
    Flags |= Variable.isThreadLocal() ? RV_DATA_TLS : 0;
    Flags |= Variable.isConstant() ? RV_DATA_CONSTANT : 0;
    Flags |= Variable.isWeakForLinker() && !Variable.hasCommonLinkage() ? RV_DATA_WEAK : 0;
    Flags |= needsAccessor(Variable) ? RV_DATA_ACCESSOR : 0;
    return Flags;
  }

  void defineDatum(const Datum &D) {
    GlobalVariable &Variable = *D.Variable;
    rv_data Contents = {};
    Contents.flags = dataFlags(Variable);
    Contents.size = M.getDataLayout().getTypeAllocSize(Variable.getValueType());
    Contents.type_hash = D.TypeHash;
    Contents.init_hash = D.InitHash;
    Constant *Address = &Variable;
    if (needsAccessor(Variable))
      Address = createAccessor(Variable);
    GlobalVariable *Record = Writer.declare<rv_data>("rv.data", RV_SECTION_DATA);
    Writer.define(Record, Contents,
                  {{offsetof(rv_data, unit), What.Parts.front().Record},
                   {offsetof(rv_data, name), Writer.name(Variable)},
                   {offsetof(rv_data, address), Address}});
    Writer.tie(Record, Variable);
    Kept.push_back(Record);
  }

  // Each of them with its NUL, and an empty one.
  template <typename Strings> Constant *list(const Strings &Items) {
    std::string Text;
    for (StringRef Item : Items)
      if (!Item.empty())
        Text += Item.str() + '\0';
    return Writer.string(Text);
  }

  uint32_t unitFlags() const {
    uint32_t Flags = Info.Opts.How == Translation::Leaf ? RV_UNIT_LEAF : RV_UNIT_WALK;
    Flags |= Info.Opts.Where == Place::Inline ? RV_UNIT_INLINE : 0;
    Flags |= Info.Lto ? RV_UNIT_LTO : 0;
    return Flags;
  }

  void definePart(const Part &P, Constant *Image) {
    const std::vector<std::string> Nothing;
    rv_unit Contents = {};
    Contents.count = P.Count;
    Contents.flags = unitFlags();
    Contents.part = P.Number;
    Writer.define(P.Record, Contents,
                  {{offsetof(rv_unit, image), Image},
                   {offsetof(rv_unit, slot), P.Slot},
                   {offsetof(rv_unit, leaf), P.Leaf},
                   {offsetof(rv_unit, source), Writer.string(Info.Source)},
                   {offsetof(rv_unit, directory), Writer.string(Info.Directory)},
                   {offsetof(rv_unit, compiler), Writer.string(Info.Compiler)},
                   {offsetof(rv_unit, command), list(Info.Command)},
                   {offsetof(rv_unit, types), list(P.Number ? Nothing : Info.Types.layouts())},
                   {offsetof(rv_unit, calls), list(P.Number ? Nothing : What.Calls)}});
    Kept.push_back(P.Record); // a patch may have neither methods nor variables
    if (P.Leaf)
      fillLeaf(P);
  }

  // The address of the thunk that every not-present entry with this index leads to.
  Constant *faultThunk(unsigned Index) {
    Type *Byte = Type::getInt8Ty(M.getContext());
    Constant *Thunks = M.getOrInsertGlobal("rv_fault_thunks", ArrayType::get(Byte, 0));
    return ConstantExpr::getInBoundsGetElementPtr(
        Byte, Thunks,
        ConstantInt::get(Type::getInt64Ty(M.getContext()), uint64_t(Index) * RV_ARCH_FAULT_STEP));
  }

  // struct tw_table in pointer-sized words, then the entries. No entry names a body:
  // the table must not keep what the linker would drop. Registration enters those
  // whose record is there.
  void fillLeaf(const Part &P) {
    tw_table Header = {};
    Header.capacity = Header.used = P.Count;
    Header.refs = 1; // the image
    Header.flags = TW_TABLE_BORROWED;
    uint64_t Words[sizeof(tw_table) / sizeof(uint64_t)];
    static_assert(sizeof(Words) == sizeof(tw_table), "header is whole words");
    std::memcpy(Words, &Header, sizeof(Words));

    auto *Type = cast<ArrayType>(P.Leaf->getValueType());
    SmallVector<Constant *, 64> Contents;
    for (uint64_t Word : Words)
      Contents.push_back(ConstantExpr::getIntToPtr(
          ConstantInt::get(IntegerType::getInt64Ty(M.getContext()), Word), Type->getElementType()));
    Contents[offsetof(tw_table, owner) / sizeof(uint64_t)] = P.Slot;
    for (const Method &Function : What.Methods)
      if (Function.Home == &P && Function.isTranslated())
        Contents.push_back(Function.Fault ? Function.Fault : faultThunk(Function.Index));
    P.Leaf->setInitializer(ConstantArray::get(Type, Contents));
  }
};

} // namespace

void defineRecords(Module &M, const Unit &Info, const Plan &What, RecordWriter &Writer) {
  Definer(M, Info, What, Writer).run();
}

} // namespace revector
