// SPDX-License-Identifier: BSD-2-Clause
// Tables of operations often tell what kind an object is: live objects have the address
// of the old one. One that is only read and called through is copied.
// RUN: %cc -shared -fPIC -O2 %s -o %t.exe
// RUN: not %refit -O2 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: %cc -shared -fPIC -O0 %s -o %t.exe
// RUN: not %refit -O0 -DFIXED -c %s -o %t.o 2>&1 | FileCheck %s
// CHECK-NOT: 'reads'
// CHECK: error: revector: the contents of the constant 'file_operations' have changed, and the new source compares its address
// CHECK-NOT: error:
struct operations {
    int (*size)(int);
    int limit;
};

static int size(int x)
{
    return x / 2;
}

#ifdef FIXED
enum { LIMIT = 200 };
#else
enum { LIMIT = 100 };
#endif
static const struct operations file_operations = {size, LIMIT};
static const struct operations reads = {size, LIMIT + 1};
const struct operations *current;

void open_file(void);
void open_file(void)
{
    current = &file_operations;
}

int is_file(void);
int is_file(void)
{
    return current == &file_operations;
}

int read_it(int x);
int read_it(int x)
{
    return reads.size(x) + reads.limit;
}
