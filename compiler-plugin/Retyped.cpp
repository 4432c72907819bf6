// SPDX-License-Identifier: BSD-2-Clause
//
// Retyped.cpp - see Retyped.h.
#include "compiler-plugin/Retyped.h"

#include "compiler-plugin/PatchPlan.h"
#include "compiler-plugin/Symbols.h"
#include "compiler-plugin/Unit.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace revector {

std::vector<std::string> readRetyped(const std::string &Path) {
  std::vector<std::string> Names;
  if (Path.empty())
    return Names;
  auto File = MemoryBuffer::getFile(Path);
  if (!File)
    return Names;
  SmallVector<StringRef, 16> Lines;
  (*File)->getBuffer().split(Lines, '\n', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Line : Lines)
    Names.push_back(Line.str());
  return Names;
}

bool noteRetyped(const PatchPlan &Plan, const Unit &Info) {
  const std::string &Path = Info.Opts.PatchTogether;
  if (Plan.Retyped.empty())
    return true;
  std::vector<std::string> Known = readRetyped(Path);
  std::string Lines;
  for (const Function *F : Plan.Retyped)
    if (std::string Name = symbolName(*F).str(); !is_contained(Known, Name))
      Lines += Name + '\n';
  std::error_code Error;
  raw_fd_ostream Out(Path, Error, sys::fs::OF_Append);
  if (!Error) {
    Out.SetUnbuffered(); // one write: nobody's line gets into ours
    Out << Lines;
    return true;
  }
  Info.Diags->Report(
      Info.Diags->getCustomDiagID(clang::DiagnosticsEngine::Error, "revector: %0: %1"))
      << Path << Error.message();
  return false;
}

} // namespace revector
