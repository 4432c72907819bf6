// SPDX-License-Identifier: BSD-2-Clause
//
// Plan.cpp - hash, number, declare.
#include "compiler-plugin/Plan.h"

#include "compiler-plugin/BodyHash.h"
#include "compiler-plugin/Calls.h"
#include "compiler-plugin/Endless.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"
#include "runtime/include/revector/record.h"
#include "tablewalk/tw_format.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

// The fields of struct rv_slot.
GlobalVariable *declareSlot(Module &M, RecordWriter &Writer, const Part &P) {
  LLVMContext &Context = M.getContext();
  Type *Pointer = PointerType::getUnqual(Context);
  Type *Word = Type::getInt32Ty(Context);
  auto *Fields = StructType::get(Context, {Pointer, Pointer, Word, Word});
  static_assert(offsetof(rv_slot, unit) == 16 && sizeof(rv_slot) == 24, "the type above");
  GlobalVariable *Slot =
      Writer.changingData(ConstantAggregateZero::get(Fields), "rv.slot", ".data.rel.ro.rv.slot");
  Constant *Entries = ConstantExpr::getInBoundsGetElementPtr(
      Type::getInt8Ty(Context), P.Leaf,
      ConstantInt::get(Type::getInt64Ty(Context), sizeof(tw_table)));
  Slot->setInitializer(ConstantStruct::get(
      Fields, {Entries, Constant::getNullValue(Pointer),
               distanceTo(P.Record, Slot, offsetof(rv_slot, unit)), ConstantInt::get(Word, 0)}));
  return Slot;
}

// A tw_table of pointer-sized words, entries still null.
GlobalVariable *declareLeaf(Module &M, RecordWriter &Writer, unsigned Count) {
  constexpr unsigned HeaderWords = sizeof(tw_table) / sizeof(uint64_t);
  auto *Words = ArrayType::get(PointerType::getUnqual(M.getContext()), HeaderWords + Count);
  return Writer.changingData(ConstantAggregateZero::get(Words), "rv.leaf", ".data.rel.ro.rv.leaf");
}

class Planner {
public:
  Planner(Module &M, const Unit &Info, RecordWriter &Writer) : M(M), Info(Info), Writer(Writer) {}

  Plan run() {
    for (const Choice &Chosen : chooseFunctions(M))
      addMethod(Chosen);
    for (GlobalVariable *Variable : chooseVariables(M))
      Result.Data.push_back({Variable,
                             signatureHash(*Variable, Info.Types.variable(Variable->getName())),
                             initHash(*Variable)});
    if (!Result.isEmpty() || Info.Target) // a patch without methods is an image too
      currentPart();
    for (Part &P : Result.Parts)
      declarePart(P);
    if (!Info.Target)
      Result.Calls = listCalls(M, Result);
    return std::move(Result);
  }

private:
  Module &M;
  const Unit &Info;
  RecordWriter &Writer;
  Plan Result;

  Part &currentPart() {
    if (Result.Parts.empty() || Result.Parts.back().Count == RV_UNIT_METHODS) {
      const unsigned Number = Result.Parts.size();
      Result.Parts.emplace_back().Number = Number;
    }
    return Result.Parts.back();
  }

  void addMethod(const Choice &Chosen) {
    Method New;
    New.Chosen = Chosen;
    New.TypeHash = signatureHash(*Chosen.F, Info.Types.function(Chosen.F->getName()));
    New.BodyHash = bodyHash(*Chosen.F);
    New.WrittenHash = Info.Functions->lookup(symbolName(*Chosen.F)).Hash;
    New.IsEndless = isEndless(*Chosen.F) && !takesTurns(*Chosen.F);
    New.Entry = Chosen.F;
    New.Record = Writer.declare<rv_method>("rv.method", RV_SECTION_METHODS);
    Part &Home = currentPart();
    New.Home = &Home;
    if (New.isTranslated())
      New.Index = Home.Count++;
    Result.Methods.push_back(New);
  }

  void declarePart(Part &P) {
    P.Record = Writer.declare<rv_unit>("rv.unit", RV_SECTION_UNITS);
    if (!P.Count)
      return;
    P.Leaf = declareLeaf(M, Writer, P.Count);
    P.Slot = declareSlot(M, Writer, P);
  }
};

} // namespace

Plan makePlan(Module &M, const Unit &Info, RecordWriter &Writer) {
  return Planner(M, Info, Writer).run();
}

} // namespace revector
