/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate_start.c - takes the updates in the journal again when a program starts.
 *
 * The executable registers in its own first constructor: the libraries that it was
 * linked with have registered by then and run their constructors, nothing of the
 * executable has run, and nobody holds the dynamic linker's lock. So that is the
 * moment. Libraries that are loaded later register with that lock held, where no
 * patch may be loaded in safety: the agent does it as soon as it can.
 *
 * Whatever is wrong with a patch, the program starts. What was left out is in the
 * agent's log, in the history, and on stderr, where whoever starts a daemon looks.
 */
#define _GNU_SOURCE
#include "operate_list.h"
#include "patch_file.h"
#include "tablewalk/tw_atomic.h"

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static uint32_t wanted; /* atomic: an image has registered that nobody has looked at */

static void complain(const char *what, int error, const char *why)
{
    char line[PATH_MAX + 512];
    int length;

    length = snprintf(line, sizeof(line), *why ? "revector: %s: %s: %s\n" : "revector: %s: %s\n",
                      what, rv_error_text(error), why);
    if (length > 0 && write(STDERR_FILENO, line, strnlen(line, sizeof(line))) < 0)
        return; /* nobody listens; the log has it */
    line[strcspn(line, "\n")] = 0;
    rv_agent_note(line + sizeof("revector: ") - 1);
}

/* ---- one patch ---- */

/* Also: made for the build whose folder it lies in, and no other that is here as well. */
static int check(int fd, const char *wanted_build, char *build)
{
    struct rv_patch_file file;
    int error = rv_patch_file_check(fd, &file);

    if (error)
        return error;
    rv_journal_build(build, file.trailer.build_id, file.trailer.build_id_size);
    return strcmp(build, wanted_build) ? RV_EWRONGBUILD : 0;
}

static int apply(int fd, const char *path, struct rv_memo *memo, char *why, size_t size)
{
    const char *base = strrchr(path, '/') + 1;
    struct rv_apply_options options = {
        .size = sizeof(options), .name = base, .detail = why, .detail_size = size};
    int error = rv_journal_digest(fd, memo->key.sha256, &memo->key.size);

    memcpy(memo->event.sha256, memo->key.sha256, sizeof(memo->key.sha256));
    memo->event.has_sha256 = !error;
    return error ? error : rv_host_apply(fd, path, &options, &memo->id);
}

static void record(struct rv_memo *memo, const char *path, int error, const char *why,
                   uint64_t start)
{
    struct rv_event *event = &memo->event;

    event->verb = "apply";
    event->asker = (struct rv_asker){.kind = RV_BY_JOURNAL};
    event->update = memo->id;
    event->result = error ? "skipped" : "committed";
    event->took = rv_now_ns() - start;
    rv_history_cut(event->path, sizeof(event->path), path);
    if (error)
        snprintf(event->text, sizeof(event->text), *why ? "%s: %s" : "%s", rv_error_text(error),
                 why);
    rv_history_add(event);
}

static void take(int fd, const char *path, int error, void *build)
{
    struct rv_memo *memo = rv_memo_new();
    uint64_t start = rv_now_ns();
    char why[256] = "";

    if (!memo) {
        complain(path, RV_ENOMEM, "");
        return;
    }
    if (!error)
        error = check(fd, build, memo->key.build);
    if (!error)
        error = apply(fd, path, memo, why, sizeof(why));
    record(memo, path, error, why, start);
    memo->is_kept = !error;
    if (error) {
        complain(path, error, why);
        rv_memo_free(memo);
    } else {
        rv_memo_add(memo);
    }
}

/* ---- images ---- */

/* The next image that nobody has looked at; its build ID goes to `build`. */
static int is_new(const struct rv_image_state *image, void *build)
{
    if (image->phase != RV_IMAGE_LIVE || image->image->patch || image->is_noted)
        return 0;
    ((struct rv_image_state *)image)->is_noted = 1; /* the core lock is held */
    rv_journal_build(build, image->place.build_id, image->place.build_id_size);
    return 1;
}

static void catch_up(void)
{
    char build[RV_JOURNAL_BUILD], why[256] = "";

    rv_book_lock();
    tw_store32_release(&wanted, 0);
    while (rv_images_each(is_new, build)) {
        int error = *build ? rv_journal_each(build, take, build, why, sizeof(why)) : 0;
        if (error)
            complain("REVECTOR_UPDATES", error, why);
    }
    rv_book_unlock();
}

static int is_executable(const struct rv_place *place)
{
    uintptr_t headers = getauxval(AT_PHDR);

    return headers >= place->start && headers < place->end;
}

void rv_operate_image(const struct rv_place *place)
{
    if (!rv_journal_directory())
        return;
    tw_store32_release(&wanted, 1);
    if (is_executable(place))
        catch_up();
    else
        rv_agent_wake();
}

/* ---- for the agent's loop ---- */

uint64_t rv_operate_next(void)
{
    return tw_load32_acquire(&wanted) ? 0 : rv_memo_deadline();
}

void rv_operate_due(void)
{
    if (tw_load32_acquire(&wanted))
        catch_up();
    if (rv_memo_deadline() <= rv_now_ms())
        rv_operate_expire();
}

void rv_operate_init(void)
{
    int error = rv_journal_init();

    if (error)
        complain("REVECTOR_UPDATES", error, "it is no absolute path of a directory");
}

void rv_operate_in_child(void)
{
    rv_memo_in_child();
    rv_history_in_child();
}
