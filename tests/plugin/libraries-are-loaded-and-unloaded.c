// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %cc -O2 -fPIC -shared %t.dir/library.c -o %t.so
// RUN: %cc -O2 %t.dir/program.c -o %t && %t %t.so | FileCheck %s
// RUN: %clang -O2 %t.dir/program.c -o %t.uninstrumented && %t.uninstrumented %t.so | FileCheck %s
// RUN: %cc -O2 -fPIC -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline -shared %t.dir/library.c -o %t.so
// RUN: %t %t.so | FileCheck %s
// CHECK: loaded
// CHECK: 42
// CHECK: unloaded
// CHECK: loaded
// CHECK: 42
// CHECK: unloaded

//--- library.c
#include <stdio.h>
int answer(int x);
__attribute__((noinline)) static int helper(int x)
{
    return x * 2;
}
int answer(int x)
{
    return helper(x) + 2;
}
__attribute__((constructor)) static void hello(void)
{
    puts("loaded");
}
__attribute__((destructor)) static void bye(void)
{
    puts("unloaded");
}

//--- program.c
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    for (int i = 0; i < 2; ++i) {
        void *library = dlopen(argv[argc - 1], RTLD_NOW);
        if (!library) {
            puts(dlerror());
            return 1;
        }
        int (*answer)(int) = (int (*)(int))dlsym(library, "answer");
        printf("%d\n", answer(20));
        dlclose(library);
    }
    return 0;
}
