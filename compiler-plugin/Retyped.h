// SPDX-License-Identifier: BSD-2-Clause
//
// Retyped.h - how the compilations of one patch tell each other which functions with
// external linkage have another signature than in the program: one file of names, a line
// each (Options::PatchTogether), which each compilation reads and adds its own to, while
// others do the same. The maker of the patch compiles again who has not seen them all.
#ifndef REVECTOR_PLUGIN_RETYPED_H
#define REVECTOR_PLUGIN_RETYPED_H

#include <string>
#include <vector>

namespace revector {

struct PatchPlan;
struct Unit;

// What is in the file; none if there is none.
std::vector<std::string> readRetyped(const std::string &Path);

// Adds those of Plan that are not there. False: an error went to Info.Diags.
bool noteRetyped(const PatchPlan &Plan, const Unit &Info);

} // namespace revector
#endif
