// SPDX-License-Identifier: BSD-2-Clause
//
// RecordWriter.cpp - a record is an array of 32-bit words, so that its type does
// not depend on which fields are links.
#include "compiler-plugin/RecordWriter.h"

#include "compiler-plugin/Symbols.h"
#include "runtime/include/revector/record.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

#include <cassert>
#include <cstring>

using namespace llvm;

namespace revector {
namespace {

constexpr size_t WordSize = sizeof(rv_rel);

Constant *byteOffset(Constant *Base, size_t Offset) {
  LLVMContext &Context = Base->getContext();
  // inbounds: else the back end takes the distance for one that the loader must fill in.
  return ConstantExpr::getInBoundsGetElementPtr(
      Type::getInt8Ty(Context), Base, ConstantInt::get(Type::getInt64Ty(Context), Offset));
}

} // namespace

Constant *distanceTo(Constant *Target, GlobalVariable *Record, size_t Offset) {
  Type *Int64 = Type::getInt64Ty(Target->getContext());
  Constant *Field = ConstantExpr::getPtrToInt(byteOffset(Record, Offset), Int64);
  Constant *Difference = ConstantExpr::getSub(ConstantExpr::getPtrToInt(Target, Int64), Field);
  return ConstantExpr::getTrunc(Difference, Type::getInt32Ty(Target->getContext()));
}

void exemptFromSanitizers(GlobalVariable *Variable) {
  GlobalValue::SanitizerMetadata Exempt;
  Exempt.NoAddress = Exempt.NoHWAddress = true;
  Variable->setSanitizerMetadata(Exempt);
}

GlobalVariable *RecordWriter::declare(size_t Size, size_t Align, const Twine &Name,
                                      StringRef Section) {
  auto *Words = ArrayType::get(Type::getInt32Ty(M.getContext()), Size / WordSize);
  auto *Variable =
      new GlobalVariable(M, Words, /*isConstant=*/true, GlobalValue::PrivateLinkage, nullptr, Name);
  Variable->setSection(Section);
  Variable->setAlignment(llvm::Align(Align));
  exemptFromSanitizers(Variable);
  return Variable;
}

void RecordWriter::define(GlobalVariable *Variable, const void *Contents, size_t Size,
                          ArrayRef<Link> Links) {
  SmallVector<Constant *, 16> Words;
  for (size_t Offset = 0; Offset < Size; Offset += WordSize) {
    uint32_t Word;
    std::memcpy(&Word, static_cast<const char *>(Contents) + Offset, WordSize);
    Words.push_back(ConstantInt::get(Type::getInt32Ty(M.getContext()), Word));
  }
  for (const Link &L : Links)
    if (L.Target) {
      assert(L.Offset % WordSize == 0 && L.Offset < Size && "not a field of this record");
      Words[L.Offset / WordSize] = distanceTo(L.Target, Variable, L.Offset);
    }
  Variable->setInitializer(ConstantArray::get(cast<ArrayType>(Variable->getValueType()), Words));
}

void RecordWriter::tie(GlobalVariable *Record, GlobalObject &Owner) {
  // A common variable has no section of its own that could be dropped.
  if (!Owner.hasCommonLinkage())
    Record->setMetadata(LLVMContext::MD_associated,
                        MDNode::get(M.getContext(), ValueAsMetadata::get(&Owner)));
  // A record of another unit's copy must go with our copy.
  Record->setComdat(Owner.getComdat());
}

Constant *RecordWriter::string(StringRef Text) {
  Constant *&Known = Strings[Text];
  if (Known)
    return Known;
  Constant *Bytes = ConstantDataArray::getString(M.getContext(), Text);
  auto *Variable = new GlobalVariable(M, Bytes->getType(), /*isConstant=*/true,
                                      GlobalValue::PrivateLinkage, Bytes, "rv.string");
  Variable->setSection(RV_SECTION_STRINGS);
  Variable->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  Variable->setAlignment(llvm::Align(1));
  exemptFromSanitizers(Variable);
  return Known = Variable;
}

Constant *RecordWriter::name(const GlobalValue &Of) { return string(symbolName(Of)); }

GlobalVariable *RecordWriter::changingData(Constant *Contents, const Twine &Name,
                                           StringRef Section) {
  auto *Variable = new GlobalVariable(M, Contents->getType(), /*isConstant=*/false,
                                      GlobalValue::PrivateLinkage, Contents, Name);
  Variable->setSection(Section);
  Variable->setAlignment(llvm::Align(alignof(uint64_t)));
  Variable->setExternallyInitialized(true);
  exemptFromSanitizers(Variable);
  return Variable;
}

} // namespace revector
