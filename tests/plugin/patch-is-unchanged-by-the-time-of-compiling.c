// SPDX-License-Identifier: BSD-2-Clause
// The time at which the compiler ran, or at which the file was written: in arguments, in strings
// with more in them, in what variables begin with, in what is copied. A text beside it, and a date
// that somebody has typed, still count.
// RUN: env SOURCE_DATE_EPOCH=1000000000 %cc -shared -fPIC -O2 -w %s -o %t.exe
// RUN: env SOURCE_DATE_EPOCH=1100000000 %refit -O2 -w -DAGAIN -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// RUN: env SOURCE_DATE_EPOCH=1000000000 %cc -shared -fPIC -O0 -w %s -o %t.exe
// RUN: env SOURCE_DATE_EPOCH=1100000000 %refit -O0 -w -DAGAIN -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// CHECK-NOT: remark:
// CHECK: remark: other_text is replaced:
// CHECK-NEXT: remark: typed is replaced:
// CHECK-NOT: remark:
#ifdef AGAIN
#define OF(old, new) new
#else
#define OF(old, new) old
#endif
#define BUILT "built " __DATE__ ", " __TIME__

int say(const char *text);
char *strcpy(char *to, const char *from), *strcat(char *to, const char *from);

int by_argument(void) { return say(__TIME__); }
int by_macro(void) { return say(BUILT); }
int by_file(void) { return say(__TIMESTAMP__); }
int by_constant(void) { static const char built[32] = BUILT; return say(built); }
int by_pointer(void) { static const char *const built[] = {"a", BUILT}; return say(built[1]); }
char written[64] = BUILT;
int by_variable(int x) { written[0] = x; return say(written); }
int copied(char *to)
{
    char today[20];

    strcpy(today, __DATE__);
    today[3] = today[6] = '-';
    strcpy(to, today + 4);
    strcat(to, __TIME__);
    return say(today);
}
int other_text(void) { return say(OF("old ", "new ") BUILT); }
int typed(void) { return say(OF("May  9 2001", "May  9 2004")); }
