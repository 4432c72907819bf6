// SPDX-License-Identifier: BSD-2-Clause
// A field of the same size and place whose bits mean something else: bool and uint8_t, signed
// and unsigned, an integer and a pointer. Refused, and the refusal says what has changed.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#include <stdbool.h>
#include <stdint.h>

#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

struct flags {
    OF(bool, uint8_t) ready;
    OF(uint8_t, bool) done;
    OF(int, unsigned) length;
    int same;
    OF(long, void *) next;
    OF(bool, uint8_t) each[4];
};
struct flags flags;

int use(void);
int use(void) { return flags.ready + flags.done + flags.same OF(, +1); }
// CHECK: error: revector: the layout of 'struct flags' has changed (32 bytes, as before, but 'ready' differs): used by 'flags',
// CHECK: note: revector: 'struct flags' has 32 bytes (ready at 0, 1 bytes, bool; done at 1, 1 bytes, unsigned; length at 4, 4 bytes, signed; same at 8, 4 bytes; next at 16, 8 bytes, signed; each at 24, 4 bytes, bool[]) in the program, and 32 bytes (ready at 0, 1 bytes, unsigned; done at 1, 1 bytes, bool; length at 4, 4 bytes, unsigned; same at 8, 4 bytes; next at 16, 8 bytes, pointer; each at 24, 4 bytes, unsigned[]) in the new source
