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
 * agent's log, in the history, and on stderr, where whoever starts a daemon looks. What
 * ends the program while it is applied is left out by the next start: see journal_mark.c.
 */
#define _GNU_SOURCE
#include "control/clock.h"
#include "ending.h"
#include "operate_list.h"
#include "operation.h"
#include "patch_file.h"
#include "tablewalk/tw_atomic.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define START_MS    2000 /* how long the program's start may be kept waiting for threads */
#define PATIENCE_MS 10
#define RETRY_MS    20

static uint32_t wanted;     /* atomic: an image has registered that nobody has looked at */
static uint64_t not_before; /* the agent's: it could not do what was due, and tries again then */

/*
 * Which patch is the next. Threads may take their time to move to one, and the next one
 * has to wait for that. Operation lock.
 */
static struct {
    char build[RV_JOURNAL_BUILD];   /* the folder; "": none is open */
    char last[RV_JOURNAL_NAME_MAX]; /* the last patch in it that was taken; "": none yet */
    uint64_t patience_ms;
    int waits;
} tour;

void rv_operate_complain(const char *what, int error, const char *why)
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

static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* Room for a signature; the agent's stack is small. Operation lock. */
static char signature[RV_MINISIGN_MAX];

static struct rv_apply_options options_of(const char *path, char *why, size_t size)
{
    struct rv_apply_options options = {.size = sizeof(options),
                                       .name = name_of(path),
                                       .timeout_ms = START_MS / 2,
                                       .consistency = RV_APPLY_PER_PROCESS, /* nobody runs yet */
                                       .detail = why,
                                       .detail_size = size};

    if (rv_signature_beside(path, signature, &options.signature_size) == 0)
        options.signature = signature;
    return options;
}

/* Also: made for the build whose folder it lies in, and no other that is here as well. */
static int check(int fd, const struct rv_apply_options *options, char *build)
{
    struct rv_bytes bytes = {options->signature, options->signature_size};
    struct rv_detail detail = {.text = options->detail, .size = options->detail_size};
    struct rv_patch_file file;
    int error = rv_patch_file_check(fd, options->name, bytes, &file, &detail);

    rv_patch_file_close(&file);
    if (error)
        return error;
    rv_journal_build(build, file.trailer.build_id, file.trailer.build_id_size);
    return strcmp(build, tour.build) ? RV_EWRONGBUILD : 0;
}

/* From here on to rv_memo_unmark an end of the program is the patch's fault. */
static int mark(struct rv_memo *memo, const char *path, char *why, size_t size)
{
    int error = rv_journal_mark(tour.build, name_of(path), &memo->mark, why, size);

    if (error != RV_EJOURNAL)
        return error;
    rv_agent_note("a patch of the journal is applied without a mark:");
    rv_agent_note(why);
    why[0] = 0;
    return 0;
}

/* Threads may keep it: then it has not come to its end here, and the agent goes on with it. */
static void end_mark(struct rv_memo *memo)
{
    if (!memo->id || memo->way == RV_MEMO_RESTS)
        rv_memo_unmark(memo);
    else if (!rv_agent_is_self())
        rv_journal_hand_over(&memo->mark);
}

static int apply(int fd, const char *path, struct rv_memo *memo, char *why, size_t size)
{
    struct rv_apply_options options = options_of(path, why, size);
    int error = check(fd, &options, memo->key.build);

    if (!error)
        error = rv_journal_digest(fd, memo->key.sha256, &memo->key.size);
    if (error)
        return error;
    memcpy(memo->event.sha256, memo->key.sha256, sizeof(memo->key.sha256));
    memo->event.has_sha256 = 1;
    if (memo->replaces)
        options.flags |= RV_APPLY_REPLACE;
    options.probation_ms = memo->probation_ms;
    error = mark(memo, path, why, size);
    if (error)
        return error;
    rv_memo_set_way(memo, RV_MEMO_COMES);
    error = rv_host_apply(fd, path, &options, tour.patience_ms, &memo->ending, &memo->id);
    end_mark(memo);
    return error;
}

/*
 * Ten seconds at least, whatever was said when it was applied: what ends this start must not
 * end all that follow.
 */
static uint32_t probation_of(const struct rv_journal_terms *terms)
{
    const int is_less =
        terms->probation_ms == RV_PROBATION_NONE || terms->probation_ms < RV_PROBATION_MS;

    return is_less ? RV_PROBATION_MS : terms->probation_ms;
}

static struct rv_memo *begin(const char *path)
{
    const struct rv_journal_terms terms = rv_journal_terms_of(name_of(path));
    struct rv_memo *memo = rv_memo_new();

    if (!memo)
        return NULL;
    memo->start = rv_clock_ns();
    memo->is_kept = 1;
    memo->replaces = terms.replaces;
    memo->probation_ms = probation_of(&terms);
    memo->event.verb = "apply";
    memo->event.asker = (struct rv_asker){.kind = RV_BY_JOURNAL};
    rv_history_cut(memo->event.path, sizeof(memo->event.path), path);
    return memo;
}

