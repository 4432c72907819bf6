// SPDX-License-Identifier: BSD-2-Clause
// Every thread its own: the program's thread-local, and a new one of the patch.
// RUN: %patch %t %s -pthread | FileCheck %s
#include "patch.h"
#include <pthread.h>

static __thread int mine = 5;
__thread int exported[3] = {1, 2, 3};

__attribute__((noinline)) static int step(int by)
{
#ifdef FIXED
    static __thread int fresh = 100;
    mine += 10 * by;
    exported[by]++;
    return mine + fresh++ + exported[by] * 1000;
#else
    mine += by;
    return mine;
#endif
}

static void *other_thread(void *arg)
{
    (void)arg;
    step(1);
    return (void *)(long)step(1);
}

// CHECK: at first
// CHECK-NEXT: main 7, other 7
// CHECK-NEXT: patched
// CHECK-NEXT: main 4128, other 4126
// CHECK-NEXT: reverted
// CHECK-NEXT: main 29, other 7
void act(void)
{
    void *result;
    pthread_t thread;

    step(1);
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, &result);
    printf("main %d, other %ld\n", step(1), (long)result);
}
