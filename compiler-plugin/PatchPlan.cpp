// SPDX-License-Identifier: BSD-2-Clause
//
// PatchPlan.cpp - functions: by comparing hashes, then by looking at callers.
//
// The rules for variables, which hold the state of the running program, are in
// PatchData.cpp.
#include "compiler-plugin/PatchPlan.h"

#include "compiler-plugin/Altered.h"
#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/BodyHash.h"
#include "compiler-plugin/Endless.h"
#include "compiler-plugin/PatchData.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/PatchTransforms.h"
#include "compiler-plugin/PatchTypes.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

#include <set>

using namespace llvm;

namespace revector {
namespace {

class Planner {
public:
  Planner(Module &M, const Unit &Info, const PatchTarget &Target)
      : M(M), Info(Info), Target(Target), Refuse(Info),
        IsLayoutChanged(hasChangedLayouts(Info, Target)) {}

  std::optional<PatchPlan> run() {
    for (Function &F : M)
      if (!F.isDeclarationForLinker())
        addFunction(F);
    for (const Retyped &Changed : RetypedFunctions)
      checkCallers(Changed);
    checkRetypedElsewhere();
    checkLists();
    planVariables(M, Info, Target, Refuse, Plan);
    planTransforms(M, Info, Target, Refuse, Plan);
    importNames();
    if (!Refuse.any())
      checkAltered();
    checkEnums(Info, Target, Refuse);
    Refuse.say();
    if (!Refuse.any())
      return std::move(Plan);
    explainLayouts(Info, Target, Refuse);
    return std::nullopt;
  }

private:
  // A function with another signature than in the program.
  struct Retyped {
    Function *F;
    uint16_t Flags; // of the program's
  };

  Module &M;
  const Unit &Info;
  const PatchTarget &Target;
  Refusals Refuse;
  const bool IsLayoutChanged; // of any struct or union
  PatchPlan Plan;
  DenseMap<const Function *, Fate> Fates;
  std::vector<Retyped> RetypedFunctions;

  void addFunction(Function &F) {
    // A hook belongs to this patch, whatever the program has under its name.
    PatchFunction It = {&F, Fate::New, isHook(F) ? std::nullopt : Target.method(F),
                        signatureHash(F, Info.Types.function(F.getName())), bodyHash(F)};
    if (It.Method) {
      const rv_method &Record = *Target.file().methods[*It.Method].record;
      if (hadType(F, Record))
        It.TypeHash = Record.type_hash;
      findReason(It, Record);
      It.What = compare(It, Record);
    }
    Fates[&F] = It.What;
    Plan.Functions.push_back(It);
    if (It.What != Fate::New)
      Plan.Imports[&F] = {RV_IMPORT_METHOD, *It.Method};
  }

  // For people: why its body differs if nobody has touched it.
  void findReason(PatchFunction &It, const rv_method &Record) {
    const StringRef Name = symbolName(*It.F);
    It.IsAsWritten =
        Record.written_hash && Record.written_hash == Info.Functions->lookup(Name).Hash;
    if (It.IsAsWritten && It.BodyHash != Record.body_hash)
      It.Callees = changedBelow(Name, *Info.Functions, Target);
  }

  // That signature, while the types that change were what they were.
  bool hadType(const Function &F, const rv_method &Record) const {
    uint64_t Then = Info.Types.functionThen(F.getName());
    return Then && signatureHash(F, Then) == Record.type_hash;
  }

  // It may have an old object in hand: nobody may be in it while objects are converted.
  bool knowsChangedType(const Function &F) const {
    return Info.Types.changes().Users.contains(F.getName());
  }

