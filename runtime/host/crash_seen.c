/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash_seen.c - in the signal handler of a thread that has crashed; see crash.h.
 *
 * Async-signal-safe, on whatever stack is left: allocates nothing, waits for nothing
 * without a limit. Of locks it only tries the core's: new code does not run under it.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "crash_watch.h"
#include "guard.h"
#include "host.h"
#include "operation.h"
#include "tablewalk/tw_atomic.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOCK_MS  200  /* whoever has the lock has it for microseconds, but for a fork */
#define WRITE_MS 500  /* for the agent to write its log */
#define OTHER_MS 2000 /* for another thread that is in here for the same update */
#define IN_A_ROW 3    /* crashes, then nobody believes in chance any more */

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static int lock_or_give_up(void)
{
    for (int n = 0; n < LOCK_MS; n++) {
        if (rv_platform_try_lock())
            return 1;
        nap();
    }
    return 0;
}

static void wait_for_state(const struct rv_crash_watch *watch, enum rv_crash_state state, int ms)
{
    while (ms-- > 0 && tw_load32_acquire(&watch->state) == state)
        nap();
}

/* ---- whose code it is ---- */

struct crash {
    struct rv_crash_watch *watch;   /* a null pointer: not new code */
    const struct rv_method *method; /* whose new body it is in or below; may be null */
    uintptr_t offset;               /* in that, else in the patch */
    int is_below;                   /* the instruction is in something that was called there */
    int frames;
};

static int is_on_probation(const struct rv_crash_watch *watch)
{
    switch ((enum rv_crash_state)tw_load32_acquire(&watch->state)) {
    case RV_CRASH_FREE:
        return 0;
    case RV_CRASH_WATCHED:
        return !watch->deadline || watch->deadline > rv_clock_ms(); /* the agent may be late */
    default:
        return 1;
    }
}

static struct rv_crash_watch *watch_at(uintptr_t pc)
{
    for (struct rv_crash_watch *at = rv_crash_watches; at < rv_crash_watches + RV_CRASH_WATCHES;
         at++)
        if (pc >= at->start && pc < at->end && is_on_probation(at))
            return at;
    return NULL;
}

/* The first frame says whose it is, the first one of a method what it is called. */
static int is_new_code(uintptr_t pc, void *context)
{
    struct crash *crash = context;
    struct rv_crash_watch *watch = watch_at(pc);
    const int is_first = watch && !crash->watch;

    crash->frames++;
    if (!watch || (crash->watch && crash->watch != watch))
        return 0;
    crash->watch = watch;
    crash->method = rv_guard_method_locked(watch->id, pc, &crash->offset);
    if (crash->method || is_first)
        crash->is_below = crash->frames > 1;
    if (is_first && !crash->method)
        crash->offset = pc - watch->start;
    return crash->method != NULL;
}

/* ---- words; no printf, which is not for signal handlers ---- */

static void add(char *text, const char *more)
{
    size_t length = strlen(text);

    while (*more && length + 1 < RV_CRASH_TEXT)
        text[length++] = *more++;
    text[length] = 0;
}

static void add_number(char *text, uint64_t number, unsigned base)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;

    digits[at] = 0;
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    add(text, digits + at);
}

static const char *signal_name(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGBUS:
        return "SIGBUS";
    case SIGILL:
        return "SIGILL";
    case SIGFPE:
        return "SIGFPE";
    default:
        return "SIGABRT";
    }
}

/* " (hook post_apply: begin)" */
static void add_hook(char *text)
{
    const struct rv_crash_hook *hook = rv_crash_hook();

    if (!hook)
        return;
    add(text, " (hook ");
    add(text, hook->kind);
    add(text, ": ");
    add(text, hook->function);
    add(text, ")");
}

/* "SIGSEGV in f+0x12", "SIGABRT below f+0x12": something that f has called. */
static void say_why(const struct crash *crash, int number)
{
    struct rv_crash_watch *watch = crash->watch;
    const struct rv_method *method = crash->method;

    watch->why[0] = 0;
    add(watch->why, signal_name(number));
    add(watch->why, crash->is_below ? " below " : " in ");
    add(watch->why, method ? RV_TARGET(const char, method->name) : watch->name);
    add(watch->why, "+0x");
    add_number(watch->why, crash->offset, 16);
    add_hook(watch->why);
}

static const char *way_text(enum rv_crash_way way, int error)
{
    if (way == RV_CRASH_IN_ORDER)
        return "), which has converted objects: it is reverted if the program goes on";
    if (way == RV_CRASH_STAYS)
        return "), which has converted objects and has no way back: it stays";
    return error ? "), which could not be taken back" : "), which is taken back";
}

static void say_line(struct rv_crash_watch *watch, int error, int is_left)
{
    watch->line[0] = 0;
    add(watch->line, watch->why);
    add(watch->line, ", new code of update ");
    add_number(watch->line, watch->id, 10);
    add(watch->line, " (");
    add(watch->line, watch->name);
    add(watch->line, way_text(watch->way, error));
    if (watch->path[0])
        add(watch->line, is_left ? "; the next start leaves it out" : "; the next start takes it");
    add(watch->line, "; this thread, its locks and what it changed cannot be saved");
}

