// SPDX-License-Identifier: BSD-2-Clause
//
// TailCalls.h - whoever can be replaced stays on the stack until it has returned.
//
// A tail call (`return finish(r);`, compiled to a jump) takes its caller's frame away.
// Nobody sees then that the thread is on its way out of old code: it would move, and go
// on from the old caller into the new callee. Nor would a crash in `return strlen(bad);`
// be seen to be of new code. The kernel's reliable stack traces ask for the same:
// functions that can be patched are built without sibling calls there.
#ifndef REVECTOR_PLUGIN_TAILCALLS_H
#define REVECTOR_PLUGIN_TAILCALLS_H

namespace llvm {
class Module;
} // namespace llvm

namespace revector {

struct Plan;
struct Unit;

// Has the code generator make calls of all tail calls in the bodies of methods, and in a
// patch in all that it defines. Those that the source says must stay tail calls (musttail)
// do; a remark names them. For behind the optimiser, and behind the hashing of bodies: tail
// recursion has become a loop by then, and nothing else differs.
void keepFrames(llvm::Module &M, const Plan &What, const Unit &Info);

} // namespace revector
#endif
