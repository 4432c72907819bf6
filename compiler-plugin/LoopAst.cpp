// SPDX-License-Identifier: BSD-2-Clause
//
// LoopAst.cpp - casts are explicit nodes, and every expression knows its category.
#include "compiler-plugin/LoopAst.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace revector {

// ---- expressions ----

Expr *AstMaker::number(unsigned Value) const {
  return IntegerLiteral::Create(Context, llvm::APInt(Context.getIntWidth(Context.IntTy), Value),
                                Context.IntTy, At);
}

Expr *AstMaker::reference(ValueDecl &D) const {
  return DeclRefExpr::Create(Context, NestedNameSpecifierLoc(), SourceLocation(), &D,
                             /*RefersToEnclosingVariableOrCapture=*/false, At,
                             D.getType().getNonReferenceType(), VK_LValue);
}

Expr *AstMaker::load(Expr *From) const {
  return ImplicitCastExpr::Create(Context, From->getType().getUnqualifiedType(), CK_LValueToRValue,
                                  From, nullptr, VK_PRValue, FPOptionsOverride());
}

Expr *AstMaker::addressOf(Expr *Of) const {
  return UnaryOperator::Create(Context, Of, UO_AddrOf, Context.getPointerType(Of->getType()),
                               VK_PRValue, OK_Ordinary, At, /*CanOverflow=*/false,
                               FPOptionsOverride());
}

Expr *AstMaker::fieldTarget(ValueDecl &Pointer, FieldDecl &Field) const {
  Expr *Member = MemberExpr::CreateImplicit(Context, load(reference(Pointer)), /*IsArrow=*/true,
                                            &Field, Field.getType(), VK_LValue, OK_Ordinary);
  Expr *Target =
      UnaryOperator::Create(Context, load(Member), UO_Deref, Field.getType()->getPointeeType(),
                            VK_LValue, OK_Ordinary, At, /*CanOverflow=*/false, FPOptionsOverride());
  return new (Context) ParenExpr(At, At, Target);
}

Expr *AstMaker::assign(Expr *To, Expr *From) const {
  return BinaryOperator::Create(Context, To, From, BO_Assign, To->getType().getUnqualifiedType(),
                                Context.getLangOpts().CPlusPlus ? VK_LValue : VK_PRValue,
                                OK_Ordinary, At, FPOptionsOverride());
}

Expr *AstMaker::call(FunctionDecl &F, Expr *Argument) const {
  Expr *Callee = ImplicitCastExpr::Create(Context, Context.getPointerType(F.getType()),
                                          CK_FunctionToPointerDecay, reference(F), nullptr,
                                          VK_PRValue, FPOptionsOverride());
  return CallExpr::Create(Context, Callee, {Argument}, F.getReturnType(), VK_PRValue, At,
                          FPOptionsOverride());
}

Expr *AstMaker::isEqual(Expr *Left, Expr *Right) const {
  return BinaryOperator::Create(Context, Left, Right, BO_EQ, Context.getLogicalOperationType(),
                                VK_PRValue, OK_Ordinary, At, FPOptionsOverride());
}

Expr *AstMaker::initializers(llvm::ArrayRef<Expr *> Values, QualType Of) const {
  auto *List = new (Context) InitListExpr(Context, At, Values, At);
  List->setType(Of);
  return List;
}

// ---- statements ----

Stmt *AstMaker::giveBack(Expr *Value) const {
  return ReturnStmt::Create(Context, At, Value, /*NRVOCandidate=*/nullptr);
}

Stmt *AstMaker::choose(Expr *If, Stmt *Then, Stmt *Else) const {
  return IfStmt::Create(Context, At, IfStatementKind::Ordinary, nullptr, nullptr, If, At, At, Then,
                        At, Else);
}

Stmt *AstMaker::block(llvm::ArrayRef<Stmt *> Of) const {
  return CompoundStmt::Create(Context, Of, FPOptionsOverride(), At, At);
}

Stmt *AstMaker::once(Stmt *Body) const { return new (Context) DoStmt(Body, number(0), At, At, At); }

Stmt *AstMaker::declare(VarDecl &Variable) const {
  return new (Context) DeclStmt(DeclGroupRef(&Variable), At, At);
}

// ---- declarations ----

VarDecl *AstMaker::variable(DeclContext &In, llvm::StringRef Name, QualType T,
                            Expr *Initial) const {
  VarDecl *Variable = VarDecl::Create(Context, &In, At, At, &Context.Idents.get(Name), T,
                                      Context.getTrivialTypeSourceInfo(T, At), SC_None);
  Variable->setImplicit();
  if (Initial)
    Variable->setInit(Initial);
  return Variable;
}

RecordDecl *AstMaker::structure(llvm::StringRef Name) const {
  DeclContext *Unit = Context.getTranslationUnitDecl();
  IdentifierInfo *Id = &Context.Idents.get(Name);
  RecordDecl *R = Context.getLangOpts().CPlusPlus
                      ? CXXRecordDecl::Create(Context, TagTypeKind::Struct, Unit, At, At, Id)
                      : RecordDecl::Create(Context, TagTypeKind::Struct, Unit, At, At, Id);
  R->startDefinition();
  return R;
}

FieldDecl *AstMaker::addField(RecordDecl &To, llvm::StringRef Name, QualType T) const {
  FieldDecl *Field = FieldDecl::Create(Context, &To, At, At, &Context.Idents.get(Name), T,
                                       Context.getTrivialTypeSourceInfo(T, At),
                                       /*BitWidth=*/nullptr, /*Mutable=*/false, ICIS_NoInit);
  Field->setAccess(AS_public);
  To.addDecl(Field);
  return Field;
}

FunctionDecl *AstMaker::function(llvm::StringRef Name, RecordDecl &Parameter) const {
  DeclContext *Unit = Context.getTranslationUnitDecl();
  QualType Pointer = Context.getPointerType(Context.getRecordType(&Parameter));
  QualType T = Context.getFunctionType(Context.IntTy, {Pointer}, FunctionProtoType::ExtProtoInfo());
  FunctionDecl *F = FunctionDecl::Create(Context, Unit, At, At, &Context.Idents.get(Name), T,
                                         Context.getTrivialTypeSourceInfo(T, At), SC_Static);
  F->setParams({ParmVarDecl::Create(Context, F, At, At, &Context.Idents.get("frame"), Pointer,
                                    Context.getTrivialTypeSourceInfo(Pointer, At), SC_None,
                                    /*DefArg=*/nullptr)});
  F->setImplicit(false);
  return F;
}

} // namespace revector
