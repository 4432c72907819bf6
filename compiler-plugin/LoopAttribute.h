// SPDX-License-Identifier: BSD-2-Clause
//
// LoopAttribute.h - [[revector::loop]] on a loop: how the mark is kept in the AST.
//
// clang 19 lets a plugin see an attribute of a statement but not make one of it.
// So the body of a marked loop is wrapped in an annotation, which templates would
// copy and which the code generator ignores. What becomes of it: LoopTurn.h.
#ifndef REVECTOR_PLUGIN_LOOPATTRIBUTE_H
#define REVECTOR_PLUGIN_LOOPATTRIBUTE_H

namespace clang {
class ASTContext;
class FunctionDecl;
class RecordDecl;
class Stmt;
} // namespace clang

namespace revector {

// The source asks that each turn of this loop is a call.
bool isMarkedLoop(clang::Stmt &S);

// The body without the mark.
clang::Stmt *unmarkedBody(clang::Stmt &Loop);

// R holds the addresses of a function's variables: the names of its fields matter.
void markFrame(clang::ASTContext &Context, clang::RecordDecl &R);
bool isFrame(const clang::RecordDecl &R);

} // namespace revector
#endif
