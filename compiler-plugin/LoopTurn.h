// SPDX-License-Identifier: BSD-2-Clause
//
// LoopTurn.h - [[revector::loop]]: each turn of a loop becomes a call of a method,
// so that the next turn of a loop that never ends runs new code.
//
// A turn is all that the loop does again and again: its test, its body, its step.
// What it finds in the function around it, it reaches through a frame, a struct
// with the address of every variable in scope at the loop, used or not; how it
// ends, it returns as a number. In f,
//
//     for (int i = 0; i < n; i++)        for (int i = 0;;) {
//         if (!work(i))                      int return_;
//             return -1;                     struct f.loop frame = {&return_, &n, &i};
//                                  -->       int next = f.loop(&frame);
//                                            if (next == 1) break;
//                                            if (next == 2) return return_;
//                                        }
//
// `break` and `return` have a way out whether the turn uses it or not, so a patch
// may begin to; a goto has one only if it is there. The frame's fields, with their
// names, and the labels are in the type hash: turns with different frames are not
// one method (isFrame() in LoopAttribute.h). All this happens in the AST, before
// code is generated, where variables have names and scopes have an end: so clang
// itself takes care of destructors, exceptions and debug information.
#ifndef REVECTOR_PLUGIN_LOOPTURN_H
#define REVECTOR_PLUGIN_LOOPTURN_H

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/PassManager.h"

#include <string>

namespace clang {
class ASTConsumer;
class Decl;
} // namespace clang

namespace revector {

// Does it to all marked loops of the functions in D, which are complete and not
// yet generated, and gives the turns to Next. A loop that has to stay as it is
// gets a warning that names the reason. Frames gets, for each turn by its symbol,
// a list of what is in its frame, for messages.
void makeTurns(clang::Decl &D, clang::ASTConsumer &Next, llvm::StringMap<std::string> &Frames);

// In front of the optimiser: nothing may be concluded from a turn's present code,
// since the function around it will go on calling the next version's.
class OpenTurnsPass : public llvm::PassInfoMixin<OpenTurnsPass> {
public:
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};

// Behind the optimiser: turns become local functions again.
void closeTurns(llvm::Module &M);

} // namespace revector
#endif
