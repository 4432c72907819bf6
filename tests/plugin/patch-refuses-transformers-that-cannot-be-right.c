// SPDX-License-Identifier: BSD-2-Clause
// What an author says about a type is compared with the running program; what is missing, or
// would lose an object, is refused by name. A type without a transformer is refused as ever.
// DEFINE: %{flags} = -I%inputs/../../../runtime/include
// RUN: %cc %{flags} -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit %{flags} -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#include "revector/transform.h"
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

#define PLAIN(name)                                                                                \
    struct name {                                                                                  \
        OF(, long first;) int n;                                                                   \
    };                                                                                             \
    struct name *one_##name;                                                                       \
    int use_##name(void);                                                                          \
    int use_##name(void) { return one_##name->n; }
PLAIN(grown)
PLAIN(misremembered)
PLAIN(without)
PLAIN(one_way)
PLAIN(asked)

struct same {
    int n;
} *same;
int use_same(void);
int use_same(void) { return same->n; }

// Not on the heap: no pointer leads to it, and all code has its address.
struct swapped {
    OF(int a; int b;, int b; int a;)
};
struct swapped held[4];
int use_held(void);
int use_held(void) { return held[0].a; }

// Whoever has one in hand is replaced; so nobody can call it while objects are converted.
__attribute__((noinline)) int number_of(struct asked *a);
int number_of(struct asked *a) { return a->n; }

#ifdef FIXED
struct int_only {
    int n;
};
struct short_only {
    short n;
};
struct two {
    int a, b;
};
#define FUNCTIONS(name, old)                                                                       \
    static int walk_##name(struct rv_transform *t) { return rv_transform_object(t, one_##name); }  \
    static int convert_##name(struct rv_transform *t, const old *from, struct name *to)            \
    {                                                                                              \
        (void)t;                                                                                   \
        to->n = from->n;                                                                           \
        return 0;                                                                                  \
    }
FUNCTIONS(grown, struct int_only)
FUNCTIONS(misremembered, struct short_only)
FUNCTIONS(one_way, struct int_only)
static int walk_same(struct rv_transform *t) { return rv_transform_object(t, same); }
static int walk_asked(struct rv_transform *t) { return number_of(one_asked); }

// CHECK-DAG: error: revector: the transformer of 'struct grown' lacks .point, because the new layout needs more room
REVECTOR_TRANSFORM(struct grown, struct int_only, .walk = walk_grown, .convert = convert_grown);
// CHECK-DAG: error: revector: 'struct misremembered' has 4 bytes (n at 0, 4 bytes) in the program, but what it is said to have been has 2 bytes (n at 0, 2 bytes)
REVECTOR_TRANSFORM(struct misremembered, struct short_only, .walk = walk_misremembered,
                   .convert = convert_misremembered);
// CHECK-DAG: error: revector: the transformer of 'struct one_way' lacks .walk and .convert
REVECTOR_TRANSFORM(struct one_way, struct int_only, .walk = walk_one_way);
// CHECK-DAG: error: revector: 'struct same' is to be converted, but its layout is that of the program
REVECTOR_TRANSFORM(struct same, struct int_only, .walk = walk_same);
// CHECK-DAG: error: revector: a transformer uses 'number_of', which the patch replaces
REVECTOR_TRANSFORM(struct asked, struct int_only, .walk = walk_asked);
// CHECK-DAG: error: revector: 'held' holds an object of a type whose layout changes
REVECTOR_WAS(struct swapped, struct two);
// CHECK-DAG: error: revector: the layout of 'struct without' has changed (4 bytes, now 16): used by 'one_without'
// CHECK-DAG: note: revector: 'struct without' has 4 bytes
#endif
