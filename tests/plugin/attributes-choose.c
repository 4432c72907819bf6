// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O2 -c %s -o %t.o -Rpass=revector -Rpass-missed=revector 2>&1 | FileCheck %s
// RUN: %cc -O2 -c %s -o %t.o && llvm-nm %t.o | FileCheck --check-prefix=SYMBOLS %s

// Small and static: gone but for the attribute.
// CHECK-DAG: kept is translated
[[revector::method]] static int kept(int x)
{
    return x + 1;
}

static int inlined(int x)
{
    return x + 2;
}

// CHECK-DAG: left_alone is not translated: it is declared revector::fixed
// The attribute comes with an earlier declaration.
__attribute__((revector_fixed)) int left_alone(int x);
int left_alone(int x)
{
    return kept(x) + inlined(x);
}

// CHECK-DAG: usual is translated
int usual(int x);
int usual(int x)
{
    return left_alone(x) * 2;
}
// SYMBOLS-NOT: inlined
// SYMBOLS-DAG: t kept
// SYMBOLS-DAG: t kept.rv
// SYMBOLS-DAG: T left_alone
// SYMBOLS-DAG: T usual
// SYMBOLS-DAG: t usual.rv
// SYMBOLS-NOT: left_alone.rv
