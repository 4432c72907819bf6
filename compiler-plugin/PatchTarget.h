// SPDX-License-Identifier: BSD-2-Clause
//
// PatchTarget.h - the program that a patch is made for, as its records tell it,
// seen from the one unit that is compiled again.
//
// Lookups follow the linker: a local name means this unit's own, any other the
// one that is in force in the whole program. A source file that the program does not
// have has no own names there, and compares types with the unit beside which it stands.
#ifndef REVECTOR_PLUGIN_PATCHTARGET_H
#define REVECTOR_PLUGIN_PATCHTARGET_H

#include "runtime/ctl/image_file.h"
#include "runtime/ctl/image_symbols.h"

#include "llvm/ADT/StringSet.h"

#include <memory>
#include <optional>

namespace llvm {
class GlobalValue;
} // namespace llvm

namespace revector {

struct Unit;

class PatchTarget {
public:
  // The program and the unit that Info.Opts names. If it cannot be used, one
  // error goes to Info.Diags and the result is null.
  static std::shared_ptr<const PatchTarget> open(const Unit &Info);

  // Ordinal of the record that G, a definition or a declaration, stands for.
  std::optional<uint32_t> method(const llvm::GlobalValue &G) const;
  std::optional<uint32_t> data(const llvm::GlobalValue &G) const;

  // Distance from the program's first byte to what G, a declaration, means, if only the
  // program's own objects know it, and the plugin has seen none of them.
  std::optional<uint32_t> symbol(const llvm::GlobalValue &G) const;

  // The function, or the variable, of this unit with just that name.
  std::optional<uint32_t> unitMethod(llvm::StringRef Name) const;
  std::optional<uint32_t> unitData(llvm::StringRef Name) const;
  // Whether the program's unit Ordinal is (a part of) the one compiled now.
  bool isInUnit(uint32_t Ordinal) const;

  // Functions of other units that have another signature in this patch: declarations of
  // them are none of the program's. See Options::PatchTogether.
  const llvm::StringSet<> &retyped() const { return Retyped; }

  const rv_image_file &file() const { return *File; }
  const rv_file_unit &unit() const { return File->units[UnitOrdinal]; }

private:
  PatchTarget(rv_image_file *File, bool IsNew) : File(File), IsNew(IsNew) {}

  struct Close {
    void operator()(rv_image_file *Opened) const { rv_image_file_close(Opened); }
  };
  std::unique_ptr<rv_image_file, Close> File;
  struct CloseSymbols {
    void operator()(rv_image_symbols *Opened) const { rv_image_symbols_close(Opened); }
  };
  std::unique_ptr<rv_image_symbols, CloseSymbols> Symbols; // null: the file has none to read
  uint32_t UnitOrdinal = 0;
  bool IsNew;
  llvm::StringSet<> Retyped;
};

} // namespace revector
#endif
