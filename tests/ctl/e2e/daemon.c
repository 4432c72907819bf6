/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon.c - does to itself what daemons do: forks away, closes every descriptor,
 * changes its root and its user. What a call gives now stands in a shared file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct face {
    int32_t pid, value, ticks;
};

static volatile int base = 1; /* volatile, so that the optimiser cannot know what value() gives */

__attribute__((noinline)) int value(void)
{
    return base;
}

static struct face *open_face(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    void *face;

    if (fd < 0 || ftruncate(fd, sizeof(struct face)))
        exit(1);
    face = mmap(NULL, sizeof(struct face), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return face == MAP_FAILED ? (exit(1), NULL) : face;
}

static void fork_away(void)
{
    if (fork())
        _exit(0);
    setsid();
    if (fork())
        _exit(0);
}

/* Called in a loop, so that it can be replaced. */
__attribute__((noinline)) static void tick(struct face *face)
{
    face->value = value();
    face->ticks++;
}

/* daemon FACE [d][c][r][u]: daemonise, close all, change root, change user */
int main(int argc, char **argv)
{
    const char *steps = argc > 2 ? argv[2] : "";
    struct face *face = open_face(argv[1]);

    if (strchr(steps, 'd'))
        fork_away();
    if (strchr(steps, 'c'))
        for (int fd = 0; fd < 1024; fd++)
            close(fd);
    if (strchr(steps, 'r') && (mkdir("root", 0755), chroot("root") || chdir("/")))
        return 1;
    if (strchr(steps, 'u') && (setgid(65534) || setuid(65534)))
        return 1;
    face->pid = getpid();
    for (;;) {
        tick(face);
        usleep(1000);
    }
}
