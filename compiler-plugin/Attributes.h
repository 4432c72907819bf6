// SPDX-License-Identifier: BSD-2-Clause
//
// Attributes.h - [[revector::method]] and its like, from source to IR.
//
// A plugin cannot define a clang attribute that lives in the AST. They are
// kept as strings of `assume` attributes, which clang merges over redeclarations
// and copies to the function's "llvm.assume" attribute; nothing there acts on
// strings it does not know. (An annotation would do the same, but its list
// llvm.global.annotations keeps every function in it alive.)
#ifndef REVECTOR_PLUGIN_ATTRIBUTES_H
#define REVECTOR_PLUGIN_ATTRIBUTES_H

#include "runtime/include/revector/record.h"

namespace clang {
class ASTContext;
class Decl;
class DiagnosticsEngine;
class FunctionDecl;
} // namespace clang
namespace llvm {
class Function;
}

namespace revector {

// The source asks that F stays a call and is translated.
bool isMethod(const llvm::Function &F);
// The source asks that F is left alone.
bool isFixed(const llvm::Function &F);

// F is a hook of a patch, of any kind or of that one; it may be of several.
bool isHook(const llvm::Function &F);
bool isHook(const llvm::Function &F, rv_hook_kind Kind);

// In a patch, a hook is needed although nobody calls it.
void keepHook(clang::Decl &D);

// F is one turn of a loop (LoopTurn.h); so it is a method, too.
bool isTurn(const llvm::Function &F);
void markTurn(clang::ASTContext &Context, clang::FunctionDecl &F);

// Reports a function that has become both over several declarations.
void diagnoseBoth(clang::DiagnosticsEngine &Diags, const clang::Decl &D);

} // namespace revector
#endif
