// SPDX-License-Identifier: BSD-2-Clause
//
// InlineCalls.cpp - a direct call becomes loads and an indirect call.
//
// The loads are plain, neither volatile nor atomic, because the x86-64 back end
// folds only a plain load into its call (`call *entry(%rip)`). They cannot be
// merged or moved out of a loop all the same: the tables are marked as changed
// from outside, and every expanded call is made to read and write memory, so a
// load cannot pass the call that it belongs to. That holds for the optimiser of
// a later LTO link as well.
#include "compiler-plugin/InlineCalls.h"

#include "compiler-plugin/Plan.h"
#include "compiler-plugin/Remarks.h"
#include "compiler-plugin/Stub.h"
#include "tablewalk/tw_format.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace revector {
namespace {

class Expander {
public:
  Expander(const Method &Callee, Translation How)
      : Callee(Callee), How(How), M(*Callee.Entry->getParent()) {}

  void run() {
    const char *Foreign = whyNotOurs(*Callee.Entry);
    for (CallBase *Call : directCalls()) {
      const char *WhyNot = Foreign ? Foreign : whyNotHere(*Call);
      remarkCall(*Call, *Callee.Entry, WhyNot);
      if (!WhyNot)
        expand(*Call);
    }
  }

private:
  const Method &Callee;
  const Translation How;
  Module &M;

  SmallVector<CallBase *, 16> directCalls() const {
    SmallVector<CallBase *, 16> Calls;
    for (const Use &U : Callee.Entry->uses())
      if (auto *Call = dyn_cast<CallBase>(U.getUser()))
        if (Call->isCallee(&U) && !Call->getFunction()->hasAvailableExternallyLinkage())
          Calls.push_back(Call);
    return Calls;
  }

  static const char *whyNotOurs(const Function &Entry) {
    if (Entry.isInterposable() || !Entry.isDSOLocal())
      return "may reach another definition";
    return nullptr;
  }

  static const char *whyNotHere(const CallBase &Call) {
    if (Call.isMustTailCall())
      return "is a tail call that must stay one";
    if (isa<CallBrInst>(Call))
      return "is a branch as well";
    return nullptr;
  }

  Value *load(IRBuilder<> &Builder, Type *What, Value *From) const {
    LoadInst *Load = Builder.CreateAlignedLoad(What, From, Align(sizeof(uint64_t)));
    Load->setMetadata(LLVMContext::MD_nosanitize, MDNode::get(M.getContext(), {}));
    return Load;
  }

  uint64_t entryOffset() const { return Callee.Index * sizeof(uint64_t); }

  CallBase *walk(CallBase &Call, IRBuilder<> &Builder) const {
    Value *Leaf = load(Builder, Builder.getPtrTy(), Callee.Home->Slot);
    Value *Entry = Builder.CreateConstGEP1_64(Builder.getInt8Ty(), Leaf, entryOffset());
    Value *Target = load(Builder, Builder.getPtrTy(), Entry);
    CallBase *Translated = addChain(Call, Leaf);
    Translated->setCalledOperand(Target);
    return Translated;
  }

  CallBase *loadEntry(CallBase &Call, IRBuilder<> &Builder) const {
    Value *Entry = Builder.CreateConstInBoundsGEP1_64(Builder.getInt8Ty(), Callee.Home->Leaf,
                                                      sizeof(tw_table) + entryOffset());
    Call.setCalledOperand(load(Builder, Builder.getPtrTy(), Entry));
    return &Call;
  }

  void expand(CallBase &Call) const {
    IRBuilder<> Builder(&Call);
    CallBase *Translated =
        How == Translation::Walk ? walk(Call, Builder) : loadEntry(Call, Builder);
    keepRecord(*Callee.Record, *Translated);
    Translated->removeFnAttr(Attribute::Memory);
    Translated->getFunction()->removeFnAttr(Attribute::Memory);
  }

  // What a method fault needs, in the static chain's register: an argument behind
  // the named ones.
  CallBase *addChain(CallBase &Call, Value *Chain) const {
    FunctionType *Type = Call.getFunctionType();
    const unsigned At = Type->getNumParams();
    SmallVector<class Type *, 8> Types(Type->params());
    Types.push_back(Chain->getType());
    SmallVector<Value *, 8> Arguments(Call.args());
    Arguments.insert(Arguments.begin() + At, Chain);
    auto *With = FunctionType::get(Type->getReturnType(), Types, Type->isVarArg());

    CallBase *New = cloneCall(Call, With, Arguments);
    New->setAttributes(attributesWithChain(Call, At));
    New->setCallingConv(Call.getCallingConv());
    New->copyMetadata(Call);
    New->takeName(&Call);
    Call.replaceAllUsesWith(New);
    Call.eraseFromParent();
    return New;
  }

  static CallBase *cloneCall(CallBase &Call, FunctionType *Type, ArrayRef<Value *> Arguments) {
    SmallVector<OperandBundleDef, 2> Bundles;
    Call.getOperandBundlesAsDefs(Bundles);
    if (auto *Invoke = dyn_cast<InvokeInst>(&Call))
      return InvokeInst::Create(Type, Call.getCalledOperand(), Invoke->getNormalDest(),
                                Invoke->getUnwindDest(), Arguments, Bundles, "",
                                Call.getIterator());
    auto *New =
        CallInst::Create(Type, Call.getCalledOperand(), Arguments, Bundles, "", Call.getIterator());
    New->setTailCallKind(cast<CallInst>(Call).getTailCallKind());
    if (isa<FPMathOperator>(New))
      New->copyFastMathFlags(&Call);
    return New;
  }

  AttributeList attributesWithChain(const CallBase &Call, unsigned At) const {
    LLVMContext &Context = M.getContext();
    const AttributeList Old = Call.getAttributes();
    SmallVector<AttributeSet, 8> Params;
    for (unsigned I = 0; I < Call.arg_size(); ++I)
      Params.push_back(Old.getParamAttrs(I));
    AttrBuilder Nest(Context);
    Nest.addAttribute(Attribute::Nest);
    Params.insert(Params.begin() + At, AttributeSet::get(Context, Nest));
    return AttributeList::get(Context, Old.getFnAttrs(), Old.getRetAttrs(), Params);
  }
};

} // namespace

void translateCallsInPlace(const Plan &What, Translation How) {
  for (const Method &Callee : What.Methods)
    if (Callee.isTranslated())
      Expander(Callee, How).run();
}

} // namespace revector
