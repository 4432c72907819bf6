// SPDX-License-Identifier: BSD-2-Clause
//
// Image.cpp - the one struct with absolute addresses, in RELRO.
#include "compiler-plugin/Image.h"

#include "compiler-plugin/RecordWriter.h"
#include "runtime/include/revector/record.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace revector {
namespace {

// Before every constructor of the program, after every destructor.
constexpr int FirstPriority = 0;

// A bound of a section that the linker defines, null if the section is empty.
Constant *sectionBound(Module &M, StringRef Prefix, StringRef Section) {
  auto *Bound = cast<GlobalVariable>(
      M.getOrInsertGlobal((Prefix + Section).str(), Type::getInt8Ty(M.getContext())));
  Bound->setLinkage(GlobalValue::ExternalWeakLinkage);
  Bound->setVisibility(GlobalValue::HiddenVisibility);
  return Bound;
}

// struct rv_image as pointer-sized words.
Constant *imageContents(Module &M) {
  Type *Pointer = PointerType::getUnqual(M.getContext());
  Type *Int64 = Type::getInt64Ty(M.getContext());
  SmallVector<Constant *, 8> Words(sizeof(rv_image) / sizeof(void *),
                                   Constant::getNullValue(Pointer));
  auto word = [&](size_t Offset) -> Constant *& { return Words[Offset / sizeof(void *)]; };
  auto bounds = [&](size_t Begin, size_t End, StringRef Section) {
    word(Begin) = sectionBound(M, "__start_", Section);
    word(End) = sectionBound(M, "__stop_", Section);
  };
  word(offsetof(rv_image, abi)) =
      ConstantExpr::getIntToPtr(ConstantInt::get(Int64, RV_RECORD_ABI), Pointer);
  bounds(offsetof(rv_image, methods), offsetof(rv_image, methods_end), RV_SECTION_METHODS);
  bounds(offsetof(rv_image, units), offsetof(rv_image, units_end), RV_SECTION_UNITS);
  bounds(offsetof(rv_image, data), offsetof(rv_image, data_end), RV_SECTION_DATA);
  bounds(offsetof(rv_image, patch), offsetof(rv_image, patch_end), RV_SECTION_PATCH);
  bounds(offsetof(rv_image, replacements), offsetof(rv_image, replacements_end),
         RV_SECTION_REPLACEMENTS);
  bounds(offsetof(rv_image, imports), offsetof(rv_image, imports_end), RV_SECTION_IMPORTS);
  bounds(offsetof(rv_image, fixups), offsetof(rv_image, fixups_end), RV_SECTION_FIXUPS);
  bounds(offsetof(rv_image, hooks), offsetof(rv_image, hooks_end), RV_SECTION_HOOKS);
  bounds(offsetof(rv_image, transforms), offsetof(rv_image, transforms_end), RV_SECTION_TRANSFORMS);
  return ConstantArray::get(ArrayType::get(Pointer, Words.size()), Words);
}

void shareBetweenUnits(GlobalObject &Object) {
  Object.setLinkage(GlobalValue::LinkOnceODRLinkage);
  Object.setVisibility(GlobalValue::HiddenVisibility);
  Object.setComdat(Object.getParent()->getOrInsertComdat("rv_image"));
}

// GNU ld, told to collect sections in spite of __start_/__stop_ symbols, keeps the
// first input section of that name all the same, and with it what it refers to.
// So the first one is empty.
void putEmptyFirst(Module &M, StringRef Section) {
  auto *Nothing = ArrayType::get(Type::getInt8Ty(M.getContext()), 0);
  auto *First =
      new GlobalVariable(M, Nothing, /*isConstant=*/true, GlobalValue::PrivateLinkage,
                         ConstantAggregateZero::get(Nothing), "rv.first", &*M.global_begin());
  First->setSection(Section);
  First->setAlignment(Align(alignof(uint64_t)));
  First->setComdat(M.getOrInsertComdat("rv_image"));
  exemptFromSanitizers(First);
  appendToCompilerUsed(M, {First});
}

// void Name(void) { Callee(&rv_image); }
// Names with a dot: libtool makes lists of whatever is defined under a name of C's.
Function *createHook(GlobalVariable &Image, StringRef Name, StringRef Callee) {
  Module &M = *Image.getParent();
  Type *Void = Type::getVoidTy(M.getContext());
  Function *Hook = Function::createWithDefaultAttr(
      FunctionType::get(Void, false), GlobalValue::LinkOnceODRLinkage,
      M.getDataLayout().getProgramAddressSpace(), Name, &M);
  shareBetweenUnits(*Hook);
  Hook->addFnAttr(Attribute::DisableSanitizerInstrumentation);
  IRBuilder<> Builder(BasicBlock::Create(M.getContext(), "", Hook));
  Builder.CreateCall(M.getOrInsertFunction(Callee, Void, Image.getType()), {&Image});
  Builder.CreateRetVoid();
  return Hook;
}

} // namespace

GlobalVariable *defineImage(Module &M) {
  Constant *Contents = imageContents(M);
  auto *Image = new GlobalVariable(M, Contents->getType(), /*isConstant=*/false,
                                   GlobalValue::LinkOnceODRLinkage, Contents, "rv_image");
  shareBetweenUnits(*Image);
  for (const char *Section : {RV_SECTION_METHODS, RV_SECTION_DATA})
    putEmptyFirst(M, Section);
  Image->setSection(".data.rel.ro.rv.image");
  Image->setAlignment(Align(alignof(rv_image)));
  exemptFromSanitizers(Image);
  appendToGlobalCtors(M, createHook(*Image, "rv.image.enter", "rv_image_add"), FirstPriority,
                      Image);
  appendToGlobalDtors(M, createHook(*Image, "rv.image.leave", "rv_image_remove"), FirstPriority,
                      Image);
  return Image;
}

} // namespace revector
