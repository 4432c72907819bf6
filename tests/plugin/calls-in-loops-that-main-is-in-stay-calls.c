// SPDX-License-Identifier: BSD-2-Clause
// What would be in the loop that the program is in, no patch could reach.
// RUN: %cc -O2 -c %s -o %t.o -Rpass=revector 2>&1 | grep "stays a call" | sort -V | FileCheck %s --implicit-check-not=remark
// RUN: %cc -O2 -S -emit-llvm %s -o - | FileCheck %s --check-prefix=CODE --implicit-check-not=rv.open

// CODE-DAG: define internal {{.*}}@handle(
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char line[80];
static unsigned sum;

static int looked_at(void)
{
    return line[0] == 'q';
}

// It alone calls handle(), and computes only; the loop around it waits.
static int handle(int n)
{
    return n * 3 + line[1];
}

static inline int handle_inline(int n)
{
    return n * 5 + line[2];
}

// Entered once: main calls it, not in a loop. Its turn waits in what it calls.
static void answer(void)
{
    if (write(1, line, sizeof(line)) < 0)
        sum++;
}

static void run(void)
{
    // CHECK: [[@LINE+2]]:{{.*}} call of answer stays a call: it is in a loop that the program may never leave
    while (!sum)
        answer();
}

// Entered anew for each line.
static void part(char c)
{
    sum += putchar(c);
}

static void session(void)
{
    for (const char *c = line; *c; c++)
        part(*c);
}

static unsigned mix(unsigned x)
{
    return x ^ (x << 7);
}

static unsigned step(unsigned x)
{
    return x % 2 ? 3 * x + 1 : x / 2;
}

static void print(int n)
{
    printf("%d\n", n);
}

static int poll_one(int n)
{
    return read(n, line, sizeof(line)) > 0;
}

static void work(void)
{
    sum += read(0, line, sizeof(line));
}

// Never left, whoever enters it.
void *thread(void *unused)
{
    (void)unused;
    for (;;)
        // CHECK: [[@LINE+1]]:{{.*}} call of work
        work();
}

static void child(void)
{
    // CHECK: [[@LINE+2]]:{{.*}} call of poll_one
    for (;;)
        if (poll_one(1))
            break;
}

int main(int argc, char **argv)
{
    unsigned x = argc;

    // The child does not come back to the loop, which knows its number of turns.
    for (int n = 0; n < argc; n++) {
        print(n);
        if (fork() == 0) {
            child();
            _exit(0);
        }
    }
    // CHECK: [[@LINE+1]]:{{.*}} call of looked_at
    while (fgets(line, sizeof(line), stdin) && !looked_at()) {
        // CHECK: [[@LINE+1]]:{{.*}} call of handle stays
        x += handle(argc);
        x += handle_inline(argc);
        // CHECK: [[@LINE+1]]:{{.*}} call of session
        session();
        // It computes, and costs nothing beside the loop around it.
        for (int n = 0; n < argc; n++)
            x = mix(x);
        for (int n = 0; n < argc; n++)
            // CHECK: [[@LINE+1]]:{{.*}} call of poll_one
            poll_one(n);
    }
    // Nobody waits here.
    while (x != 1)
        x = step(x);
    run();
    return argv[0][0] + x;
}
