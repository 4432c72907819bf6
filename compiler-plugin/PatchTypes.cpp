// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTypes.cpp - types are compared by their names: the unit's with its own in the program,
// and those of headers, if it has none of the name there, with those of all units.
#include "compiler-plugin/PatchTypes.h"

#include "compiler-plugin/PatchTarget.h"
#include "compiler-plugin/Refusals.h"
#include "compiler-plugin/TypeShape.h"
#include "compiler-plugin/Unit.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"

using namespace llvm;

namespace revector {
namespace {

using Lines = SmallVector<StringRef, 16>;

// Calls Visit(text) for each type of one of the program's units.
template <typename Function> void eachType(const rv_file_unit &Unit, Function Visit) {
  for (const char *At = Unit.types; *At; At += StringRef(At).size() + 1)
    Visit(StringRef(At));
}

// The lines of each of the program's types, by the first one.
StringMap<Lines> typesOf(const PatchTarget &Target) {
  StringMap<Lines> Types;
  eachType(Target.unit(), [&](StringRef Text) {
    Lines Of;
    Text.split(Of, '\n');
    Types.try_emplace(Of.front(), Of);
  });
  return Types;
}

// Calls Compare(title, lines in the program, lines now) for types that both have and that differ.
template <typename Function>
void eachChanged(const Unit &Info, const PatchTarget &Target, Function Compare) {
  StringMap<Lines> Types = typesOf(Target);
  for (StringRef Text : Info.Types.layouts()) {
    Lines Now;
    Text.split(Now, '\n');
    auto Then = Types.find(Now.front());
    if (Then != Types.end() && Then->second != Now)
      Compare(Now.front(), Then->second, Now);
  }
}

bool isEnum(StringRef Title) { return Title.starts_with("enum "); }

// A number of bits as "4" bytes, or "4.3" for 4 bytes and 3 bits.
std::string bytes(StringRef Bits) {
  uint64_t Count = 0;
  Bits.getAsInteger(10, Count);
  return std::to_string(Count / 8) + (Count % 8 ? "." + std::to_string(Count % 8) : "");
}

// ", bool", if Other has a field of the same name and place that is of another kind.
std::string kindIn(StringRef Line, const Lines &Other) {
  auto [Place, Kind] = Line.rsplit(' ');
  for (StringRef There : Other)
    if (There.rsplit(' ').first == Place && There != Line)
      return ", " + Kind.str();
  return "";
}

// "16 bytes (key at 0, 4 bytes; value at 4, 4 bytes)", with kinds where only they differ.
std::string describe(const Lines &Of, const Lines &Other) {
  std::string Text = Of[1].str() + " bytes (";
  for (size_t I = 2; I < Of.size(); ++I) {
    auto [Name, Numbers] = Of[I].split(' ');
    auto [At, SizeAndKind] = Numbers.split(' ');
    Text += (I > 2 ? "; " : "") + Name.str() + " at " + bytes(At) + ", " +
            bytes(SizeAndKind.split(' ').first) + " bytes" + kindIn(Of[I], Other);
  }
  return Text + ")";
}

void checkEnum(StringRef Title, const Lines &Then, const Lines &Now, Refusals &Refuse) {
  StringMap<StringRef> Values;
  for (StringRef Line : drop_begin(Then))
    Values.insert(Line.split(' '));
  for (StringRef Line : drop_begin(Now)) {
    auto [Name, Value] = Line.split(' ');
    auto Known = Values.find(Name);
    if (Known == Values.end() || Known->second == Value)
      continue;
    const std::string Words[] = {Name.str(), Title.str(), Known->second.str(), Value.str()};
    if (Line == Now.back() && Name == Then.back().split(' ').first)
      Refuse.warn("'%0' of '%1' was %2 and is %3 now, which is right for a count of the values "
                  "before it, but live data that holds the old number is misread",
                  Words);
    else
      Refuse.because(Limit::ENUMS,
                     "'%0' of '%1' was %2 and is %3 now, but live data may hold the old number; "
                     "put new values behind the old ones, or give the new enum another name",
                     Words);
  }
}

} // namespace

ProgramLayouts::ProgramLayouts(const PatchTarget &Target) {
  const rv_image_file &File = Target.file();
  eachType(Target.unit(), [&](StringRef Text) { Own[titleOf(Text)].push_back(Text); });
  for (const rv_file_unit &Unit : ArrayRef(File.units, File.unit_count))
    eachType(Unit, [&](StringRef Text) { All[titleOf(Text)].push_back(Text); });
}

StringRef ProgramLayouts::otherThan(StringRef Text, bool IsShared) const {
  StringRef Title = titleOf(Text);
  const Layouts &Known = Own.contains(Title) || !IsShared ? Own : All;
  auto Then = Known.find(Title);
  if (Then == Known.end() || is_contained(Then->second, Text))
    return "";
  return Then->second.front();
}

std::string linesOf(const PatchTarget &Target, StringRef Title) {
  std::string Found;
  eachType(Target.unit(), [&](StringRef Text) {
    if (Found.empty() && titleOf(Text) == Title)
      Found = Text.split('\n').second.str();
  });
  return Found;
}

std::string describeChange(StringRef Then, StringRef Now) {
  Lines Old, New;
  Then.split(Old, '\n');
  Now.split(New, '\n');
  if (Old[1] != New[1])
    return (Old[1] + " bytes, now " + New[1]).str();
  size_t I = 2;
  while (I < New.size() && I < Old.size() && Old[I] == New[I])
    ++I;
  StringRef First = (I < New.size() ? New : Old)[I].split(' ').first;
  return (Old[1] + " bytes, as before, but '" + First + "' differs").str();
}

std::string describeLayout(StringRef Text) {
  Lines Of = {""};
  SmallVector<StringRef, 16> Rest;
  Text.split(Rest, '\n');
  Of.append(Rest.begin(), Rest.end());
  return describe(Of, {});
}

void checkEnums(const Unit &Info, const PatchTarget &Target, Refusals &Refuse) {
  eachChanged(Info, Target, [&](StringRef Title, const Lines &Then, const Lines &Now) {
    if (isEnum(Title))
      checkEnum(Title, Then, Now, Refuse);
  });
}

bool hasChangedLayouts(const Unit &Info, const PatchTarget &Target) {
  bool Found = false;
  eachChanged(Info, Target,
              [&](StringRef Title, const Lines &, const Lines &) { Found |= !isEnum(Title); });
  return Found;
}

void explainLayouts(const Unit &Info, const PatchTarget &Target, Refusals &Refuse) {
  eachChanged(Info, Target, [&](StringRef Title, const Lines &Then, const Lines &Now) {
    if (!isEnum(Title) && Then.size() > 1)
      Refuse.explain("'%0' has %1 in the program, and %2 in the new source",
                     {Title.str(), describe(Then, Now), describe(Now, Then)});
  });
}

} // namespace revector
