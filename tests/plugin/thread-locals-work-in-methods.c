// SPDX-License-Identifier: BSD-2-Clause
// RUN: split-file %s %t.dir
// RUN: %same %t %t.dir/main.c %t.dir/other.c -pthread | FileCheck %s
// CHECK: main 11 1
// CHECK: thread 15 5

//--- main.c
#include <pthread.h>
#include <stdio.h>

extern __thread int shared;
static __thread int own;
extern int bump(int by);

static void show(const char *who, int by)
{
    bump(by);
    own += by;
    printf("%s %d %d\n", who, shared, own);
}

static void *run(void *unused)
{
    show("thread", 5);
    return unused;
}

int main(void)
{
    pthread_t thread;
    show("main", 1);
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    return 0;
}

//--- other.c
__thread int shared = 10;
int bump(int by);

int bump(int by)
{
    return shared += by;
}
