// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s -pthread | FileCheck %s
#include <pthread.h>
#include <stdio.h>

static __thread int mine = 10;
static pthread_key_t key;
static int destroyed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void destroy(void *value)
{
    pthread_mutex_lock(&lock);
    destroyed += *(int *)value;
    pthread_mutex_unlock(&lock);
}

__attribute__((noinline)) static int step(int n)
{
    return mine += n;
}

static void *run(void *argument)
{
    for (int i = 0; i < 1000; ++i)
        step(*(int *)argument);
    pthread_setspecific(key, argument);
    return (void *)(long)mine;
}

int main(void)
{
    pthread_t threads[4];
    int argument[4] = {1, 2, 3, 4};
    pthread_key_create(&key, destroy);
    for (int i = 0; i < 4; ++i)
        pthread_create(&threads[i], NULL, run, &argument[i]);
    for (int i = 0; i < 4; ++i) {
        void *result;
        pthread_join(threads[i], &result);
        printf("%ld ", (long)result);
    }
    // CHECK: 1010 2010 3010 4010 destroyed 10
    printf("destroyed %d\n", destroyed);
    return 0;
}
