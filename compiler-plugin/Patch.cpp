// SPDX-License-Identifier: BSD-2-Clause
#include "compiler-plugin/Patch.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"

namespace revector {

bool runPatchMode(llvm::Module &, const Unit &Info) {
  Info.Diags->Report(Info.Diags->getCustomDiagID(clang::DiagnosticsEngine::Error,
                                                 "revector: patch mode is not there yet"));
  return false;
}

} // namespace revector
