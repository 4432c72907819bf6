/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.c - reading /proc; see process.h.
 */
#define _GNU_SOURCE
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define AGENT_FILES 12 /* more than it ever had open at a time */

/* The first line, or up to the first NUL, of /proc/PID/file; "" if it cannot be read. */
static void read_word(int pid, const char *file, char *text, size_t size)
{
    char path[64];
    ssize_t length = 0;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        length = read(fd, text, size - 1); /* /proc gives all that fits at once */
        close(fd);
    }
    text[length > 0 ? length : 0] = 0;
    text[strcspn(text, "\n")] = 0;
}

/* The value of a line of /proc/PID/status, or "". */
static void read_status(int pid, const char *key, char *text, size_t size)
{
    char path[64], line[256];
    size_t length = strlen(key);
    FILE *stream;

    *text = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    stream = fopen(path, "re");
    if (!stream)
        return;
    while (fgets(line, sizeof(line), stream))
        if (!strncmp(line, key, length) && line[length] == ':')
            snprintf(text, size, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
    fclose(stream);
}

int rv_process_is_number(const char *word)
{
    return *word && strspn(word, "0123456789") == strlen(word);
}

/* One that is about to become a zombie has given its memory back already. */
static int has_memory(int pid)
{
    char memory[64];

    read_status(pid, "VmSize", memory, sizeof(memory));
    return *memory != 0;
}

/* A thread besides the main one; 0: there is none. */
static int other_thread(int pid)
{
    struct dirent *entry;
    struct stat status;
    char path[64];
    int found = 0;
    DIR *tasks;

    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    if (stat(path, &status) || status.st_nlink < 4) /* ".", ".." and two threads */
        return 0;
    tasks = opendir(path);
    while (tasks && !found && (entry = readdir(tasks))) {
        const int tid = atoi(entry->d_name);
        if (tid && tid != pid && has_memory(tid))
            found = tid;
    }
    if (tasks)
        closedir(tasks);
    return found;
}

static ssize_t read_link(int pid, char *text, size_t size)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    return readlink(path, text, size);
}

/* "" and errno if it cannot be read. */
static void read_exe(int pid, char *text, size_t size)
{
    static const char deleted[] = " (deleted)";
    ssize_t length = read_link(pid, text, size - 1);
    const int other = length < 0 && errno == ENOENT ? other_thread(pid) : 0;

    if (other)
        length = read_link(other, text, size - 1);
    text[length > 0 ? length : 0] = 0;
    if (length > (ssize_t)sizeof(deleted) &&
        !strcmp(text + length - (sizeof(deleted) - 1), deleted))
        text[length - (ssize_t)(sizeof(deleted) - 1)] = 0;
}

int rv_process_shown(int pid)
{
    const int other = has_memory(pid) ? 0 : other_thread(pid);

    return other ? other : pid;
}

int rv_process_exists(int pid)
{
    return has_memory(pid) || other_thread(pid);
}

int rv_process_is_stopped(int pid)
{
    char state[64];

    read_status(pid, "State", state, sizeof(state));
    return strpbrk(state, "Tt") == state + strspn(state, " \t") && *state;
}

static unsigned long long count_descriptors(int pid)
{
    unsigned long long count = 0;
    char path[64];
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/fd", rv_process_shown(pid));
    folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

/* The agent mostly has a table of its own, which is under the same limit. */
void rv_process_shortage(int pid, char text[RV_SHORTAGE_TEXT])
{
    struct rlimit limit;

    *text = 0;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) ||
        limit.rlim_cur > AGENT_FILES + count_descriptors(pid))
        return;
    snprintf(text, RV_SHORTAGE_TEXT,
             "; its limit of open files (ulimit -n) is %llu, which may be too few for its agent",
             (unsigned long long)limit.rlim_cur);
}

/* Field 22 of stat, behind the name, which may hold spaces and brackets. */
unsigned long long rv_process_age(int pid)
{
    char text[1024], *at;
    struct timespec now;
    unsigned long long start;

    read_word(pid, "stat", text, sizeof(text));
    at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || clock_gettime(CLOCK_BOOTTIME, &now))
        return ULLONG_MAX;
    start = strtoull(at + 1, NULL, 10) * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000 -
           start;
}

void rv_process_name(int pid, char *name, size_t size)
{
    char path[PATH_MAX];

    read_exe(pid, path, sizeof(path));
    if (!*path)
        read_word(pid, "comm", path, sizeof(path));
    snprintf(name, size, "%s", *path ? basename(path) : "?");
}

int rv_process_inner_pid(int pid, long *inner)
{
    char text[256], *last;

    read_status(pid, "NSpid", text, sizeof(text));
    last = strrchr(text, '\t');
    if (!last)
        return RV_ENOPROCESS;
    *inner = strtol(last + 1, NULL, 10);
    return 0;
}