/* ---- what is done ---- */

static void write_file(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0)
        text = NULL; /* the name of the other file tells the most */
    close(fd);
}

/* The text comes first, so that it is there whenever the other name is. */
static int leave_journal(const struct rv_crash_watch *watch)
{
    if (!watch->path[0])
        return 0;
    write_file(watch->report, watch->why);
    return rename(watch->path, watch->moved) == 0;
}

/* The agent has descriptors of its own, of which this is none; the program's is a copy then. */
static int open_stderr(void)
{
    int process, fd = -1;

    if (!rv_agent_is_self())
        return STDERR_FILENO;
    process = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (process >= 0) {
        fd = (int)syscall(SYS_pidfd_getfd, process, STDERR_FILENO, 0);
        close(process);
    }
    return fd < 0 ? STDERR_FILENO : fd;
}

static void write_line(const char *line)
{
    const int fd = open_stderr();
    char text[RV_CRASH_TEXT + 16] = "revector: ";
    const size_t length = strlen(text), more = strlen(line);

    memcpy(text + length, line, more);
    text[length + more] = '\n';
    if (write(fd, text, length + more + 1) < 0)
        text[0] = 0; /* nobody listens; the log has it */
    if (fd != STDERR_FILENO)
        close(fd);
}

/* The watch is ours. The agent's own thread, in a hook of the patch, writes it later. */
static void finish(struct rv_crash_watch *watch, int error)
{
    say_line(watch, error, leave_journal(watch));
    write_line(watch->line);
    tw_store32_release(&watch->state, RV_CRASH_DONE);
    if (rv_operation_is_mine())
        return;
    rv_agent_wake();
    wait_for_state(watch, RV_CRASH_DONE, WRITE_MS);
}

/* ---- a crash that is at nobody's door ---- */

/* One line more in the report of the patch; how many there are, or 0. */
static off_t note_suspicion(const char *report)
{
    static const char line[] = "a crash on probation, with none of its code on the stack\n";
    const int fd = open(report, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
    struct stat status = {.st_size = 0};

    if (fd < 0)
        return 0;
    if (write(fd, line, sizeof(line) - 1) != (ssize_t)sizeof(line) - 1 || fstat(fd, &status))
        status.st_size = 0;
    close(fd);
    return status.st_size / (off_t)(sizeof(line) - 1);
}

/* As after a crash in its own code. */
static int give_up(const struct rv_crash_watch *watch)
{
    write_file(watch->report, "three crashes in a row, with none of its code on the stack");
    return rename(watch->path, watch->moved) == 0;
}

static void suspect(const struct rv_crash_watch *watch, int number)
{
    const int is_left = note_suspicion(watch->report) >= IN_A_ROW && give_up(watch);
    char line[RV_CRASH_TEXT] = "";

    add(line, signal_name(number));
    add(line, " while update ");
    add_number(line, watch->id, 10);
    add(line, " (");
    add(line, watch->name);
    add(line, is_left ? ") was on probation, the third in a row; the next start leaves it out"
                      : ") was on probation, with none of its code on the stack; it stays");
    write_line(line);
}

void rv_crash_unexplained(int number)
{
    struct rv_crash_watch *const end = rv_crash_watches + RV_CRASH_WATCHES;

    if (!lock_or_give_up())
        return;
    for (struct rv_crash_watch *at = rv_crash_watches; at < end; at++)
        if (tw_load32_acquire(&at->state) == RV_CRASH_WATCHED && at->path[0] && is_on_probation(at))
            suspect(at, number);
    rv_platform_unlock();
}

/* Of a patch that is not watched: it has no update yet, or is not on probation. */
static void say_hook(const struct rv_crash_hook *hook, int number)
{
    char line[RV_CRASH_TEXT] = "";

    add(line, signal_name(number));
    add_hook(line);
    add(line, hook->update ? " of update " : " of a patch that is not in force");
    if (hook->update)
        add_number(line, hook->update, 10);
    add(line, " (");
    add(line, hook->patch);
    add(line, "); this thread, its locks and what it changed cannot be saved");
    write_line(line);
}

int rv_crash_seen(int number, const void *ucontext)
{
    struct crash crash = {.watch = NULL};
    int is_first = 0, error = 0;

    if (!lock_or_give_up())
        return 1;
    rv_backtrace_crash(ucontext, is_new_code, &crash);
    if (crash.watch)
        is_first = crash.watch->state == RV_CRASH_WATCHED;
    if (is_first) {
        tw_store32_release(&crash.watch->state, RV_CRASH_SEEN);
        if (crash.watch->way == RV_CRASH_AT_ONCE)
            error = rv_guard_take_back_locked(crash.watch->id);
        say_why(&crash, number);
    }
    rv_platform_unlock();
    if (is_first)
        finish(crash.watch, error);
    else if (crash.watch)
        wait_for_state(crash.watch, RV_CRASH_SEEN, OTHER_MS);
    else if (rv_crash_hook())
        say_hook(rv_crash_hook(), number);
    return crash.watch || rv_crash_hook();
}
