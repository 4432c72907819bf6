// SPDX-License-Identifier: BSD-2-Clause
//
// LoopTurn.cpp - the frame, the turn, and what is left of the loop.
#include "compiler-plugin/LoopTurn.h"

#include "compiler-plugin/Attributes.h"
#include "compiler-plugin/LoopAst.h"
#include "compiler-plugin/LoopAttribute.h"
#include "compiler-plugin/LoopFinder.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseMap.h"

using namespace clang;

namespace revector {
namespace {

// What a turn returns. FirstGoto + n: to the n-th of its labels.
enum Next : unsigned { Again, End, Return, FirstGoto };

class TurnMaker {
public:
  TurnMaker(FunctionDecl &F, const MarkedLoop &It, const TurnCheck &Found)
      : F(F), It(It), Exits(Found.Exits), Context(F.getASTContext()),
        Make(Context, It.Loop->getBeginLoc()), Frame(*Make.structure(name())) {
    makeFrame();
    Turn = Make.function(name(), Frame);
  }

  FunctionDecl *run() {
    Turn->setBody(takeTurn());
    describe();
    leaveCall();
    return Turn;
  }

private:
  FunctionDecl &F;
  const MarkedLoop &It;
  const std::vector<LabelDecl *> &Exits;
  ASTContext &Context;
  AstMaker Make;
  RecordDecl &Frame;
  FunctionDecl *Turn = nullptr;
  FieldDecl *ReturnField = nullptr;
  llvm::DenseMap<const ValueDecl *, FieldDecl *> Fields;

  std::string name() const {
    return F.getNameAsString() + It.Symbol.substr(It.Symbol.rfind(".loop"));
  }

  QualType returned() const { return F.getReturnType().getUnqualifiedType(); }

  // Labels and numbers take no room: they are there for the type hash.
  void makeFrame() {
    if (!F.getReturnType()->isVoidType())
      ReturnField = Make.addField(Frame, "return", Context.getPointerType(returned()));
    for (VarDecl *Variable : It.Scope)
      Fields[Variable] =
          Make.addField(Frame, Variable->getName(),
                        Context.getPointerType(Variable->getType().getNonReferenceType()));
    QualType Nothing = Context.getConstantArrayType(Context.CharTy, llvm::APInt(64, 0), nullptr,
                                                    ArraySizeModifier::Normal, 0);
    if (It.Count > 1)
      Make.addField(Frame,
                    ("loop " + llvm::Twine(It.Number) + " of " + llvm::Twine(It.Count)).str(),
                    Nothing);
    for (const LabelDecl *Exit : Exits)
      Make.addField(Frame, ("goto " + Exit->getName()).str(), Nothing);
    markFrame(Context, Frame);
    Frame.completeDefinition();
  }

  // ---- the turn ----

  Expr *target(FieldDecl &Field) const { return Make.fieldTarget(*Turn->getParamDecl(0), Field); }

  Stmt *leave(unsigned How) const { return Make.giveBack(Make.number(How)); }

  // `continue` leads behind what is done once, where test or step are.
  Stmt *takeTurn() {
    llvm::SmallVector<Stmt *, 4> Parts;
    Expr *Test = nullptr, *Step = nullptr;
    if (auto *For = dyn_cast<ForStmt>(It.Loop))
      Test = For->getCond(), Step = For->getInc();
    else if (auto *While = dyn_cast<WhileStmt>(It.Loop))
      Test = While->getCond();
    else
      Step = cast<DoStmt>(It.Loop)->getCond();
    if (Test)
      Parts.push_back(Make.choose(rewritten(Test), leaf(), leave(End)));
    Stmt *Body = unmarkedBody(*It.Loop);
    rewrite(Body, /*BreakIsOurs=*/true);
    Parts.push_back(Make.once(Body));
    if (isa<DoStmt>(It.Loop))
      Parts.push_back(Make.choose(rewritten(Step), leaf(), leave(End)));
    else if (Step)
      Parts.push_back(rewritten(Step));
    Parts.push_back(leave(Again));
    return Make.block(Parts);
  }

  Stmt *leaf() const { return Make.block({}); }

  Expr *rewritten(Expr *E) {
    Stmt *S = E;
    rewrite(S, /*BreakIsOurs=*/true);
    return cast<Expr>(S);
  }

  void rewrite(Stmt *&S, bool BreakIsOurs) {
    if (!S || isa<ConstantExpr>(S))
      return;
    if (isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, SwitchStmt>(S))
      BreakIsOurs = false;
    for (Stmt *&Child : S->children())
      rewrite(Child, BreakIsOurs);
    if (auto *Reference = dyn_cast<DeclRefExpr>(S)) {
      if (FieldDecl *Field = Fields.lookup(Reference->getDecl()))
        S = target(*Field);
    } else if (auto *Leaves = dyn_cast<ReturnStmt>(S)) {
      S = returnValue(Leaves->getRetValue());
    } else if (isa<BreakStmt>(S) && BreakIsOurs) {
      S = leave(End);
    } else if (auto *Goto = dyn_cast<GotoStmt>(S)) {
      auto Exit = llvm::find(Exits, Goto->getLabel());
      if (Exit != Exits.end())
        S = leave(FirstGoto + (Exit - Exits.begin()));
    } else if (auto *Declares = dyn_cast<DeclStmt>(S)) {
      keepOutOfReturnSlot(*Declares);
    }
  }

