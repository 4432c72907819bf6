// SPDX-License-Identifier: BSD-2-Clause
//
// Stub.h - splits a function in its entry stub and its body.
#ifndef REVECTOR_PLUGIN_STUB_H
#define REVECTOR_PLUGIN_STUB_H

#include "compiler-plugin/Options.h"

namespace llvm {
class GlobalVariable;
class Instruction;
} // namespace llvm

namespace revector {

struct Method;

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
