// SPDX-License-Identifier: BSD-2-Clause
//
// Choose.h - which functions are translated, and why the others are not.
//
// Looks only; changes nothing in the module.
#ifndef REVECTOR_PLUGIN_CHOOSE_H
#define REVECTOR_PLUGIN_CHOOSE_H

#include <vector>

namespace llvm {
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

struct Choice {
  llvm::Function *F;
  // One phrase that follows "F is not translated: it ..."; null: it is.
  const char *WhyFixed;
  bool Constructor;  // run by the loader at start or at end
  bool AddressTaken; // in this unit, other than by calling it

  bool isMethod() const { return !WhyFixed; }
};

// Null if M can be translated at all, else a sentence that says why it cannot.
const char *whyNotAtAll(const llvm::Module &M);

// Every function that M defines and that the source knows of, in M's order.
std::vector<Choice> chooseFunctions(llvm::Module &M);

// Every variable that M defines and that has an identity, in M's order.
std::vector<llvm::GlobalVariable *> chooseVariables(llvm::Module &M);

} // namespace revector
#endif
