// SPDX-License-Identifier: BSD-2-Clause
// Live objects get the new layout, in their place if they fit, and their old one back; the
// program itself has no transformer.
// RUN: %cc -I%inputs/../../../runtime/include -shared -fPIC -O2 %s -o %t.exe
// RUN: llvm-nm %t.exe | FileCheck %s --check-prefix=PROGRAM --allow-empty
// RUN: %refit -I%inputs/../../../runtime/include -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s --check-prefix=PATCH
#include "revector/transform.h"
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

struct session {
    OF(int a; int b;, int b; int a;)
};
struct session *session;
struct untouched {
    int n;
} untouched;

int sum(void);
int sum(void)
{
    return session->a * 10 + session->b;
}

// Its code is the same, but it may have an old object in hand.
void use(struct session *s);
__attribute__((noinline)) struct session *hand_on(struct session *s);
struct session *hand_on(struct session *s)
{
    use(s);
    return s;
}

// It knows nothing of the type.
int other(void);
int other(void)
{
    return untouched.n;
}

#ifdef FIXED
struct session_was {
    int a, b;
};
static int walk(struct rv_transform *t) { return rv_transform_object(t, session); }
static int convert(struct rv_transform *t, const struct session_was *from, struct session *to)
{
    (void)t;
    *to = (struct session){.a = from->a, .b = from->b};
    return 0;
}
REVECTOR_TRANSFORM(struct session, struct session_was, .walk = walk, .convert = convert);
#endif

// PROGRAM-NOT: rv_transform_object
// PATCH-NOT: error:
// PATCH: sum is replaced: its code has changed
// PATCH: hand_on is replaced: its type has changed
// PATCH-NOT: other is
// PATCH: walk is new
