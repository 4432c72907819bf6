/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * torture.c - threads call, are born and die, while updates come and go at full
 * speed and tables are freed under way.
 *
 *   runtime-torture [UPDATES]     default 10,000
 *
 * Every call must land in a body that is or was in force since it began; what
 * that means: `answer` adds a number, and each body's number tells its update. A
 * table that is freed too early is a crash. Linked with the runtime's objects,
 * not the library, so that updates are made without files and sanitizers see all.
 * Prints one line of figures; exit status 1 and a line on the first wrong result.
 */
#define _GNU_SOURCE
#include "garbage.h"
#include "host.h"
#include "image.h"
#include "made_code.h"
#include "tablewalk/tw_atomic.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READERS 3
#define BODIES  4

MADE_IMAGE(1)
MADE_METHOD(answer, 0, 10);

int answer(int x);
int answer_body(int x);

int answer_body(int x)
{
    return x + 1;
}

static int add_10(int x)
{
    return x + 10;
}

static int add_20(int x)
{
    return x + 20;
}

static int add_30(int x)
{
    return x + 30;
}

static int add_40(int x)
{
    return x + 40;
}

static int (*const bodies[BODIES])(int) = {add_10, add_20, add_30, add_40};

/* A sanitizer slows down whoever looks at threads more than it does the threads. */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BIRTH_PAUSE_US  3000
#define READER_PAUSE_US 20000
#else
#define BIRTH_PAUSE_US  100
#define READER_PAUSE_US 1000
#endif

static uint32_t stop;
static uint64_t calls, births;

static void fail(const char *what, int got)
{
    printf("wrong: %s: %d\n", what, got);
    exit(1);
}

/* Whatever update is in force. */
static void call_once(int x)
{
    int added = answer(x) - x;
    if (added != 1 && added != 10 && added != 20 && added != 30 && added != 40)
        fail("a call landed nowhere", added);
}

static void *read_for_ever(void *unused)
{
    uint64_t mine = 0;
    while (!tw_load32_acquire(&stop)) {
        for (int n = 0; n < 10000; n++)
            call_once(n);
        mine += 10000;
        usleep(READER_PAUSE_US); /* a thread that always runs keeps all garbage */
    }
    tw_add_relaxed(&calls, mine);
    return unused;
}

static void *live_shortly(void *unused)
{
    for (int n = 0; n < 100; n++)
        call_once(n);
    tw_add_relaxed(&births, 1);
    return unused;
}

static void *bear(void *unused)
{
    while (!tw_load32_acquire(&stop)) {
        pthread_t child;
        if (pthread_create(&child, NULL, live_shortly, NULL) == 0)
            pthread_join(child, NULL);
        usleep(BIRTH_PAUSE_US);
    }
    return unused;
}

static int is_over(const struct rv_update *update, void *id)
{
    *(uint32_t *)id = update->id;
    return update->state == RV_UPDATE_REVERTED && update->garbage == 0;
}

/* As the agent does. */
static void *collect(void *unused)
{
    while (!tw_load32_acquire(&stop)) {
        unsigned wait_ms;
        rv_host_reclaim(&wait_ms);
        for (uint32_t id; rv_updates_each(is_over, &id);)
            (void)rv_update_forget(id);
        usleep(wait_ms * 1000);
    }
    return unused;
}

static int find(const struct rv_image_state *state, void *found)
{
    *(struct rv_image_state **)found = (struct rv_image_state *)state;
    return 1;
}

static uint32_t apply(struct rv_image_state *image, int body)
{
    struct rv_update *update;
    uint32_t id;
    int error = rv_update_begin(image, "torture", NULL, &update);
    if (!error)
        error = rv_update_stage(update, image->image->methods, (uintptr_t)bodies[body], 0);
    if (!error)
        error = rv_update_check(update);
    if (!error)
        error = rv_update_transition(update, RV_CONSISTENCY_CALL, 1);
    if (error)
        fail(rv_error_text(error), error);
    id = update->id;
    rv_update_commit(update);
    return id;
}

static void revert(uint32_t id)
{
    struct rv_update *reverted;
    int error = rv_update_revert(id, RV_CONSISTENCY_CALL, 0, &reverted);
    if (error)
        fail(rv_error_text(error), error);
}

/*
 * Two updates, taken back in both orders by turns; we ourselves must see each at once.
 * The first puts a copy in the base's place; each of the other three changes retires
 * the copy that it replaces.
 */
#define RETIRED_BY_TWO 3u
static void change(long updates)
{
    struct rv_image_state *image = NULL;

    rv_images_each(find, &image);
    for (long n = 0; n < updates; n += 2) {
        int low = (int)(n % BODIES), high = (int)((n + 1) % BODIES);
        uint32_t first = apply(image, low), second = apply(image, high);
        int newest_first = n / 2 % 2;
        if (answer(0) != (high + 1) * 10)
            fail("not the newest body", answer(0));
        revert(newest_first ? second : first);
        if (answer(0) != (newest_first ? low + 1 : high + 1) * 10)
            fail("not the body that remains", answer(0));
        revert(newest_first ? first : second);
        if (answer(0) != 1)
            fail("not the first body", answer(0));
        if (n % 20 == 0)
            usleep(500); /* we are such a thread, too */
    }
}

/* Something must go while the others call on; under a sanitizer that takes its time. */
static size_t collected_under_way(size_t retired)
{
    for (int n = 0; n < 20000 && rv_garbage_snapshot(NULL, 0) == retired; n++)
        usleep(1000);
    return retired - rv_garbage_snapshot(NULL, 0);
}

static size_t collect_the_rest(void)
{
    size_t left = 1;
    for (int n = 0; n < 1000 && left; n++) {
        left = rv_reclaim();
        usleep(left ? 1000 : 0);
    }
    return left;
}

int main(int argc, char **argv)
{
    long updates = argc > 1 ? strtol(argv[1], NULL, 10) : 10000;
    pthread_t threads[READERS + 2];
    size_t collected, left;

    for (int n = 0; n < READERS; n++)
        pthread_create(&threads[n], NULL, read_for_ever, NULL);
    pthread_create(&threads[READERS], NULL, bear, NULL);
    pthread_create(&threads[READERS + 1], NULL, collect, NULL);
    change(updates);
    collected = collected_under_way((size_t)updates / 2 * RETIRED_BY_TWO);
    tw_store32_release(&stop, 1);
    for (int n = 0; n < READERS + 2; n++)
        pthread_join(threads[n], NULL);
    left = collect_the_rest();
    printf("%ld updates, %lu calls, %lu threads born, %zu tables collected under way, %zu left\n",
           updates, (unsigned long)calls, (unsigned long)births, collected, left);
    return left != 0 || calls == 0 || births == 0 || collected == 0;
}