/* Of all processes, while an update is on its way: half of them may be the kernel's own. */
static int is_called(int pid, const char *word)
{
    char text[PATH_MAX];

    read_exe(pid, text, sizeof(text));
    if (!*text && errno == ENOENT)
        return 0;
    if (!strcmp(basename(text), word))
        return 1;
    read_word(pid, "comm", text, sizeof(text));
    if (!strcmp(text, word))
        return 1;
    read_word(pid, "cmdline", text, sizeof(text));
    return *text && !strcmp(basename(text), word);
}

int rv_process_is_still(int pid, const char *word)
{
    return (rv_process_is_number(word) || is_called(pid, word)) && rv_process_exists(pid);
}

static int add_pid(struct rv_pids *pids, int pid)
{
    const size_t room = pids->room ? 2 * pids->room : 64;
    int *all = pids->all;

    if (pids->count == pids->room) {
        all = realloc(all, room * sizeof(*all));
        if (!all)
            return RV_ENOMEM;
        pids->all = all;
        pids->room = room;
    }
    pids->all[pids->count++] = pid;
    return 0;
}

static int find_by_name(const char *word, struct rv_pids *pids)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int error = 0;

    while (proc && !error && (entry = readdir(proc))) {
        int candidate = atoi(entry->d_name);

        if (rv_process_is_number(entry->d_name) && candidate != getpid() &&
            rv_process_is_still(candidate, word))
            error = add_pid(pids, candidate);
    }
    if (proc)
        closedir(proc);
    return error;
}

static int find_by_number(const char *word, struct rv_pids *pids)
{
    long number = strtol(word, NULL, 10);

    if (number <= 0 || number > INT_MAX || !rv_process_exists((int)number))
        return 0;
    return add_pid(pids, (int)number);
}

int rv_process_all(const char *word, struct rv_pids *pids, struct rv_reason *reason)
{
    const int is_number = rv_process_is_number(word);
    int error = 0;

    *pids = (struct rv_pids){0};
    if (*word)
        error = is_number ? find_by_number(word, pids) : find_by_name(word, pids);
    if (!error && !pids->count)
        error = rv_because(reason, RV_ENOPROCESS, is_number ? "%s" : "'%s'", word);
    if (error)
        rv_process_free(pids);
    return error;
}

void rv_process_free(struct rv_pids *pids)
{
    free(pids->all);
    *pids = (struct rv_pids){0};
}

static int is_ambiguous(const char *word, const struct rv_pids *pids, struct rv_reason *reason)
{
    char list[1024];
    size_t length = 0;

    for (size_t n = 0; n < pids->count && length < sizeof(list); n++)
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%d", n ? ", " : "",
                                   pids->all[n]);
    return rv_because(reason, RV_EAMBIGUOUS, "%s is %s", word, list);
}

int rv_process_find(const char *word, int *pid, struct rv_reason *reason)
{
    struct rv_pids pids;
    int error = rv_process_all(word, &pids, reason);

    if (error)
        return error;
    *pid = pids.all[0];
    if (pids.count > 1)
        error = is_ambiguous(word, &pids, reason);
    rv_process_free(&pids);
    return error;
}

/* ---- mapped files ---- */

struct mapping {
    char range[64], access[8];
    unsigned long long inode;
    const char *name;
};

/* Take a line of /proc/PID/maps apart; 0 if it is not a file that is mapped as code. */
static int parse_mapping(char *line, struct mapping *mapping)
{
    int name = 0;

    line[strcspn(line, "\n")] = 0;
    if (sscanf(line, "%63s %7s %*s %*s %llu %n", mapping->range, mapping->access, &mapping->inode,
               &name) < 3 ||
        !name)
        return 0;
    mapping->name = line + name;
    return mapping->inode && mapping->access[2] == 'x' && mapping->name[0] == '/';
}

/*
 * A path by which we can open what the process has mapped, even if it has been
 * deleted or replaced since: map_files for root, exe for the program itself.
 */
static void openable_path(int pid, const struct mapping *mapping, char *path, size_t size)
{
    struct stat program;

    snprintf(path, size, "/proc/%d/map_files/%s", pid, mapping->range);
    if (!access(path, R_OK))
        return;
    snprintf(path, size, "/proc/%d/exe", pid);
    if (stat(path, &program) || program.st_ino != mapping->inode)
        snprintf(path, size, "/proc/%d/root%s", pid, mapping->name);
}

int rv_process_files(int pid, int (*visit)(const char *path, const char *name, void *context),
                     void *context)
{
    char line[PATH_MAX + 128], path[PATH_MAX + 64];
    unsigned long long before = 0;
    struct mapping mapping;
    int result = 0;
    FILE *maps;

    pid = rv_process_shown(pid);
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    maps = fopen(path, "re");
    if (!maps)
        return errno == EACCES || errno == EPERM ? RV_EPERMISSION : RV_ENOPROCESS;
    while (!result && fgets(line, sizeof(line), maps)) {
        if (!parse_mapping(line, &mapping) || mapping.inode == before)
            continue;
        before = mapping.inode;
        openable_path(pid, &mapping, path, sizeof(path));
        result = visit(path, mapping.name, context);
    }
    fclose(maps);
    return result;
}