  Fate compare(const PatchFunction &It, const rv_method &Record) {
    Function &F = *It.F;
    if (It.TypeHash == Record.type_hash && It.BodyHash == Record.body_hash && !knowsChangedType(F))
      return Fate::Same;
    // An inline function whose record is another unit's: that one is not
    // compiled now, so ours is a copy for our own callers.
    if (F.isWeakForLinker() && !Target.isInUnit(Target.file().methods[*It.Method].unit))
      return Fate::New;
    if (It.TypeHash != Record.type_hash && isTurn(F)) {
      refuseFrame(F);
      return Fate::Replaced;
    }
    if (It.TypeHash != Record.type_hash && mayBeRetyped(F)) {
      RetypedFunctions.push_back({&F, Record.flags});
      if (!F.hasLocalLinkage())
        Plan.Retyped.push_back(&F);
      return Fate::New;
    }
    if (It.TypeHash != Record.type_hash)
      refuseSignature(F, "code outside the patch calls it");
    else if (Record.flags & RV_METHOD_FIXED)
      Refuse.because(Limit::CODE,
                     sentence(It, Record) +
                         ", but its calls are not translated (it is fixed), so the "
                         "running program cannot be led to a new body",
                     F, It.Callees);
    else
      warnOfOldCode(It, Record);
    return Fate::Replaced;
  }

  void refuseSignature(const Function &F, StringRef Why, const Function *Other = nullptr) {
    Refuse.becauseOfType(Limit::SIGNATURES,
                         ("the signature of %0, or the layout of a type that it uses, has "
                          "changed, and " +
                          Why + "; give the new function another name")
                             .str(),
                         F, Other);
  }

  // Who calls a function of external linkage from other units, the maker of the patch finds
  // out. Not where a layout is what has changed: there the callers' code may be the same.
  bool mayBeRetyped(const Function &F) const {
    return F.hasLocalLinkage() ||
           (F.hasExternalLinkage() && !Info.Opts.PatchTogether.empty() && !IsLayoutChanged);
  }

  // A new turn would do for a loop that begins anew; the one that runs now, which
  // the patch is for, would go on with the old turns, and nobody would know.
  void refuseFrame(Function &F) {
    Refuse.because(Limit::LOOPS,
                   "%0, which is a loop's turn, finds other variables around the loop, or of "
                   "other types, or leads to other labels than in the running program, whose loop "
                   "goes on with those that it has; now they are: " +
                       Info.Frames.lookup(F.getName()),
                   F);
  }

  // The patch is right, but there is code that it will not reach.
  void warnOfOldCode(const PatchFunction &It, const rv_method &Record) {
    if (StringRef Old = oldCode(*It.F, Record); !Old.empty())
      Refuse.warn(sentence(It, Record) + Old.str(), *It.F, It.Callees);
  }

  // What has put It into the patch; %1 is for Callees.
  static std::string sentence(const PatchFunction &It, const rv_method &Record) {
    const bool IsSame = It.BodyHash == Record.body_hash && It.TypeHash == Record.type_hash;
    if (!IsSame && !It.IsAsWritten)
      return "%0 has changed";
    std::string Only = "%0 itself has not changed, only ";
    if (It.Callees.empty())
      return Only + (IsSame ? "the layout of a type that it works on"
                            : "what has become a part of its code or what that relies on");
    return Only + (IsSame ? "the signature of %1, which it calls" : "%1, on which its code relies");
  }

  static StringRef oldCode(const Function &F, const rv_method &Record) {
    if (Record.flags & RV_METHOD_CONSTRUCTOR)
      return ", but the running program has already called it at its start";
    if (takesTurns(F))
      return isTurn(F) ? ""
                       : " outside of its marked loop: whoever is inside it keeps the old code "
                         "there";
    if (F.getName() == "main")
      return ", but the running program is inside it and never calls it again; of a loop that is "
             "marked [[revector::loop]], the next turn is new";
    if (isEndless(F))
      return ", but it has a loop without an end: whoever is inside it keeps the old code; of a "
             "loop that is marked [[revector::loop]], the next turn is new";
    return "";
  }

  // A function may change its signature if whoever calls it changes too: it is a new
  // function then, and the old one stays for old code.
  void checkCallers(const Retyped &Changed) {
    if (Changed.Flags & RV_METHOD_ADDRESS_TAKEN)
      return refuseSignature(*Changed.F, "the program may have stored its address");
    for (const Use &U : Changed.F->uses()) {
      auto *Call = dyn_cast<CallBase>(U.getUser());
      if (!Call || !Call->isCallee(&U))
        return refuseSignature(*Changed.F, "its address is taken");
      if (Fates.lookup(Call->getFunction()) == Fate::Same)
        callsRetyped(*Changed.F, *Call->getFunction());
    }
  }

