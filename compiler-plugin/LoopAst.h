// SPDX-License-Identifier: BSD-2-Clause
//
// LoopAst.h - little pieces of AST as clang's own semantic analysis would have
// made them, all at one place of the source.
#ifndef REVECTOR_PLUGIN_LOOPAST_H
#define REVECTOR_PLUGIN_LOOPAST_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"

namespace revector {

class AstMaker {
public:
  AstMaker(clang::ASTContext &Context, clang::SourceLocation At) : Context(Context), At(At) {}

  clang::Expr *number(unsigned Value) const;
  clang::Expr *reference(clang::ValueDecl &D) const;
  clang::Expr *load(clang::Expr *From) const;
  clang::Expr *addressOf(clang::Expr *Of) const;
  // *(Pointer->Field), Field being a pointer
  clang::Expr *fieldTarget(clang::ValueDecl &Pointer, clang::FieldDecl &Field) const;
  clang::Expr *assign(clang::Expr *To, clang::Expr *From) const;
  clang::Expr *call(clang::FunctionDecl &F, clang::Expr *Argument) const;
  clang::Expr *isEqual(clang::Expr *Left, clang::Expr *Right) const;
  clang::Expr *initializers(llvm::ArrayRef<clang::Expr *> Values, clang::QualType Of) const;

  clang::Stmt *giveBack(clang::Expr *Value) const; // return Value;
  clang::Stmt *choose(clang::Expr *If, clang::Stmt *Then, clang::Stmt *Else) const;
  clang::Stmt *block(llvm::ArrayRef<clang::Stmt *> Of) const;
  clang::Stmt *once(clang::Stmt *Body) const; // do Body while (0);
  clang::Stmt *declare(clang::VarDecl &Variable) const;

  clang::VarDecl *variable(clang::DeclContext &In, llvm::StringRef Name, clang::QualType T,
                           clang::Expr *Initial) const;
  // A struct that is ready but for its fields, which end with completeDefinition().
  clang::RecordDecl *structure(llvm::StringRef Name) const;
  clang::FieldDecl *addField(clang::RecordDecl &To, llvm::StringRef Name, clang::QualType T) const;
  // static int Name(Parameter *frame), without a body
  clang::FunctionDecl *function(llvm::StringRef Name, clang::RecordDecl &Parameter) const;

private:
  clang::ASTContext &Context;
  clang::SourceLocation At;
};

} // namespace revector
#endif