/* No update has come of it. */
static void skip(struct rv_memo *memo, const char *path, int error, const char *why)
{
    rv_event_refuse(&memo->event, "skipped", error, why);
    memo->event.took = rv_clock_ns() - memo->start;
    rv_history_add(&memo->event);
    rv_operate_complain(path, error, why);
    rv_memo_free(memo);
}

/* What the handler left beside it. */
static void read_report(const char *path, char *why, size_t size)
{
    char name[PATH_MAX];
    ssize_t length;
    int fd;

    snprintf(name, sizeof(name), "%s.txt", path);
    fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    length = read(fd, why, size - 1);
    why[length < 0 ? 0 : length] = 0;
    close(fd);
}

static void take_now(int fd, const char *path, int error)
{
    struct rv_memo *memo = begin(path);
    char why[256] = "";

    if (!memo) {
        rv_operate_complain(path, RV_ENOMEM, "");
        return;
    }
    if (!error)
        error = apply(fd, path, memo, why, sizeof(why));
    else if (error == RV_ECRASHED)
        read_report(path, why, sizeof(why));
    if (memo->id)
        rv_crash_kept(memo->id, path);
    if (error == RV_EBUSY) { /* so it is not taken yet */
        tour.waits = 1;
        rv_memo_free(memo);
        return;
    }
    snprintf(tour.last, sizeof(tour.last), "%s", name_of(path));
    if (!memo->id) {
        skip(memo, path, error, why);
        return;
    }
    if (error)
        rv_operate_complain(path, error, why);
    tour.waits = memo->way != RV_MEMO_RESTS;
    rv_memo_add(memo);
}

static void take(int fd, const char *path, int error, void *context)
{
    (void)context;
    if (tour.waits || strcmp(name_of(path), tour.last) <= 0)
        return;
    take_now(fd, path, error);
}

/* ---- images ---- */

/* The next image that nobody has looked at and that has a build ID. */
static int is_new(const struct rv_image_state *image, void *context)
{
    (void)context;
    if (image->phase != RV_IMAGE_LIVE || image->image->patch || image->is_noted)
        return 0;
    ((struct rv_image_state *)image)->is_noted = 1; /* the core lock is held */
    rv_journal_build(tour.build, image->place.build_id, image->place.build_id_size);
    tour.last[0] = 0;
    return tour.build[0] != 0;
}

/* The directory, or the folder for a build, is no good: a row for each, as for a patch. */
static void complain_of_journal(int error, const char *why)
{
    struct rv_event event = {.verb = "apply", .asker = {.kind = RV_BY_JOURNAL}};
    static char complaint[256]; /* the last one; operation lock */

    rv_history_cut(event.path, sizeof(event.path), rv_journal_directory());
    rv_event_refuse(&event, "skipped", error, why);
    rv_history_add(&event);
    if (strcmp(why, complaint) != 0) /* which comes with each image */
        rv_operate_complain(rv_journal_directory(), error, why);
    snprintf(complaint, sizeof(complaint), "%s", why);
}

/* The rest of the folder that is open, as far as that is possible now. */
static void go_on(void)
{
    char why[256] = "";
    int error;

    tour.waits = 0;
    error = rv_journal_each(tour.build, take, NULL, why, sizeof(why));
    if (error)
        complain_of_journal(error, why);
    if (!tour.waits)
        tour.build[0] = 0;
}

static void catch_up(uint64_t patience_ms)
{
    tour.patience_ms = patience_ms;
    tour.waits = 0;
    tw_store32_release(&wanted, 0);
    while (!tour.waits && (tour.build[0] || rv_images_each(is_new, NULL)))
        go_on();
    if (tour.waits)
        tw_store32_release(&wanted, 1);
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
    if (is_executable(place)) {
        rv_operation_lock();
        rv_host_go_on(START_MS); /* the agent may have begun */
        catch_up(START_MS);
        rv_operation_unlock();
    } else {
        tw_store32_release(&wanted, 1);
        rv_agent_wake();
    }
}

/* ---- for the agent's loop ---- */

uint64_t rv_operate_next(void)
{
    uint64_t next = tw_load32_acquire(&wanted) ? 0 : rv_memo_deadline();

    if (rv_crash_next() < next)
        next = rv_crash_next();
    return next < not_before ? not_before : next;
}

/* Whoever has the operation lock may keep it for long, and the agent has to answer others. */
void rv_operate_due(void)
{
    if (rv_operate_next() > rv_clock_ms())
        return;
    rv_crash_due();
    if (rv_operation_try()) {
        if (tw_load32_acquire(&wanted))
            catch_up(PATIENCE_MS);
        rv_operate_expire();
        rv_operation_unlock();
    }
    if (rv_operate_next() <= rv_clock_ms())
        not_before = rv_clock_ms() + RETRY_MS;
}

void rv_operate_init(void)
{
    rv_journal_init();
}

void rv_operate_in_child(void)
{
    not_before = 0;
    rv_crash_in_child();
    rv_memo_in_child();
    rv_history_in_child();
    rv_operation_in_child();
    rv_ending_in_child();
    rv_memo_rest();
}
