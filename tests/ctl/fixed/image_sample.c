/* SPDX-License-Identifier: BSD-2-Clause */
/* image_sample.c, changed: what the sample of a patch is made from. */
static int counter = 3;
#ifdef SECOND
extern __thread int per_thread;
#else
__thread int per_thread;
#endif

__attribute__((noinline)) static int helper(int x)
{
    static int calls;

    return x + 2 * counter++ + calls++ + per_thread++;
}

#ifdef SECOND
int second(int x)
{
    return helper(x);
}

__attribute__((weak)) int either(void)
{
    return 2;
}
#else
const char *names[] = {"one", "two"};

int first(int x)
{
    return helper(x) + names[x & 1][0];
}

int either(void)
{
    return 1;
}
#endif
