// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -I%inputs/../../../runtime/include -shared -fPIC %s -o %t.exe
// RUN: not %refit -I%inputs/../../../runtime/include -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#include "revector/patch.h"

// CHECK: error: revector: 'first' and 'second' are hooks of one kind, of which a source file has one
REVECTOR_POST_APPLY static void first(struct rv_hook *hook) { (void)hook; }
REVECTOR_POST_APPLY static void second(struct rv_hook *hook) { (void)hook; }
REVECTOR_POST_REVERT static void other(struct rv_hook *hook) { (void)hook; }
// CHECK-NOT: error:

int used(void);
int used(void) { return 1; }
