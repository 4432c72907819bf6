// SPDX-License-Identifier: BSD-2-Clause
//
// TypeShape.cpp - from clang's types to words, and from words to hashes.
//
// Structs form a graph with cycles. It is cut into strongly connected groups
// (Tarjan's algorithm, LLVM's scc_iterator), which come with their successors
// first. In a group of n structs, every hash is computed n times from the hashes
// of the round before, so that each one has seen all others.
#include "compiler-plugin/TypeShape.h"
#include "compiler-plugin/HashStream.h"
#include "compiler-plugin/LoopAttribute.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/GraphTraits.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace llvm {
template <> struct GraphTraits<revector::RecordShape *> {
  using NodeRef = revector::RecordShape *;
  using ChildIteratorType = std::vector<revector::RecordShape *>::iterator;
  static NodeRef getEntryNode(NodeRef Root) { return Root; }
  static ChildIteratorType child_begin(NodeRef Node) { return Node->Targets.begin(); }
  static ChildIteratorType child_end(NodeRef Node) { return Node->Targets.end(); }
};
} // namespace llvm

namespace revector {

static void add(Shape &To, uint64_t Word) { To.push_back({Word, nullptr}); }

// ---- types ----

static bool isNumber(QualType T) { return T->isIntegralOrEnumerationType() && !T->isBooleanType(); }

static bool isByte(const ASTContext &Context, QualType T) {
  return !T->isIncompleteType() && Context.getTypeSize(T) == 8;
}

static void addBuiltin(const ASTContext &Context, const BuiltinType *T, Shape &To) {
  if (T->isInteger() && T->getKind() != BuiltinType::Bool) {
    add(To, 'I');
    add(To, Context.getTypeSize(T));
    add(To, T->isSignedInteger());
  } else {
    add(To, 'B');
    add(To, T->getKind());
  }
}

void TypeShapes::addRecord(const RecordType *T, Shape &To) {
  const RecordDecl *Definition = T->getDecl()->getDefinition();
  if (!Definition || Definition->isInvalidDecl() || Definition->isDependentContext())
    return add(To, 'O');
  if (const RecordDecl *Then = Was.lookup(Definition))
    Definition = Then;
  To.push_back({'R', record(Definition)});
}

void TypeShapes::addCallable(const FunctionType *T, Shape &To) {
  add(To, T->getCallConv());
  add(To, T->getExtInfo().getHasRegParm() ? T->getExtInfo().getRegParm() : 0);
  addPassed(T->getReturnType(), To);
  auto *Prototype = dyn_cast<FunctionProtoType>(T);
  if (!Prototype)
    return;
  add(To, Prototype->isVariadic());
  add(To, Prototype->getNumParams());
  for (QualType Parameter : Prototype->param_types())
    addPassed(Parameter, To);
}

// A parameter or a result. A caller that was compiled with the one of two types calls right
// with the other, as it would after C's conversion (6.3.1.3, 6.3.2.3), if they differ in sign
// only or are pointers to bytes. Who calls a function with a narrower parameter has extended it
// by its sign.
void TypeShapes::addPassed(QualType Written, Shape &To) {
  QualType T = Context.getCanonicalType(Written);
  QualType Of = T->getPointeeType();
  if (isNumber(T) && Context.getTypeSize(T) >= 32) {
    add(To, 'I');
    add(To, Context.getTypeSize(T));
  } else if (T->isPointerType() && (Of->isVoidType() || (isNumber(Of) && isByte(Context, Of)))) {
    add(To, 'P');
    add(To, static_cast<uint64_t>(Of.getAddressSpace()));
  } else {
    addType(T, To);
  }
}

// Types that are made of one other type and perhaps a number.
void TypeShapes::addDerived(const Type *T, Shape &To) {
  QualType Of = T->getPointeeType();
  if (!Of.isNull())
    add(To, static_cast<uint64_t>(Of.getAddressSpace()));
  if (auto *Array = dyn_cast<ArrayType>(T))
    Of = Array->getElementType();
  if (auto *Sized = dyn_cast<ConstantArrayType>(T))
    add(To, Sized->getSize().getZExtValue());
  if (auto *Vector = dyn_cast<VectorType>(T)) {
    add(To, Vector->getNumElements());
    Of = Vector->getElementType();
  }
  if (auto *Complex = dyn_cast<ComplexType>(T))
    Of = Complex->getElementType();
  if (auto *Atomic = dyn_cast<AtomicType>(T))
    Of = Atomic->getValueType();
  if (auto *Bits = dyn_cast<BitIntType>(T))
    add(To, Bits->getNumBits() << 1 | Bits->isSigned());
  if (!Of.isNull())
    addType(Of, To);
}

void TypeShapes::addType(QualType Written, Shape &To) {
  const Type *T = Context.getCanonicalType(Written).getTypePtr();
  if (auto *Builtin = dyn_cast<BuiltinType>(T))
    return addBuiltin(Context, Builtin, To);
  if (auto *Enum = dyn_cast<EnumType>(T)) {
    QualType Underlying = Enum->getDecl()->getIntegerType();
    if (const EnumDecl *Definition = Enum->getDecl()->getDefinition())
      Enums.insert(Definition);
    return Underlying.isNull() ? add(To, 'E') : addType(Underlying, To);
  }
  if (auto *Record = dyn_cast<RecordType>(T))
    return addRecord(Record, To);
  add(To, T->getTypeClass());
  if (auto *Callable = dyn_cast<FunctionType>(T))
    return addCallable(Callable, To);
  addDerived(T, To);
}

void TypeShapes::addFunction(const FunctionDecl &F, Shape &To) {
  addType(F.getType(), To);
  // A definition in K&R style has parameters that its type does not tell.
  if (!F.hasPrototype())
    for (const ParmVarDecl *Parameter : F.parameters())
      addPassed(Parameter->getType(), To);
  if (auto *Method = dyn_cast<CXXMethodDecl>(&F); Method && Method->isInstance())
    addType(Method->getThisType(), To);
}

// ---- structs ----

RecordShape *TypeShapes::record(const RecordDecl *R) {
  std::unique_ptr<RecordShape> &Slot = Records[R];
  if (!Slot) {
    Slot = std::make_unique<RecordShape>();
    Slot->Of = R;
    Unfinished.push_back(R);
  }
  return Slot.get();
}

void TypeShapes::layOut(const RecordDecl *R, RecordShape &Into) {
  const ASTRecordLayout &Layout = Context.getASTRecordLayout(R);
  Shape &To = Into.Items;
  add(To, R->isUnion());
  add(To, Layout.getSize().getQuantity());
  add(To, Layout.getAlignment().getQuantity());
  add(To, R->canPassInRegisters());
  if (auto *Class = dyn_cast<CXXRecordDecl>(R)) {
    add(To, Class->isPolymorphic());
    for (const CXXBaseSpecifier &Base : Class->bases()) {
      const CXXRecordDecl *Of = Base.getType()->getAsCXXRecordDecl();
      add(To, Base.isVirtual());
      add(To, (Base.isVirtual() ? Layout.getVBaseClassOffset(Of) : Layout.getBaseClassOffset(Of))
                  .getQuantity());
      addType(Base.getType(), To);
    }
  }
  for (const FieldDecl *Field : R->fields()) {
    if (isFrame(*R)) // each address is of the variable of that name
      add(To, llvm::xxh3_64bits(Field->getName()));
    add(To, Layout.getFieldOffset(Field->getFieldIndex()));
    add(To, Field->isBitField() ? Field->getBitWidthValue(Context) : ~0u);
    addType(Field->getType(), To);
  }
  for (const ShapeItem &Item : To)
    if (Item.Record)
      Into.Targets.push_back(Item.Record);
}

// ---- texts ----

// "struct NAME"; empty if the program cannot have a name for it that lasts.
static std::string titleOf(const ASTContext &Context, const TagDecl &D) {
  const NamedDecl *Named = &D;
  if (const TypedefNameDecl *Typedef = D.getTypedefNameForAnonDecl())
    Named = Typedef;
  if (Named->getName().empty() || D.isDependentContext() ||
      Context.getSourceManager().isInSystemHeader(D.getLocation()))
    return "";
  return (D.getKindName() + " " + Named->getQualifiedNameAsString()).str();
}

// What the bits of a field mean, as far as its hash tells: two kinds of one size are two layouts.
static std::string kindOf(const ASTContext &Context, QualType Written) {
  const Type *T = Context.getCanonicalType(Written).getTypePtr();
  if (auto *Array = dyn_cast<ArrayType>(T))
    return kindOf(Context, Array->getElementType()) + "[]";
  if (auto *Atomic = dyn_cast<AtomicType>(T))
    return kindOf(Context, Atomic->getValueType());
  if (T->isBooleanType())
    return "bool";
  if (T->isIntegerType())
    return T->isSignedIntegerOrEnumerationType() ? "signed" : "unsigned";
  if (T->isRecordType())
    return T->isUnionType() ? "union" : "struct";
  return T->isPointerType() ? "pointer" : T->isRealFloatingType() ? "floating" : "other";
}

std::string typeText(const ASTContext &Context, const RecordDecl &R) {
  std::string Text = titleOf(Context, R);
  if (Text.empty())
    return Text;
  const ASTRecordLayout &Layout = Context.getASTRecordLayout(&R);
  Text += "\n" + std::to_string(Layout.getSize().getQuantity());
  for (const FieldDecl *Field : R.fields()) {
    bool IsOpenArray = Field->getType()->isIncompleteArrayType();
    uint64_t Bits = Field->isBitField() ? Field->getBitWidthValue(Context)
                    : IsOpenArray       ? 0
                                        : Context.getTypeSize(Field->getType());
    StringRef Name = Field->getName().empty() ? "-" : Field->getName();
    Text += ("\n" + Name + " " + Twine(Layout.getFieldOffset(Field->getFieldIndex())) + " " +
             Twine(Bits) + " " + kindOf(Context, Field->getType()))
                .str();
  }
  return Text;
}

StringRef titleOf(StringRef Text) { return Text.split('\n').first; }

static std::string textOf(const ASTContext &Context, const EnumDecl &E) {
  std::string Text = titleOf(Context, E);
  if (!Text.empty())
    for (const EnumConstantDecl *Constant : E.enumerators())
      Text += ("\n" + Constant->getName() + " " + llvm::toString(Constant->getInitVal(), 10)).str();
  return Text;
}

std::vector<std::string> TypeShapes::texts() const {
  std::vector<std::string> Texts;
  for (const auto &[R, Of] : Records)
    Texts.push_back(typeText(Context, *R));
  for (const EnumDecl *E : Enums)
    Texts.push_back(textOf(Context, *E));
  llvm::sort(Texts);
  Texts.erase(llvm::unique(Texts), Texts.end());
  llvm::erase(Texts, "");
  return Texts;
}

// ---- hashes ----

uint64_t TypeShapes::hash(const Shape &Of) {
  HashStream Out;
  for (const ShapeItem &Item : Of) {
    Out.add(Item.Word);
    if (Item.Record)
      Out.add(Item.Record->Hash);
  }
  return Out.finish();
}

const RecordDecl *TypeShapes::nearest(const Shape &Of, const WasMap &Types) {
  llvm::SmallSetVector<RecordShape *, 16> Seen;
  for (const ShapeItem &Item : Of)
    if (Item.Record)
      Seen.insert(Item.Record);
  for (size_t I = 0; I < Seen.size(); ++I) {
    RecordShape &Next = *Seen[I];
    if (Types.count(Next.Of))
      return Next.Of;
    Seen.insert(Next.Targets.begin(), Next.Targets.end());
  }
  return nullptr;
}

void TypeShapes::hashGroup(llvm::ArrayRef<RecordShape *> Group) {
  std::vector<uint64_t> Next(Group.size());
  for (size_t Round = 0; Round < Group.size(); ++Round) {
    for (size_t I = 0; I < Group.size(); ++I)
      Next[I] = hash(Group[I]->Items);
    for (size_t I = 0; I < Group.size(); ++I)
      Group[I]->Hash = Next[I];
  }
}

void TypeShapes::hashAll() {
  while (!Unfinished.empty()) {
    const RecordDecl *R = Unfinished.back();
    Unfinished.pop_back();
    layOut(R, *record(R));
  }
  RecordShape Root = {};
  for (auto &[R, Of] : Records)
    Root.Targets.push_back(Of.get());
  for (auto Group = llvm::scc_begin(&Root); !Group.isAtEnd(); ++Group)
    if (Group->front() != &Root)
      hashGroup(*Group);
}

} // namespace revector
