// SPDX-License-Identifier: BSD-2-Clause
//
// LoopFinder.h - the marked loops of a function, what they are called, what they
// can see, where they lead, and whether a turn of theirs can be a function.
//
// Looks only; LoopTurn.h changes the AST.
#ifndef REVECTOR_PLUGIN_LOOPFINDER_H
#define REVECTOR_PLUGIN_LOOPFINDER_H

#include <string>
#include <vector>

namespace clang {
class FunctionDecl;
class LabelDecl;
class Stmt;
class VarDecl;
} // namespace clang

namespace revector {

struct MarkedLoop {
  clang::Stmt *Loop;
  unsigned Number, Count; // which of F's marked loops it is, from 1
  std::string Symbol;     // "f.loop", the next ones of f "f.loop.2", ...
  // All variables of the function in scope before the first turn, the order being
  // that of the source; without those whose type says how long they are at run time.
  std::vector<clang::VarDecl *> Scope;
};

// In the order of the source, so an outer loop comes before what is in it.
std::vector<MarkedLoop> findLoops(clang::FunctionDecl &F);

struct TurnCheck {
  std::string WhyNot;                    // a phrase; empty: it can be done
  std::vector<clang::LabelDecl *> Exits; // outside, led to by goto, in order of appearance
};

TurnCheck checkTurn(const clang::FunctionDecl &F, const MarkedLoop &It);

} // namespace revector
#endif
