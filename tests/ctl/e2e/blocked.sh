#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# blocked.sh - threads in blocking calls of every kind neither return from them for an update
# nor keep it waiting; nor do threads with all signals blocked, and in a handler on a stack of
# its own. The calls that wait for the same are told apart where the kernel restarts them by
# different rules (signal(7)).
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >calls.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int one = 1; /* or the compiler calls it once, before the loop */

__attribute__((noinline)) int answer(int x)
{
    return x + one;
}

static int ends[2], pair[2], listener, queue, full_queue = -1, sems, word, lock_fd, other_lock_fd;
static pthread_t first;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static const struct timespec long_time = {.tv_sec = 1000};

static long in_poll(void) { return poll(NULL, 0, -1); }
static long in_ppoll(void) { return ppoll(NULL, 0, &long_time, NULL); }
static long in_select(void) { return select(0, NULL, NULL, NULL, NULL); }
static long in_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(epoll_create1(0), &event, 1, -1);
}
static long in_nanosleep(void) { return nanosleep(&long_time, NULL); }
static long in_clock_nanosleep(void)
{
    return clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, NULL) ? (errno = EINTR, -1) : 0;
}
static long in_futex(void) { return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0); }
static long in_mutex(void) { return pthread_mutex_lock(&mutex); }
static long in_cond(void)
{
    static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&own);
    return pthread_cond_wait(&never, &own);
}
static long in_sem(void) { return sem_wait(&semaphore); }
static long in_read(void) { char byte; return read(ends[0], &byte, 1); }
static long in_write(void)
{
    static char bytes[1 << 20];
    int full[2];
    return pipe(full) ? -1 : write(full[1], bytes, sizeof(bytes));
}
static long in_accept(void) { return accept(listener, NULL, NULL); }
static long in_recv(void) { char byte; return recv(pair[0], &byte, 1, 0); }
static long in_recvmsg(void)
{
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return recvmsg(pair[0], &message, 0);
}
static long in_msgrcv(void)
{
    struct { long type; char text[8]; } message;
    return msgrcv(queue, &message, sizeof(message.text), 0, 0);
}
static long in_semop(void)
{
    struct sembuf down = {.sem_op = -1};
    return semop(sems, &down, 1);
}
static long in_sigtimedwait(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    return sigtimedwait(&set, NULL, &long_time);
}
static long in_wait4(void)
{
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    return wait4(child, NULL, 0, NULL);
}
static long in_flock(void) { return flock(other_lock_fd, LOCK_EX); }
static long in_fcntl(void)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(other_lock_fd, F_OFD_SETLKW, &whole);
}
static long in_eventfd(void) { eventfd_t value; return eventfd_read(eventfd(0, 0), &value); }
static long in_timerfd(void)
{
    uint64_t value;
    struct itimerspec timer = {.it_value = long_time};
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(fd, 0, &timer, NULL);
    return read(fd, &value, sizeof(value));
}
static long in_inotify(void) { char event[512]; return read(inotify_init(), event, sizeof(event)); }
static long in_mq(void)
{
    char name[64], text[8192];
    struct mq_attr shape = {.mq_maxmsg = 1, .mq_msgsize = 8};
    mqd_t mine;
    snprintf(name, sizeof(name), "/revector-%d", (int)getpid());
    mine = mq_open(name, O_RDWR | O_CREAT, 0600, &shape);
    mq_unlink(name);
    return mq_receive(mine, text, sizeof(text), NULL);
}
static long in_mq_send(void)
{
    char name[64];
    struct mq_attr shape = {.mq_maxmsg = 1, .mq_msgsize = 8};
    mqd_t mine;
    snprintf(name, sizeof(name), "/revector-full-%d", (int)getpid());
    mine = mq_open(name, O_RDWR | O_CREAT, 0600, &shape);
    mq_unlink(name);
    return mq_send(mine, "full", 4, 0) ? -2 : mq_send(mine, "more", 4, 0);
}
static long in_pause(void) { return pause(); }
static long in_join(void) { return pthread_join(first, NULL); }
static long in_epoll_pwait(void)
{
    struct epoll_event event;
    sigset_t none;
    sigemptyset(&none);
    return epoll_pwait(epoll_create1(0), &event, 1, -1, &none);
}
static long in_sigsuspend(void)
{
    sigset_t none;
    sigemptyset(&none);
    return sigsuspend(&none);
}
static long in_waitid(void)
{
    siginfo_t info;
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    return waitid(P_PID, (id_t)child, &info, WEXITED);
}
static long in_readv(void)
{
    char byte;
    struct iovec part = {&byte, 1};
    return readv(ends[0], &part, 1);
}
static long in_writev(void)
{
    static char bytes[1 << 20];
    struct iovec part = {bytes, sizeof(bytes)};
    int full[2];
    return pipe(full) ? -1 : writev(full[1], &part, 1);
}
static long in_splice(void)
{
    int out[2];
    return pipe(out) ? -1 : splice(ends[0], NULL, out[1], NULL, 1, 0);
}
static long in_send(void)
{
    static char bytes[1 << 20];
    int full[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, full) ? -1 : send(full[0], bytes, sizeof(bytes), 0);
}
static long in_recvmmsg(void)
{
    char byte;
    struct iovec part = {&byte, 1};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    return recvmmsg(pair[0], &message, 1, 0, NULL);
}
static long in_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(address);
    int full = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(full, (struct sockaddr *)&address, sizeof(sa_family_t)) || listen(full, 0) ||
        getsockname(full, (struct sockaddr *)&address, &size))
        return -2;
    while (connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, size) == 0)
        ;
    return -1;
}
static long in_msgsnd(void)
{
    static struct { long type; char text[4096]; } message = {.type = 1};
    int full = msgget(IPC_PRIVATE, 0600);
    full_queue = full;
    while (msgsnd(full, &message, sizeof(message.text), 0) == 0)
        ;
    return -1;
}
static long in_fifo(void)
{
    return mkfifo("nobody-writes", 0600) ? -2 : open("nobody-writes", O_RDONLY);
}
static long in_masked(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    return in_read();
}
static void on_signal(int number)
{
    printf("%d: read returned %ld: %s\n", number, in_read(), strerror(errno));
}
static long in_handler(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    return pthread_kill(pthread_self(), SIGUSR1);
}

