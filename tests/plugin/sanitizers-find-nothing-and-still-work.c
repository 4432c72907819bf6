// SPDX-License-Identifier: BSD-2-Clause
// RUN: env "WAYS=-O1 -fsanitize=address,undefined" %same %t %s -DNONE -pthread | FileCheck --check-prefix=NONE %s
// RUN: env "WAYS=-O0 -fsanitize=address -fplugin-arg-revector-place=inline" %same %t %s -DNONE -pthread | FileCheck --check-prefix=NONE %s
// RUN: env "WAYS=-O1 -fsanitize=address -fplugin-arg-revector-translation=leaf" %same %t %s -DNONE -pthread | FileCheck --check-prefix=NONE %s
// RUN: env "WAYS=-O1 -fsanitize=thread" %same %t %s -DNONE -pthread | FileCheck --check-prefix=NONE %s
// RUN: env "WAYS=-O1 -fsanitize=thread -fplugin-arg-revector-place=inline" %same %t %s -DNONE -pthread | FileCheck --check-prefix=NONE %s
// RUN: %cc -O0 -fsanitize=address %s -DOVERFLOW -pthread -o %t.a && not %t.a 2>&1 | FileCheck --check-prefix=ADDRESS %s
// RUN: %cc -O0 -fsanitize=undefined %s -DWRAP -pthread -o %t.u && %t.u 2>&1 | FileCheck --check-prefix=UNDEFINED %s
// RUN: %cc -O0 -fsanitize=thread %s -DRACE -pthread -o %t.t && not %t.t 2>&1 | FileCheck --check-prefix=THREAD %s
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static int table[4] = {1, 2, 3, 4};
int racing;

__attribute__((noinline)) static int read_table(int index)
{
    return table[index];
}

__attribute__((noinline)) static int next(int x)
{
    return x + 1;
}

static void *run(void *unused)
{
    for (int i = 0; i < 1000; ++i)
#ifdef RACE
        racing = next(racing);
#else
        (void)next(i);
#endif
    return unused;
}

int main(int argc, char **argv)
{
    (void)argv;
    pthread_t one, two;
    pthread_create(&one, NULL, run, NULL);
    pthread_create(&two, NULL, run, NULL);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
#ifdef OVERFLOW
    // ADDRESS: ERROR: AddressSanitizer: global-buffer-overflow
    // ADDRESS: in read_table
    // ADDRESS: 'table' defined in
    argc = read_table(argc + 3);
#endif
#ifdef WRAP
    // UNDEFINED: runtime error: signed integer overflow
    argc = next(INT_MAX - 1 + argc);
#endif
    // THREAD: WARNING: ThreadSanitizer: data race
    // THREAD: 'racing'
    // NONE: 2 3
    printf("%d %d\n", read_table(1), next(2));
    return 0;
}