  Stmt *returnValue(Expr *Value) const {
    if (!Value)
      return leave(Return);
    Stmt *Give = ReturnField ? Make.assign(target(*ReturnField), Value) : Value;
    return Make.block({Give, leave(Return)});
  }

  // A variable that the function used to return lived where its result goes.
  static void keepOutOfReturnSlot(DeclStmt &Declares) {
    for (Decl *D : Declares.decls())
      if (auto *Variable = dyn_cast<VarDecl>(D); Variable && !isa<ParmVarDecl>(Variable))
        Variable->setNRVOVariable(false);
  }

  void describe() {
    markTurn(Context, *Turn);
    for (const Attr *A : F.attrs())
      if (isa<TargetAttr, NoSanitizeAttr, OptimizeNoneAttr, MinSizeAttr, StrictFPAttr>(A))
        Turn->addAttr(A->clone(Context));
    if (Context.getLangOpts().CPlusPlus)
      Turn->addAttr(AsmLabelAttr::CreateImplicit(Context, It.Symbol, /*IsLiteralLabel=*/false));
    Turn->setUsesFPIntrin(F.UsesFPIntrin());
    Context.getTranslationUnitDecl()->addDecl(Turn);
  }

  // ---- the function around it ----

  void leaveCall() {
    llvm::SmallVector<Stmt *, 8> Parts;
    llvm::SmallVector<Expr *, 16> Addresses;
    VarDecl *Value = nullptr;
    if (ReturnField) {
      Value = Make.variable(F, "return", returned(), nullptr);
      Parts.push_back(Make.declare(*Value));
      Addresses.push_back(Make.addressOf(Make.reference(*Value)));
    }
    for (VarDecl *Variable : It.Scope)
      Addresses.push_back(Make.addressOf(Make.reference(*Variable)));
    QualType FrameType = Context.getRecordType(&Frame);
    VarDecl *Held = Make.variable(F, "frame", FrameType, Make.initializers(Addresses, FrameType));
    Expr *Call = Make.call(*Turn, Make.addressOf(Make.reference(*Held)));
    VarDecl *Next = Make.variable(F, "next", Context.IntTy, Call);
    Parts.append({Make.declare(*Held), Make.declare(*Next)});
    auto On = [&](unsigned Code, Stmt *Then) {
      Parts.push_back(Make.choose(Make.isEqual(Make.load(Make.reference(*Next)), Make.number(Code)),
                                  Then, nullptr));
    };
    SourceLocation At = It.Loop->getBeginLoc();
    On(End, new (Context) BreakStmt(At));
    On(Return, Make.giveBack(Value ? Make.load(Make.reference(*Value)) : nullptr));
    for (size_t I = 0; I < Exits.size(); ++I)
      On(FirstGoto + I, new (Context) GotoStmt(Exits[I], At, At));
    loopForever(Make.block(Parts));
  }

  void loopForever(Stmt *Body) {
    if (auto *For = dyn_cast<ForStmt>(It.Loop)) {
      For->setCond(nullptr);
      For->setInc(nullptr);
      For->setBody(Body);
    } else if (auto *While = dyn_cast<WhileStmt>(It.Loop)) {
      While->setCond(Make.number(1));
      While->setBody(Body);
    } else {
      cast<DoStmt>(It.Loop)->setCond(Make.number(1));
      cast<DoStmt>(It.Loop)->setBody(Body);
    }
  }
};

void warn(const FunctionDecl &F, const MarkedLoop &It, const std::string &Why) {
  DiagnosticsEngine &Diags = F.getASTContext().getDiagnostics();
  Diags.Report(It.Loop->getBeginLoc(),
               Diags.getCustomDiagID(DiagnosticsEngine::Warning,
                                     "revector: this loop's turns are not calls: %0"))
      << Why;
}

std::string listFields(const RecordDecl &Frame) {
  std::string List;
  for (const FieldDecl *Field : Frame.fields())
    List += (List.empty() ? "" : ", ") + Field->getNameAsString();
  return List.empty() ? "nothing" : List;
}

void makeTurnsOf(FunctionDecl &F, ASTConsumer &Next, llvm::StringMap<std::string> &Frames) {
  if (!F.doesThisDeclarationHaveABody() || F.isInvalidDecl() || F.isDependentContext())
    return;
  // Inner loops first: what is left of them is a part of the outer ones' turns.
  std::vector<MarkedLoop> Loops = findLoops(F);
  for (const MarkedLoop &It : llvm::reverse(Loops)) {
    TurnCheck Found = checkTurn(F, It);
    if (!Found.WhyNot.empty()) {
      warn(F, It, Found.WhyNot);
      continue;
    }
    FunctionDecl *Turn = TurnMaker(F, It, Found).run();
    Frames[It.Symbol] =
        listFields(*Turn->getParamDecl(0)->getType()->getPointeeType()->getAsRecordDecl());
    Next.HandleTopLevelDecl(DeclGroupRef(Turn));
  }
}

} // namespace

void makeTurns(Decl &D, ASTConsumer &Next, llvm::StringMap<std::string> &Frames) {
  if (D.getASTContext().getDiagnostics().hasErrorOccurred())
    return;
  if (auto *F = dyn_cast<FunctionDecl>(&D))
    makeTurnsOf(*F, Next, Frames);
  else if (isa<LinkageSpecDecl, NamespaceDecl, ExportDecl>(D))
    for (Decl *Inner : cast<DeclContext>(D).decls())
      makeTurns(*Inner, Next, Frames);
}

} // namespace revector
