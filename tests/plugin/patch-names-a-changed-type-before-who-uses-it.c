// SPDX-License-Identifier: BSD-2-Clause
// One change of a type refuses many functions and variables, whose names say little: the type
// comes first, in front of all other refusals, with its sizes or the first field that differs.
// Of several that are reached, the nearest one; of what reaches none, the signature is said.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
#ifdef FIXED
#define OF(old, new) new
#else
#define OF(old, new) old
#endif

int start = OF(1, 2);
int other(OF(int, long) n);
int other(OF(int, long) n) { return (int)n + start; }

struct server {
    int port;
    OF(, int retries;)
};
struct domain {
    struct server *servers[2];
};
struct domain *domains;

int by_parameter(struct domain *of);
int by_parameter(struct domain *of) { return of->servers[0] != 0; }

int by_callback(int (*call)(struct server *));
int by_callback(int (*call)(struct server *)) { return call != 0; }

struct padded {
    char kind;
    OF(, char state;)
    int value;
    struct domain *domain;
};
int by_nearest(struct padded *of);
int by_nearest(struct padded *of) { return of->value; }

void *by_static(void);
void *by_static(void)
{
    static struct server one;
    return &one;
}

struct shorter {
    int a;
    OF(int b;, ) int : 32;
};
int by_last(struct shorter *of);
int by_last(struct shorter *of) { return of->a; }

// CHECK-NOT: error:
// CHECK: error: revector: the layout of 'struct padded' has changed (16 bytes, as before, but 'state' differs): used by 'by_nearest', while live data or callers outside the patch have the old one; give the new type another name, or convert the objects [revector explain types]
// CHECK-NEXT: error: revector: the layout of 'struct server' has changed (4 bytes, now 8): used by '{{[a-z_.]+}}' and 3 more, while
// CHECK-NEXT: note: revector: 'struct server' is used as well by
// CHECK-SAME: 'by_static.one'
// CHECK-NEXT: error: revector: the layout of 'struct shorter' has changed (12 bytes, now 8): used by 'by_last',
// CHECK-DAG: error: revector: the signature of 'other', or the layout
// CHECK-DAG: error: revector: the initialiser of 'start' has changed
// CHECK: note: revector: 'struct padded' has 16 bytes (
