// SPDX-License-Identifier: BSD-2-Clause
//
// Endless.h - functions that a patch cannot reach because nobody calls them again.
#ifndef REVECTOR_PLUGIN_ENDLESS_H
#define REVECTOR_PLUGIN_ENDLESS_H

namespace llvm {
class Function;
}

namespace revector {

// F goes round and round: no way leads out of it but those that end the program.
bool isEndless(const llvm::Function &F);

// F has a loop whose turns are calls (LoopTurn.h).
bool takesTurns(const llvm::Function &F);

} // namespace revector
#endif
