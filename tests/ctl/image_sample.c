/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_sample.c - the image whose records test_image_file.c and
 * fuzz_image_file.c read. Compiled by revector-cc, twice: the second time as
 * another unit, with SECOND.
 */
static int counter = 3;
#ifdef SECOND
extern __thread int per_thread;
#else
__thread int per_thread;
#endif

__attribute__((noinline)) static int helper(int x)
{
    static int calls;

    return x + counter++ + calls++ + per_thread++;
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
