// SPDX-License-Identifier: BSD-2-Clause
//
// Includes.cpp - what many translation units include, asked of one clang: a second action of
// the plugin, which `-plugin revector-includes` chooses. Translates nothing.
//
// A clang for each unit would start a hundred times, and read what they all include as often.
// Here each file is scanned once for its directives, and preprocessing a unit is going through
// those. Where they are not all that matters, the text itself is gone through: the answer is
// the one that clang gives to a single unit.
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/FileManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Lex/DependencyDirectivesScanner.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <map>

using namespace clang;
using namespace llvm;

namespace revector {
namespace {

// One unit: the folder that its relative names are of, and the arguments of its cc1, which
// say where the make rule goes.
struct Command {
  StringRef Directory;
  std::vector<const char *> Arguments;
};

// The commands in Text: strings that end with a zero, an empty one behind each command.
std::vector<Command> parseCommands(StringRef Text) {
  std::vector<Command> Commands;
  Command Next;
  while (!Text.empty()) {
    auto [Word, Rest] = Text.split('\0');
    Text = Rest;
    if (Word.empty()) {
      Commands.push_back(std::move(Next));
      Next = {};
    } else if (Next.Directory.empty()) {
      Next.Directory = Word;
    } else {
      Next.Arguments.push_back(Word.data());
    }
  }
  return Commands;
}

// The directives of files, kept from one unit to the next.
class Directives {
  using Directive = dependency_directives_scan::Directive;

public:
  struct File {
    SmallVector<dependency_directives_scan::Token, 0> Tokens;
    SmallVector<Directive, 0> List;
    bool IsScanned = false;
    bool IsCounting = false;
  };

  const File &of(FileEntryRef Entry, FileManager &Files) {
    auto [At, IsNew] = Known.try_emplace({Entry.getUniqueID(), Entry.getSize()});
    if (IsNew)
      if (auto Text = Files.getBufferForFile(Entry))
        scan((*Text)->getBuffer(), At->second);
    return At->second;
  }

private:
  std::map<std::pair<sys::fs::UniqueID, off_t>, File> Known;

  // The scan knows no `#embed`, and takes every `R"` for the start of a raw string.
  static bool isBeyondScan(StringRef Text) {
    constexpr StringRef Embed = "embed";
    for (size_t At = Text.find(Embed); At != StringRef::npos; At = Text.find(Embed, At + 1))
      if (StringRef Rest = Text.substr(At + Embed.size());
          Rest.empty() || !isAsciiIdentifierContinue(Rest.front()))
        return true;
    return Text.contains("R\"");
  }

  static void scan(StringRef Text, File &Into) {
    Into.IsCounting = Text.contains("__COUNTER__");
    Into.IsScanned =
        !isBeyondScan(Text) && !scanSourceForDependencyDirectives(Text, Into.Tokens, Into.List);
  }
};

class Asking {
public:
  explicit Asking(CompilerInstance &Outer) : Outer(Outer) {}

  // Writes the unit's make rule. False: clang has said why it cannot.
  bool ask(const Command &Unit) {
    IsCounting = false;
    return run(Unit, /*InFull=*/false) && (!IsCounting || run(Unit, /*InFull=*/true));
  }

private:
  CompilerInstance &Outer;
  Directives Scanned;
  // What __COUNTER__ is depends on the code before it.
  bool IsCounting = false;

  bool run(const Command &Unit, bool InFull) {
    CompilerInstance CI(Outer.getPCHContainerOperations());
    if (!CompilerInvocation::CreateFromArgs(CI.getInvocation(), Unit.Arguments,
                                            Outer.getDiagnostics()))
      return false;
    CI.createDiagnostics();
    std::string &Resources = CI.getHeaderSearchOpts().ResourceDir;
    if (Resources.empty())
      Resources = Outer.getHeaderSearchOpts().ResourceDir;
    if (!openFiles(CI, Unit.Directory))
      return false;
    if (!InFull && !CI.getLangOpts().Modules)
      useDirectives(CI);
    PreprocessOnlyAction Action;
    return CI.ExecuteAction(Action);
  }

  static bool openFiles(CompilerInstance &CI, StringRef Directory) {
    IntrusiveRefCntPtr<vfs::FileSystem> Disk = vfs::createPhysicalFileSystem();
    if (std::error_code Error = Disk->setCurrentWorkingDirectory(Directory)) {
      DiagnosticsEngine &Diags = CI.getDiagnostics();
      Diags.Report(Diags.getCustomDiagID(DiagnosticsEngine::Error, "revector: %0: %1"))
          << Directory << Error.message();
      return false;
    }
    return CI.createFileManager(
        createVFSFromCompilerInvocation(CI.getInvocation(), CI.getDiagnostics(), Disk));
  }

  void useDirectives(CompilerInstance &CI) {
    CI.getPreprocessorOpts().DependencyDirectivesForFile =
        [this, &CI](
            FileEntryRef Entry) -> std::optional<ArrayRef<dependency_directives_scan::Directive>> {
      const Directives::File &File = Scanned.of(Entry, CI.getFileManager());
      IsCounting |= File.IsCounting;
      if (!File.IsScanned)
        return std::nullopt;
      return File.List;
    };
  }
};

class IncludesAction : public PluginASTAction {
  std::string Path; // of the commands

  bool ParseArgs(const CompilerInstance &, const std::vector<std::string> &Args) override {
    if (Args.size() == 1)
      Path = Args.front();
    return true;
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &, StringRef) override {
    return std::make_unique<ASTConsumer>();
  }

  void ExecuteAction() override {
    DiagnosticsEngine &Diags = getCompilerInstance().getDiagnostics();
    auto Text = MemoryBuffer::getFile(Path);
    if (!Text) {
      Diags.Report(Diags.getCustomDiagID(DiagnosticsEngine::Error, "revector: '%0': %1"))
          << Path << Text.getError().message();
      return;
    }
    Asking Units(getCompilerInstance());
    for (const Command &Unit : parseCommands((*Text)->getBuffer()))
      if (!Units.ask(Unit))
        Diags.Report(Diags.getCustomDiagID(DiagnosticsEngine::Error,
                                           "revector: what '%0' includes cannot be found out"))
            << Unit.Arguments.back();
  }
};

FrontendPluginRegistry::Add<IncludesAction> Action("revector-includes",
                                                   "say what translation units include");

} // namespace
} // namespace revector
