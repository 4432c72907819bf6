// SPDX-License-Identifier: BSD-2-Clause
//
// Patch.cpp - the order of the steps: plan, strip, import, bind, record.
//
// Planning refuses before anything is changed. Stripping comes before importing,
// so that only what is needed is imported.
#include "compiler-plugin/Patch.h"

#include "compiler-plugin/PatchHooks.h"
#include "compiler-plugin/PatchImports.h"
#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/PatchRemarks.h"
#include "compiler-plugin/PatchStrip.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/PatchTransforms.h"
#include "compiler-plugin/RecordWriter.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/Retyped.h"
#include "compiler-plugin/Unit.h"

#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include <cstring>

using namespace llvm;

namespace revector {
namespace {

constexpr char ReplacementMark[] = "revector-replacement";

// A replacement is a plain local function, under the program's name for the
// sake of debuggers; the loader finds it by its record.
void recordReplacement(Module &M, const PatchFunction &It, RecordWriter &Writer) {
  Function &F = *It.F;
  rv_replacement Contents = {};
  Contents.method = *It.Method;
  Contents.type_hash = It.TypeHash;
  Contents.body_hash = It.BodyHash;
  F.setComdat(nullptr);
  F.setLinkage(GlobalValue::InternalLinkage);
  F.setVisibility(GlobalValue::DefaultVisibility);
  F.setDSOLocal(true);
  F.addFnAttr(ReplacementMark);
  GlobalVariable *Record =
      Writer.declare<rv_replacement>("rv.replacement", RV_SECTION_REPLACEMENTS);
  Writer.define(
      Record, Contents,
      {{offsetof(rv_replacement, name), Writer.name(F)}, {offsetof(rv_replacement, body), &F}});
  appendToCompilerUsed(M, {Record});
}

// What the patch was made for. In the group of rv_image, of which the linker
// keeps one for all units.
void recordIdentity(Module &M, const rv_image_file &File, RecordWriter &Writer) {
  rv_patch Contents = {};
  Contents.abi = RV_RECORD_ABI;
  Contents.build_id_size = File.build_id_size;
  std::memcpy(Contents.build_id, File.build_id, sizeof(Contents.build_id));
  Contents.image_hash = File.image_hash;
  GlobalVariable *Record = Writer.declare<rv_patch>("rv.patch", RV_SECTION_PATCH);
  Writer.define(Record, Contents, {});
  Record->setComdat(M.getOrInsertComdat("rv_image"));
  appendToCompilerUsed(M, {Record});
}

// What the patch defines is its own, whoever else has the name; what it does not
// define and the program's records do not have, the dynamic linker has to find.
void bindSymbols(Module &M) {
  for (GlobalValue &Global : M.global_values()) {
    if (Global.hasLocalLinkage() || Global.getName().starts_with("llvm."))
      continue;
    if (Global.isDeclaration()) {
      Global.setVisibility(GlobalValue::DefaultVisibility);
      Global.setDSOLocal(false);
    } else {
      Global.setVisibility(GlobalValue::HiddenVisibility);
    }
    // A patch is loaded when the threads exist already.
    if (auto *Variable = dyn_cast<GlobalVariable>(&Global); Variable && Variable->isThreadLocal())
      Variable->setThreadLocalMode(GlobalValue::GeneralDynamicTLSModel);
  }
}

} // namespace

bool isReplacement(const Function &F) { return F.hasFnAttribute(ReplacementMark); }

bool makePatch(Module &M, const Unit &Info) {
  const PatchTarget &Target = *Info.Target;
  std::optional<PatchPlan> Plan = makePatchPlan(M, Info, Target);
  if (!Plan)
    return false;
  remarkPlan(*Plan, Info);
  if (!noteRetyped(*Plan, Info))
    return false;

  Refusals Refuse(Info);
  RecordWriter Writer(M);
  stripToPatch(M, *Plan);
  replaceImports(M, *Plan, Target, Refuse, Writer);
  eraseUnusedDeclarations(M);
  bindSymbols(M);
  for (const PatchFunction &It : Plan->Functions)
    if (It.What == Fate::Replaced)
      recordReplacement(M, It, Writer);
  recordHooks(M, Writer, Refuse);
  recordTransforms(M, Info, Writer);
  recordIdentity(M, Target.file(), Writer);
  Refuse.say();
  return !Refuse.any();
}

} // namespace revector
