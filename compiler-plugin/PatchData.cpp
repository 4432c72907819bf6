// SPDX-License-Identifier: BSD-2-Clause
//
// PatchData.cpp - import, define anew, copy, or refuse.
#include "compiler-plugin/PatchData.h"

#include "compiler-plugin/BodyHash.h"
#include "compiler-plugin/IRHash.h"
#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/StaticNames.h"
#include "compiler-plugin/Unit.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace revector {
namespace {

bool isOfCompiler(const GlobalVariable &Variable) {
  return Variable.hasAppendingLinkage() || Variable.getName().starts_with("llvm.") ||
         Variable.getSection() == "llvm.metadata";
}

// Addresses of labels belong to one body; another body has others.
bool holdsLabel(const Constant *C) {
  if (isa<BlockAddress>(C))
    return true;
  return !isa<GlobalValue>(C) &&
         any_of(C->operands(), [](const Use &Part) { return holdsLabel(cast<Constant>(Part)); });
}

// The tables of exception handling name types, which are equal if their names
// are: a patch brings its own, where it cannot have a slot.
bool isInUnwindTable(const GlobalVariable &Variable) {
  return any_of(Variable.users(), [](const User *By) {
    auto *Call = dyn_cast<IntrinsicInst>(By);
    return isa<LandingPadInst>(By) || (Call && Call->getIntrinsicID() == Intrinsic::eh_typeid_for);
  });
}

// Is Address, or one computed from it, compared with one that is not known?
bool isCompared(const Value &Address, SmallPtrSetImpl<const Value *> &Seen) {
  if (!Seen.insert(&Address).second)
    return false;
  return any_of(Address.users(), [&](const User *By) {
    if (auto *Compare = dyn_cast<ICmpInst>(By))
      return !isa<Constant>(Compare->getOperand(0)) || !isa<Constant>(Compare->getOperand(1));
    return (isa<GEPOperator, PHINode, SelectInst, PtrToIntOperator>(By)) && isCompared(*By, Seen);
  });
}

// What the optimiser appends to a variable's name when it takes a field out of it.
bool isPieceNumber(StringRef Suffix) { return !Suffix.empty() && all_of(Suffix, isDigit); }

class DataPlanner {
public:
  DataPlanner(Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
              PatchPlan &Plan)
      : M(M), Info(Info), Target(Target), Refuse(Refuse), Plan(Plan) {}

  void run() {
    for (GlobalVariable &Variable : M.globals()) {
      if (isOfCompiler(Variable) || Variable.hasPrivateLinkage())
        continue;
      if (Variable.isDeclarationForLinker())
        planDeclaration(Variable);
      else
        planDefinition(Variable);
    }
    checkRanks();
  }

private:
  Module &M;
  const Unit &Info;
  const PatchTarget &Target;
  Refusals &Refuse;
  PatchPlan &Plan;

  const rv_data &record(uint32_t Ordinal) const { return *Target.file().data[Ordinal].record; }

  void import(GlobalVariable &Variable, uint32_t Ordinal) {
    bool IsThreadLocal = record(Ordinal).flags & RV_DATA_TLS;
    if (Variable.isThreadLocal() != IsThreadLocal)
      Refuse.because(Limit::VARIABLES,
                     "%0 is thread-local either in the program or in the new source, but not in "
                     "both; give the new variable another name",
                     Variable);
    else
      Plan.Imports[&Variable] = {RV_IMPORT_DATA, Ordinal};
  }

  // Of that type, while the types that change were what they were.
  bool hadType(const GlobalVariable &Variable, const rv_data &Record) const {
    uint64_t Then = Info.Types.variableThen(Variable.getName());
    return Then && signatureHash(Variable, Then) == Record.type_hash;
  }

  void planDeclaration(GlobalVariable &Variable) {
    if (auto Ordinal = Target.data(Variable))
      import(Variable, *Ordinal);
  }

