// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cxx -shared -fPIC -O1 %s -o %t.exe
// RUN: not %refit -O1 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

// CHECK-NOT: error:
void log(int);
__attribute__((constructor)) static void start() { log(OF(1, 2)); }

// CHECK-DAG: error: revector: 'fixed(int)' has changed, but its calls are not translated (it is fixed), so the running program cannot be led to a new body
[[revector::fixed]] int fixed(int X) { return X * OF(3, 4); }

// CHECK-DAG: warning: revector: 'start()' has changed, but the running program has already called it at its start

#ifdef FIXED
// CHECK-DAG: error: revector: 'late()' is a new constructor or destructor, which a patch cannot run
__attribute__((constructor)) static void late() { log(3); }
#endif
// CHECK-NOT: error:
