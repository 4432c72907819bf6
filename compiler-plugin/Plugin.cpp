// SPDX-License-Identifier: BSD-2-Clause
//
// Plugin.cpp - how clang finds us: one front-end action, which adds the pass.
//
// -fplugin= alone loads the attributes (registered in Attributes.cpp) and this
// action; the action hands the pass to the code generator's pipeline itself, so
// that no second flag is needed.
#include "compiler-plugin/Altered.h"
#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/Lines.h"
#include "compiler-plugin/LiveData.h"
#include "compiler-plugin/LoopCalls.h"
#include "compiler-plugin/LoopTurn.h"
#include "compiler-plugin/Pass.h"
#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/StaticNames.h"
#include "compiler-plugin/Transforms.h"
#include "compiler-plugin/Unit.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/Version.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "llvm/Passes/PassBuilder.h"

using namespace clang;

namespace revector {
namespace {

// Sees every part of the unit before the code generator does.
class UnitConsumer : public ASTConsumer {
public:
  UnitConsumer(const CompilerInstance &CI, std::shared_ptr<Unit> Info)
      : CI(CI), Info(std::move(Info)) {}

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    for (Decl *D : Group) {
      diagnoseBoth(D->getASTContext().getDiagnostics(), *D);
      if (Info->Target) {
        keepHook(*D);
        keepTransformer(*D);
      }
      if (!CI.getCodeGenOpts().DisableLLVMPasses)
        hideLines(*D);
      makeTurns(*D, CI.getASTConsumer(), Info->Frames);
    }
    return true;
  }

  void HandleTranslationUnit(ASTContext &Context) override {
    Info->Types.collect(Context);
    Info->Lines = noteLines(Context);
    if (Info->Target && !Context.getDiagnostics().hasErrorOccurred())
      Info->Altered = findAltered(Context, *Info->Target);
  }

private:
  const CompilerInstance &CI;
  std::shared_ptr<Unit> Info;
};

class RevectorAction : public PluginASTAction {
public:
  bool ParseArgs(const CompilerInstance &CI, const std::vector<std::string> &Args) override {
    return Opts.parse(CI.getDiagnostics(), Args);
  }

  ActionType getActionType() override { return AddBeforeMainAction; }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef File) override {
    auto Info = std::make_shared<Unit>();
    describe(*Info, CI, File);
    // With the error that was reported, nothing that is compiled is kept.
    if (!Opts.PatchProgram.empty() && !(Info->Target = PatchTarget::open(*Info)))
      return std::make_unique<ASTConsumer>();
    warnWithoutPasses(CI);
    addPass(CI.getCodeGenOpts(), Info);
    return std::make_unique<UnitConsumer>(CI, Info);
  }

private:
  Options Opts;

  void describe(Unit &Info, CompilerInstance &CI, StringRef File) const {
    const CodeGenOptions &CodeGen = CI.getCodeGenOpts();
    Info.Opts = Opts;
    Info.Source = File.str();
    if (auto Directory = CI.getVirtualFileSystem().getCurrentWorkingDirectory())
      Info.Directory = *Directory;
    Info.Compiler = getClangFullVersion();
    if (Opts.PatchProgram.empty()) // a patch's has the names of temporary files, and no use
      Info.Command = CodeGen.CommandLineArgs;
    Info.Lto = CodeGen.PrepareForLTO || CodeGen.PrepareForThinLTO;
    Info.FunctionSections = CodeGen.FunctionSections || Info.Lto;
    Info.Diags = &CI.getDiagnostics();
  }

  // -save-temps makes one clang write bitcode without any pass and another one,
  // which has no source to hand to plugins, compile it.
  static void warnWithoutPasses(const CompilerInstance &CI) {
    DiagnosticsEngine &Diags = CI.getDiagnostics();
    if (CI.getCodeGenOpts().DisableLLVMPasses)
      Diags.Report(Diags.getCustomDiagID(
          DiagnosticsEngine::Warning,
          "revector: LLVM passes are off (-save-temps does that); nothing is translated"));
  }

  static void addPass(CodeGenOptions &CodeGen, std::shared_ptr<const Unit> Info) {
    CodeGen.PassBuilderCallbacks.push_back([Info](llvm::PassBuilder &PB) {
      PB.registerPipelineStartEPCallback(
          [Info](llvm::ModulePassManager &Passes, llvm::OptimizationLevel) {
            Passes.addPass(StaticNamesPass());
            Passes.addPass(NoteWrittenPass(Info));
            Passes.addPass(LiveDataPass(Info));
            Passes.addPass(KeepUsersApartPass(Info));
            Passes.addPass(NoteAlteredPass(Info));
            Passes.addPass(OpenTurnsPass());
          });
      PB.registerPipelineEarlySimplificationEPCallback(
          [](llvm::ModulePassManager &Passes, llvm::OptimizationLevel Level) {
            if (Level != llvm::OptimizationLevel::O0) // where nothing is put into another function
              Passes.addPass(KeepLoopCallsPass());
          });
      PB.registerOptimizerLastEPCallback(
          [Info](llvm::ModulePassManager &Passes, llvm::OptimizationLevel) {
            Passes.addPass(RevectorPass(Info));
          });
    });
  }
};

FrontendPluginRegistry::Add<RevectorAction> Action("revector", "translate calls of functions");

} // namespace
} // namespace revector
