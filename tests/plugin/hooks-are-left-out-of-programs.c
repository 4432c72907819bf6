// SPDX-License-Identifier: BSD-2-Clause
// In a compilation that makes no patch a hook is not there, and nobody warns that it
// has no callers.
// RUN: %cc -O0 -Wall -Wextra -Werror -I%inputs/../../../runtime/include -shared -fPIC %s -o %t.exe
// RUN: llvm-nm-19 %t.exe | FileCheck %s
// RUN: %clang -Wall -Wextra -Werror -I%inputs/../../../runtime/include -c %s -o %t.o
#include "revector/patch.h"

// CHECK-NOT: never
REVECTOR_PRE_APPLY static int never(struct rv_hook *hook)
{
    return rv_hook_refuse(hook, 1, "no");
}

// CHECK: T used
int used(void);
int used(void)
{
    return 1;
}
// CHECK-NOT: never
