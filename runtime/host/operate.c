/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operate.c - apply and revert, as somebody asked for them; see operate.h.
 */
#define _GNU_SOURCE
#include "detail.h"
#include "operate_list.h"
#include "patch_file.h"

#include <stdio.h>
#include <string.h>

/* ---- apply ---- */

struct wish {
    int fd;
    const char *path;
    struct rv_apply_options options; /* as the layer below takes them */
    int is_once;
    uint32_t confirm_ms;
    struct rv_memo *memo;
};

static void explain(const struct wish *wish, const char *why)
{
    struct rv_detail detail = {.text = wish->options.detail, .size = wish->options.detail_size};

    rv_detail_add(&detail, why);
}

static int has_build(const struct rv_image_state *image, void *context)
{
    const struct rv_trailer *trailer = context;

    return !image->image->patch && trailer->build_id_size &&
           image->place.build_id_size == trailer->build_id_size &&
           !memcmp(image->place.build_id, trailer->build_id, trailer->build_id_size);
}

/* What of keeping it may fail. Whatever is no patch for this process is refused later. */
static int copy_for_journal(struct wish *wish)
{
    struct rv_memo *memo = wish->memo;
    struct rv_patch_file file;
    char why[256] = "";
    int error;

    if (wish->is_once || !rv_journal_directory() || rv_patch_file_check(wish->fd, &file) ||
        !rv_images_each(has_build, &file.trailer))
        return 0;
    rv_journal_build(memo->key.build, file.trailer.build_id, file.trailer.build_id_size);
    error = rv_journal_copy(wish->fd, wish->path, &memo->key, &memo->copy, why, sizeof(why));
    if (error)
        explain(wish, why);
    return error;
}

/* It is in force; also for the next start now, or not at all. */
static int keep(struct wish *wish, uint32_t *id)
{
    struct rv_memo *memo = wish->memo;
    char why[256] = "";
    int error = rv_journal_keep(&memo->copy, &memo->key, why, sizeof(why));

    memo->is_kept = !error;
    rv_journal_drop(&memo->copy);
    if (!error)
        return 0;
    explain(wish, why);
    if (rv_host_revert(*id)) {
        rv_agent_note("an update is in force that could not be kept for the next start");
        return 0;
    }
    *id = 0;
    return error;
}

static int apply_locked(struct wish *wish, uint32_t *id)
{
    struct rv_memo *memo = wish->memo;
    int error = copy_for_journal(wish);

    if (!error)
        error = rv_host_apply(wish->fd, wish->path, &wish->options, id);
    if (!error && *id && !wish->confirm_ms && rv_journal_has(&memo->copy))
        error = keep(wish, id);
    if (!error && *id && wish->confirm_ms)
        memo->deadline = rv_now_ms() + wish->confirm_ms;
    return error;
}

static const char *result_of(int error)
{
    return error == RV_ETIMEOUT ? "timed out" : "refused";
}

/* The file's name and hash, also for later rows about the update. */
static void describe(const struct wish *wish, struct rv_event *event)
{
    off_t size;

    rv_history_cut(event->path, sizeof(event->path), wish->path ? wish->path : "");
    event->has_sha256 = !rv_journal_digest(wish->fd, event->sha256, &size);
}

static void record_apply(const struct wish *wish, const struct rv_asker *asker, uint64_t start,
                         int error, uint32_t id)
{
    struct rv_event *event = &wish->memo->event;
    const char *names = wish->options.detail;

    describe(wish, event);
    event->verb = wish->options.flags & RV_APPLY_DRY_RUN ? "check" : "apply";
    event->asker = *asker;
    event->update = id;
    event->took = rv_now_ns() - start;
    event->result = error ? result_of(error) : id ? "committed" : "checked";
    if (error)
        snprintf(event->text, sizeof(event->text), names && *names ? "%s: %s" : "%s",
                 rv_error_text(error), names);
    else if (wish->memo->deadline)
        snprintf(event->text, sizeof(event->text), "to be confirmed within %u ms",
                 wish->confirm_ms);
    rv_history_add(event);
}