  void planDefinition(GlobalVariable &Variable) {
    auto Ordinal = Target.data(Variable);
    if (!Ordinal)
      return checkNew(Variable);
    const rv_data &Record = record(*Ordinal);
    uint64_t Size = M.getDataLayout().getTypeAllocSize(Variable.getValueType());
    uint64_t Type = signatureHash(Variable, Info.Types.variable(Variable.getName()));
    bool IsSameType = Size == Record.size && Type == Record.type_hash;
    if (Size == Record.size && hadType(Variable, Record)) {
      if (Info.Types.changes().Holders.contains(withoutRank(Variable.getName())))
        return Refuse.because(Limit::TRANSFORMERS,
                              "%0 holds an object of a type whose layout changes; only objects "
                              "that a variable points to can be converted",
                              Variable);
      IsSameType = true;
    }
    bool IsSameStart = initHash(Variable) == Record.init_hash;
    bool WasConstant = Record.flags & RV_DATA_CONSTANT;

    if (holdsLabel(Variable.getInitializer()))
      return; // defined anew: its addresses are of no use to another body
    if (Variable.isConstant() && isInUnwindTable(Variable))
      return; // copied
    if (isContent(Variable) && WasConstant) {
      if (!IsSameType || !IsSameStart)
        return checkIdentity(Variable); // copied; its old self stays for old code
    } else if (WasConstant && !Variable.isConstant()) {
      if (Variable.hasLocalLinkage())
        return; // defined anew: the program never had another value in it
      return Refuse.because(Limit::VARIABLES,
                            "%0 is no longer constant, but in the program it lies in read-only "
                            "memory; give the new variable another name",
                            Variable);
    } else if (isContent(Variable)) {
      return Refuse.because(Limit::VARIABLES,
                            "nothing in the new source writes %0 any more, so its live value "
                            "would be lost; declare it volatile",
                            Variable);
    } else if (!IsSameType) {
      return Refuse.becauseOfType(Limit::TYPES,
                                  "the type of %0, or the layout of a type that it uses, has "
                                  "changed, but the program has live data of the old one; give "
                                  "the new variable another name",
                                  Variable);
    } else if (!IsSameStart) {
      return Refuse.because(Limit::VARIABLES,
                            "the initialiser of %0 has changed, but the variable exists already; "
                            "assign the value in a function, or give the new variable another "
                            "name",
                            Variable);
    }
    import(Variable, *Ordinal);
    Plan.Existing.push_back(&Variable);
  }

  // Live data may hold the old constant's address, which the new one's never equals.
  void checkIdentity(const GlobalVariable &Constant) {
    SmallPtrSet<const Value *, 16> Seen;
    if (isCompared(Constant, Seen))
      Refuse.because(
          Limit::VARIABLES,
          "the contents of the constant %0 have changed, and the new source compares its "
          "address, but the program may have stored that of the old one; leave it as it "
          "is, and put what is new into a constant of another name",
          Constant);
  }

  // Variable is not in the program under its name. Maybe in pieces?
  void checkNew(GlobalVariable &Variable) {
    if (!Variable.hasLocalLinkage() || isContent(Variable))
      return;
    auto [Whole, Suffix] = Variable.getName().rsplit('.');
    bool IsPiece = isPieceNumber(Suffix) && isLive(Whole);
    if (IsPiece || hasPieces(Variable.getName()))
      Refuse.because(Limit::VARIABLES,
                     "the compiler has laid out %0 in another way than in the program, because it "
                     "is used in another way; its live value would be lost",
                     Variable);
    StringRef First = withoutRank(Variable.getName());
    if (First != Variable.getName() && Target.unitData(First))
      Refuse.because(Limit::VARIABLES,
                     "one function has more static variables of the name %0 than in the program, "
                     "so they cannot be told apart; give the new one another name",
                     Variable);
  }

  bool isLive(StringRef Name) const {
    auto Ordinal = Target.unitData(Name);
    return Ordinal && !(record(*Ordinal).flags & RV_DATA_CONSTANT);
  }

  bool hasPieces(StringRef Whole) const {
    for (uint32_t I = 0; I < Target.file().data_count; ++I) {
      const rv_file_data &Datum = Target.file().data[I];
      StringRef Name = Datum.name;
      if (Name.consume_front(Whole) && Name.consume_front(".") && isPieceNumber(Name) &&
          Target.isInUnit(Datum.unit))
        return true;
    }
    return false;
  }

  // Fewer variables of one name than the program has: which one is gone?
  void checkRanks() {
    for (uint32_t I = 0; I < Target.file().data_count; ++I) {
      const rv_file_data &Datum = Target.file().data[I];
      StringRef Name = Datum.name, First = withoutRank(Name);
      if (First == Name || M.getNamedGlobal(Name) || !Target.isInUnit(Datum.unit))
        continue;
      if (GlobalVariable *Variable = M.getNamedGlobal(First))
        Refuse.because(Limit::VARIABLES,
                       "one function has fewer static variables of the name %0 than in the "
                       "program, so they cannot be told apart; keep them all",
                       *Variable);
    }
  }
};

} // namespace

void planVariables(Module &M, const Unit &Info, const PatchTarget &Target, Refusals &Refuse,
                   PatchPlan &Plan) {
  DataPlanner(M, Info, Target, Refuse, Plan).run();
}

} // namespace revector
