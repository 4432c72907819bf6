/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_private.c - descriptors that the program cannot see, close or inherit.
 *
 * A Linux thread can leave the process's descriptor table. So the agent's
 * descriptors survive a program that closes everything, never turn up in its
 * children, and the program's pipes see their end when the program closes them.
 * Where a filter refuses that (Docker's default one refuses unshare, but lets
 * close_range pass), the agent goes on with descriptors at the far end of the
 * shared table, checks before use that they are still its own, and says so.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAR_AWAY 32 /* descriptors from the end of the table */

static int degraded;

/* One step: what is closed is never copied, so no pipe is held even for a moment. */
static int leave_by_close_range(void)
{
    return syscall(SYS_close_range, 0, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

/* Kernels before 5.9. */
static int leave_by_unshare(void)
{
    struct rlimit limit;

    if (unshare(CLONE_FILES) || getrlimit(RLIMIT_NOFILE, &limit))
        return 0;
    for (rlim_t fd = 0; fd < limit.rlim_max && fd < 1 << 20; fd++)
        close((int)fd);
    return 1;
}

/* Libraries that print to stderr must not print into one of our sockets. */
static void fill_standard_streams(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    while (fd >= 0 && fd < 2)
        fd = dup(fd);
}

int agent_privatise(void)
{
    int saved = errno;

    /*
     * The thread sanitizer keeps one book of descriptors for the whole process. With
     * a second table, equal numbers look like races to it, and the pipe to its
     * symbolizer, opened in our table, is some client's socket in the program's.
     */
    degraded = __tsan_init || (!leave_by_close_range() && !leave_by_unshare());
    if (!degraded) {
        fill_standard_streams();
        (void)unshare(CLONE_FS); /* refused: patches come as descriptors, so nothing is lost */
    }
    errno = saved;
    return !degraded;
}

int agent_is_degraded(void)
{
    return degraded;
}

int agent_settle(int fd)
{
    struct rlimit limit;
    int far;

    if (!degraded || fd < 0)
        return fd;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < 2 * FAR_AWAY)
        return fd;
    if (limit.rlim_cur > 1 << 16)
        limit.rlim_cur = 1 << 16; /* a table as large as the number costs memory */
    far = fcntl(fd, F_DUPFD_CLOEXEC, (int)limit.rlim_cur - FAR_AWAY);
    if (far < 0)
        return fd;
    close(fd);
    return far;
}

struct agent_fd agent_hold(int fd)
{
    struct stat status = {0};

    if (fd >= 0 && degraded)
        (void)fstat(fd, &status);
    return (struct agent_fd){fd, status.st_ino};
}

int agent_owns(const struct agent_fd *held)
{
    struct stat status;

    if (held->fd < 0 || !degraded)
        return held->fd >= 0;
    return !fstat(held->fd, &status) && S_ISSOCK(status.st_mode) && status.st_ino == held->inode;
}

void agent_drop(struct agent_fd *held)
{
    if (agent_owns(held))
        close(held->fd);
    held->fd = -1;
}