#define CALL(name) {#name, in_##name}
static const struct { const char *name; long (*run)(void); } calls[] = {
    CALL(poll), CALL(ppoll), CALL(select), CALL(epoll), CALL(nanosleep), CALL(clock_nanosleep),
    CALL(futex), CALL(mutex), CALL(cond), CALL(sem), CALL(read), CALL(write), CALL(accept),
    CALL(recv), CALL(recvmsg), CALL(msgrcv), CALL(semop), CALL(sigtimedwait), CALL(wait4),
    CALL(flock), CALL(fcntl), CALL(eventfd), CALL(timerfd), CALL(inotify), CALL(mq), CALL(pause),
    CALL(join), CALL(mq_send), CALL(epoll_pwait), CALL(sigsuspend), CALL(waitid), CALL(readv),
    CALL(writev), CALL(splice), CALL(send), CALL(recvmmsg), CALL(connect), CALL(msgsnd),
    CALL(fifo), CALL(masked), CALL(handler),
};

static void *block(void *which)
{
    size_t n = (size_t)which;
    long result = calls[n].run();
    printf("%s returned %ld: %s\n", calls[n].name, result, strerror(errno));
    return NULL;
}

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char line[80];
    pthread_t thread;

    first = pthread_self();
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_mutex_lock(&mutex);
    sem_init(&semaphore, 0, 0);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    lock_fd = open("lock", O_RDWR | O_CREAT, 0600);
    other_lock_fd = open("lock", O_RDWR);
    queue = msgget(IPC_PRIVATE, 0600);
    sems = semget(IPC_PRIVATE, 1, 0600);
    if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
        bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) || listen(listener, 1) ||
        flock(lock_fd, LOCK_EX) || fcntl(lock_fd, F_OFD_SETLK, &whole))
        return 3;
    for (size_t n = 0; n < sizeof(calls) / sizeof(*calls); n++)
        pthread_create(&thread, NULL, block, (void *)n);
    while (fgets(line, sizeof(line), stdin))
        printf("%zu calls, answer %d\n", sizeof(calls) / sizeof(*calls), answer(1));
    msgctl(queue, IPC_RMID, NULL);
    msgctl(full_queue, IPC_RMID, NULL);
    semctl(sems, 0, IPC_RMID);
    kill(0, SIGTERM);
    return 0;
}
C
compile calls calls.c -pthread -lrt
change calls.c 's/return x + one;/return x + 100 * one;/'
revector build --for ./calls -o fix.rvp fix/calls.c >/dev/null 2>&1 || fail "cannot build"
start calls setsid ./calls
calls=41 # and a thread that answers, and the agent's
all_asleep() {
    [ "$(cat "/proc/$pid/task"/*/stat | grep -c ') S ')" = $((calls + 2)) ]
}
eventually "each is in its call" all_asleep
for round in $(seq 10); do
    works revector apply "$pid" fix.rvp --timeout 20s
    ask calls now
    expect "$calls calls, answer 101" "$answer" "after update $round"
    works revector revert "$pid" --all
    ask calls now
    expect "$calls calls, answer 2" "$answer" "after revert $round"
done
# it removes its queues, and takes its child along
# shellcheck disable=SC2154 # start sets it
eval "exec $calls_to>&-"
is_gone() {
    ! kill -0 "$pid" 2>/dev/null
}
eventually "it has ended" is_gone
echo "$calls blocking calls: none returned, none kept an update waiting"
