// SPDX-License-Identifier: BSD-2-Clause
// A hook of another type would be called with the wrong arguments, so it is an error.
// RUN: not %cc -I%inputs/../../../runtime/include -c %s -o %t.o 2>&1 | FileCheck %s
#include "revector/patch.h"

// CHECK: error: 'revector_pre_apply' attribute only applies to functions of the type int (struct rv_hook *)
REVECTOR_PRE_APPLY static void returns_nothing(struct rv_hook *hook) { (void)hook; }

// CHECK: error: 'revector_post_apply' attribute only applies to functions of the type void (struct rv_hook *)
REVECTOR_POST_APPLY static int returns_a_number(struct rv_hook *hook) { return hook->error; }

// CHECK: error: 'revector_pre_revert' attribute only applies to functions of the type int (struct rv_hook *)
REVECTOR_PRE_REVERT static int takes_a_number(int hook) { return hook; }

// CHECK: error: 'revector_post_revert' attribute only applies to functions of the type void (struct rv_hook *)
REVECTOR_POST_REVERT static void takes_nothing(void) {}

// CHECK: error: 'revector_post_revert' attribute only applies to
REVECTOR_POST_REVERT static int variable;

// CHECK-NOT: error:
REVECTOR_POST_REVERT static void is_right(struct rv_hook *hook) { (void)hook; }
