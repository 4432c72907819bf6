// SPDX-License-Identifier: BSD-2-Clause
// A cancelled thread runs the clean-up handlers of methods, patched ones too.
// RUN: %patch %t %s -pthread | FileCheck %s
#include "patch.h"
#include <pthread.h>
#include <unistd.h>

static int entered[2], cleaned;

static void clean(void *by)
{
    cleaned += *(int *)by;
}

__attribute__((noinline)) static void wait_in(int depth)
{
#ifdef FIXED
    int by = 10;
#else
    int by = 1;
#endif
    pthread_cleanup_push(clean, &by);
    if (depth > 0)
        wait_in(depth - 1);
    else if (write(entered[1], "x", 1) == 1)
        pause();
    pthread_cleanup_pop(1);
}

static void *body(void *unused)
{
    wait_in(2);
    return unused;
}

// CHECK: at first
// CHECK-NEXT: cancelled, cleaned 3
// CHECK-NEXT: patched
// CHECK-NEXT: cancelled, cleaned 30
// CHECK-NEXT: reverted
// CHECK-NEXT: cancelled, cleaned 3
void act(void)
{
    pthread_t thread;
    void *result;
    char byte;

    cleaned = 0;
    if (pipe(entered) || pthread_create(&thread, NULL, body, NULL) || read(entered[0], &byte, 1) != 1)
        return;
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("%s, cleaned %d\n", result == PTHREAD_CANCELED ? "cancelled" : "returned", cleaned);
    close(entered[0]);
    close(entered[1]);
}
