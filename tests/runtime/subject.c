/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject.c - see subject.h.
 */
#define _GNU_SOURCE
#include "subject.h"
#include "control/trailer.h"
#include "made_code.h"
#include "revector/revector.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

MADE_IMAGE(5)
MADE_METHOD(answer, 0, 10);
MADE_METHOD(count_up, 1, 11);
MADE_METHOD(wait_in, 2, 12);
MADE_METHOD(outer, 3, 13);
MADE_METHOD(inner, 4, 14);
MADE_DATA(counter, 20);

int64_t counter;

int answer_body(int x);
int count_up_body(int x);
int wait_in_body(int pipe);
void outer_body(struct subject_call *call);
void inner_body(struct subject_call *call);

int answer_body(int x)
{
    return x + 1;
}

int count_up_body(int x)
{
    return x + (int)counter++;
}

int wait_in_body(int pipe)
{
    (void)pipe;
    return 0;
}

void outer_body(struct subject_call *call)
{
    call->inside = 1;
    call->seen |= 1u << 0;
    inner(call);
    call->inside = 0;
}

void inner_body(struct subject_call *call)
{
    call->seen |= 1u << 0;
}

const struct rv_apply_options per_call = {.size = sizeof(per_call),
                                          .consistency = RV_APPLY_PER_CALL};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

uint64_t *subject_slot(void)
{
    extern const struct rv_slot made_slot __asm__("made.slot");
    return (uint64_t *)(uintptr_t)made_slot.directory;
}

void subject_patch(const char *kind, const char *path)
{
    static uint8_t bytes[1 << 20];
    static const uint8_t build_id[] = MADE_BUILD_ID;
    static const uint8_t library_id[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct rv_trailer trailer;
    char from[512];
    size_t size;
    FILE *file;

    snprintf(from, sizeof(from), "%s/libruntime-patch-%s.so", PATCH_DIR, kind);
    file = fopen(from, "rb");
    if (!file)
        die(from);
    size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    trailer = rv_trailer_make(bytes, size);
    memcpy(trailer.build_id, strcmp(kind, "library") ? build_id : library_id, sizeof(build_id));
    trailer.build_id_size = sizeof(build_id);
    unlink(path);
    file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size ||
        fwrite(&trailer, 1, sizeof(trailer), file) != sizeof(trailer) || fclose(file))
        die(path);
}

int subject_has_mapped(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[1024];
    int found = 0;

    while (maps && fgets(line, sizeof(line), maps))
        found |= strstr(line, text) != NULL;
    if (!maps || fclose(maps))
        die("/proc/self/maps");
    return found;
}

int subject_is_mapped(const void *address)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long start, end;
    char line[1024];
    int found = 0;

    while (maps && fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx", &start, &end) == 2)
            found |= (uintptr_t)address >= start && (uintptr_t)address < end;
    if (!maps || fclose(maps))
        die("/proc/self/maps");
    return found;
}

uintptr_t subject_hidden_code(const char *text, enum subject_which which)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    uintptr_t complement = 0;
    char line[1024];

    while (maps && !(which == SUBJECT_LOWEST && complement) && fgets(line, sizeof(line), maps))
        if (strstr(line, text) && strstr(line, "r-xp"))
            complement = ~(strtoul(line, NULL, 16) + 16);
    if (!maps || fclose(maps))
        die("/proc/self/maps");
    return complement;
}

static unsigned loads;

unsigned subject_loads(void)
{
    return loads;
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) /* have one, too */

/* In the place of the C library's, also for librevector.so. */
__attribute__((visibility("default"))) void *dlopen(const char *name, int flags)
{
    void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");

    loads += name && strchr(name, '/') && !(flags & RTLD_NOLOAD);
    return next(name, flags);
}
#endif

void subject_sweep_stack(void)
{
    volatile char space[16384];
    for (size_t n = 0; n < sizeof(space); n++)
        space[n] = 0;
}

long subject_rss(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;

    if (!file || fscanf(file, "%ld %ld", &total, &resident) != 2 || fclose(file))
        die("/proc/self/statm");
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int subject_is_sanitized(void)
{
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return 1;
#else
    return 0;
#endif
}

/* The file is /proc/ID/syscall; whoever has ended reads nothing. */
static int file_says_read(const char *path, int fd)
{
    FILE *file = fopen(path, "r");
    unsigned long first;
    long call;
    int found = 0;

    if (file) {
        found = fscanf(file, "%ld %lx", &call, &first) == 2 && call == SYS_read &&
                first == (unsigned)fd;
        fclose(file);
    }
    return found;
}

static int child_reads(const char *children, int fd)
{
    FILE *file = fopen(children, "r");
    char path[64];
    int child, found = 0;

    while (file && !found && fscanf(file, "%d", &child) == 1) {
        snprintf(path, sizeof(path), "/proc/%d/syscall", child);
        found = file_says_read(path, fd);
    }
    if (file)
        fclose(file);
    return found;
}

static int somebody_reads(int fd)
{
    glob_t tasks;
    char path[64];
    int found = 0;

    if (glob("/proc/self/task/*", 0, NULL, &tasks))
        die("/proc/self/task");
    for (size_t n = 0; n < tasks.gl_pathc && !found; n++) {
        snprintf(path, sizeof(path), "%s/syscall", tasks.gl_pathv[n]);
        found = file_says_read(path, fd);
        snprintf(path, sizeof(path), "%s/children", tasks.gl_pathv[n]);
        found |= child_reads(path, fd);
    }
    globfree(&tasks);
    return found;
}

void subject_until_read(int fd)
{
    while (!somebody_reads(fd))
        usleep(100);
}

void subject_reclaim(int ms)
{
    while (rv_reclaim() && ms-- > 0)
        usleep(1000);
}

int subject_clean(void **state)
{
    (void)state;
    if (rv_revert(0, NULL))
        return -1;
    subject_reclaim(1000);
    return 0;
}