static void operate(struct wish *wish, const struct rv_asker *asker, uint32_t *id, int *error)
{
    uint64_t start = rv_now_ns();

    rv_memo_sweep();
    *error = apply_locked(wish, id);
    record_apply(wish, asker, start, *error, *id);
    if (*error || !*id) {
        rv_memo_free(wish->memo);
        return;
    }
    wish->memo->id = *id;
    rv_memo_add(wish->memo);
}

int rv_operate_apply(int fd, const char *path, const struct rv_apply_options *options,
                     const struct rv_asker *asker, uint32_t confirm_ms, uint32_t *id)
{
    struct wish wish = {.fd = fd, .path = path, .confirm_ms = confirm_ms};
    int error = 0;

    *id = 0;
    wish.options = options && options->size == sizeof(wish.options)
                       ? *options
                       : (struct rv_apply_options){.size = options ? 0 : sizeof(wish.options)};
    wish.is_once = (wish.options.flags & RV_APPLY_ONCE) != 0;
    wish.options.flags &= ~(uint32_t)RV_APPLY_ONCE;
    rv_book_lock();
    wish.memo = rv_memo_new();
    if (wish.memo)
        operate(&wish, asker, id, &error);
    else
        error = RV_ENOMEM;
    rv_book_unlock();
    return error;
}

/* ---- revert ---- */

/* The same patch is in force once more, from another file: then it stays in the journal. */
static int has_twin(const struct rv_memo *memo)
{
    for (const struct rv_memo *at = rv_memo_first(); at; at = at->next)
        if (at != memo && at->is_kept && !strcmp(at->key.build, memo->key.build) &&
            !memcmp(at->key.sha256, memo->key.sha256, sizeof(memo->key.sha256)))
            return 1;
    return 0;
}

/* Out of the journal. The update is reverted already, so this can only be told. */
static void unkeep(const struct rv_memo *memo, char *note, size_t size)
{
    char why[256] = "";

    if (!rv_journal_remove(&memo->key, why, sizeof(why)))
        return;
    snprintf(note, size,
             "it is reverted, but the next start takes it again: remove it from %s/%s (%s)",
             rv_journal_directory(), memo->key.build, why);
    rv_agent_note(note);
}

int rv_revert_one(uint32_t id, const struct rv_asker *asker, const char *text, char *note,
                  size_t size)
{
    struct rv_memo *memo = rv_memo_find(id);
    struct rv_event event = memo ? memo->event : (struct rv_event){0};
    uint64_t start = rv_now_ns();
    int error = rv_host_revert(id);

    note[0] = 0;
    if (!error && memo && memo->is_kept && !has_twin(memo))
        unkeep(memo, note, size);
    event.verb = "revert";
    event.asker = *asker;
    event.update = id;
    event.took = rv_now_ns() - start;
    event.result = error ? result_of(error) : "reverted";
    snprintf(event.text, sizeof(event.text), "%s",
             error   ? rv_error_text(error)
             : *note ? note
                     : text);
    rv_history_add(&event);
    if (!error && memo)
        rv_memo_end(memo);
    return error;
}

static int note_newest(const struct rv_update *update, void *context)
{
    if (update->state == RV_UPDATE_COMMITTED)
        *(uint32_t *)context = update->id;
    return 0;
}

static int revert_all(const struct rv_asker *asker, char *note, size_t size)
{
    char own[512];
    int error = 0;

    while (!error) {
        uint32_t newest = 0;
        rv_updates_each(note_newest, &newest);
        if (!newest)
            return 0;
        error = rv_revert_one(newest, asker, "", own, sizeof(own));
        if (*own)
            snprintf(note, size, "%s", own);
    }
    return error;
}

int rv_operate_revert(uint32_t id, const struct rv_asker *asker, char *note, size_t size)
{
    char unwanted[512] = "";
    int error;

    if (!note) {
        note = unwanted;
        size = sizeof(unwanted);
    }
    note[0] = 0;
    rv_book_lock();
    error = id ? rv_revert_one(id, asker, "", note, size) : revert_all(asker, note, size);
    rv_book_unlock();
    return error;
}
