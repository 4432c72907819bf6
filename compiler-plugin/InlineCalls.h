// SPDX-License-Identifier: BSD-2-Clause
//
// InlineCalls.h - place=inline: the translation at the call site.
#ifndef REVECTOR_PLUGIN_INLINECALLS_H
#define REVECTOR_PLUGIN_INLINECALLS_H

#include "compiler-plugin/Options.h"

namespace revector {

struct Plan;

// Expands every direct call of a method of this unit that is sure to reach it.
// All methods must have been split.
void translateCallsInPlace(const Plan &What, Translation How);

} // namespace revector
#endif