  // Its code is what the program has, but it is to call another function now. Where a layout
  // is what has changed, it may hand over an old object.
  void callsRetyped(Function &Changed, Function &Caller) {
    auto It = find_if(Plan.Functions, [&](const PatchFunction &Of) { return Of.F == &Caller; });
    const rv_method &Record = *Target.file().methods[*It->Method].record;
    if (Caller.isWeakForLinker() || Record.flags & RV_METHOD_FIXED || IsLayoutChanged)
      return refuseSignature(Changed, "%1, which calls it, has not", &Caller);
    It->What = Fates[&Caller] = Fate::Replaced;
    It->Callees.push_back(symbolName(Changed).str());
    warnOfOldCode(*It, Record);
  }

  // The same for callers of what another unit of the patch has retyped.
  void checkRetypedElsewhere() {
    for (const auto &Name : Target.retyped())
      if (Function *F = M.getFunction(Name.getKey()); F && F->isDeclarationForLinker())
        checkCallers({F, 0});
  }

  // Objects that the program has, but neither a variable nor a signature of this unit shows:
  // those behind a `void *`, and those that other source files hand over. The last check: who
  // is refused for a layout otherwise knows already.
  void checkAltered() {
    std::set<std::string> Named;
    for (const PatchFunction &It : Plan.Functions) {
      std::string Title = alteredType(*It.F).str();
      if (It.What != Fate::Same && !Title.empty() && Named.insert(Title).second)
        Refuse.because(Limit::TYPES,
                       "the layout of '%0' has changed, and '%1', which is in the patch, works on "
                       "such objects, of which the program may have old ones; give the new type "
                       "another name, or convert them",
                       {Title, It.F->getName().str()});
    }
  }

  // A patch's code runs when it is called and not when it is loaded.
  void checkLists() {
    for (StringRef List : {"llvm.global_ctors", "llvm.global_dtors"}) {
      GlobalVariable *Array = M.getNamedGlobal(List);
      if (!Array || !Array->hasInitializer())
        continue;
      for (const Use &Entry : Array->getInitializer()->operands()) {
        auto *Named = dyn_cast<Function>(cast<Constant>(Entry)->getOperand(1)->stripPointerCasts());
        if (Named && Fates.count(Named) && Fates.lookup(Named) == Fate::New)
          Refuse.because(Limit::CODE,
                         "%0 is a new constructor or destructor, which a patch cannot run", *Named);
      }
    }
  }

  // What the plugin has not seen, and the dynamic linker does not know.
  void importSymbol(GlobalValue &G) {
    if (auto Offset = Target.symbol(G))
      Plan.Imports[&G] = {RV_IMPORT_SYMBOL, *Offset};
  }

  // What other units define, and other names for what this one defines.
  void importNames() {
    for (Function &F : M) {
      if (!F.isDeclarationForLinker() || F.isIntrinsic())
        continue;
      if (auto Ordinal = Target.method(F))
        Plan.Imports[&F] = {RV_IMPORT_METHOD, *Ordinal};
      else
        importSymbol(F);
    }
    for (GlobalVariable &Variable : M.globals())
      if (Variable.isDeclarationForLinker() && !Variable.isThreadLocal() &&
          !Plan.Imports.contains(&Variable))
        importSymbol(Variable);
    for (GlobalIFunc &Indirect : M.ifuncs()) {
      if (auto Ordinal = Target.method(Indirect))
        Plan.Imports[&Indirect] = {RV_IMPORT_METHOD, *Ordinal};
      else
        Refuse.because(Limit::CODE, "%0 is an indirect function, which a patch cannot hold",
                       Indirect);
    }
    for (GlobalAlias &Alias : M.aliases()) {
      if (auto Ordinal = Target.method(Alias))
        Plan.Imports[&Alias] = {RV_IMPORT_METHOD, *Ordinal};
      else if (auto Datum = Target.data(Alias))
        Plan.Imports[&Alias] = {RV_IMPORT_DATA, *Datum};
    }
  }
};

} // namespace

std::optional<PatchPlan> makePatchPlan(Module &M, const Unit &Info, const PatchTarget &Target) {
  return Planner(M, Info, Target).run();
}

} // namespace revector
