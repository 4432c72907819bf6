// SPDX-License-Identifier: BSD-2-Clause
//
// Stub.h - splits a function in its entry stub and its body.
#ifndef REVECTOR_PLUGIN_STUB_H
#define REVECTOR_PLUGIN_STUB_H

#include "compiler-plugin/Options.h"

namespace llvm {
class Constant;
class GlobalVariable;
class Instruction;
class Module;
} // namespace llvm

namespace revector {

struct Method;

// The declaration of rv_view, with the TLS model that M's kind of code needs.
llvm::Constant *threadView(llvm::Module &M);

// True if M becomes part of an executable, where rv_view is at a constant offset.
bool isForExecutable(const llvm::Module &M);

// Notes before User, in a relocation that changes nothing, that it needs Record:
// the code does not mention it, but the method is in the table by its record only,
// and GNU ld keeps no section for being tied (SHF_LINK_ORDER) to one that it keeps.
void keepRecord(llvm::GlobalVariable &Record, llvm::Instruction &User);

// Moves What's function to a local body `name.rv` and puts a stub under its name,
// right in front of it. Whoever referred to the function now refers to the stub,
// the body itself included. Sets Entry, and for `leaf` Fault.
void splitMethod(Method &What, Translation How);

} // namespace revector
#endif
