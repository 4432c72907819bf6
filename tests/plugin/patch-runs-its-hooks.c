// SPDX-License-Identifier: BSD-2-Clause
// Each hook of a patch runs once, at its time, and sees the program's static
// variables and functions; the program itself has no hooks.
// RUN: %patch %t %s | FileCheck %s
// RUN: %revector inspect %t.rvp | FileCheck %s --check-prefix=NAMES
// RUN: %revector inspect %t.rvp --json | FileCheck %s --check-prefix=JSON
#include "patch.h"
#include "revector/patch.h"

static int open_files = 3;

__attribute__((noinline)) static void say(const char *what, const struct rv_hook *hook)
{
    printf("%s: update %u, error %d, %d files\n", what, hook->update, hook->error, open_files);
}

#ifdef FIXED
#define VERSION "new"
#else
#define VERSION "old"
#endif

REVECTOR_PRE_APPLY static int before_apply(struct rv_hook *hook)
{
    say("pre_apply", hook);
    return 0;
}

REVECTOR_POST_APPLY static void after_apply(struct rv_hook *hook)
{
    open_files = 30;
    say("post_apply", hook);
}

REVECTOR_PRE_REVERT static int before_revert(struct rv_hook *hook)
{
    say("pre_revert", hook);
    return 0;
}

REVECTOR_POST_REVERT static void after_revert(struct rv_hook *hook)
{
    open_files = 3;
    say("post_revert", hook);
}

void act(void)
{
    struct rv_hook nobody = {.update = 0};
    say(VERSION, &nobody);
}

// CHECK: at first
// CHECK-NEXT: old: update 0, error 0, 3 files
// CHECK-NEXT: pre_apply: update 0, error 0, 3 files
// CHECK-NEXT: post_apply: update 1, error 0, 30 files
// CHECK-NEXT: patched
// CHECK-NEXT: new: update 0, error 0, 30 files
// CHECK-NEXT: pre_revert: update 1, error 0, 30 files
// CHECK-NEXT: post_revert: update 1, error 0, 3 files
// CHECK-NEXT: reverted
// CHECK-NEXT: old: update 0, error 0, 3 files

// NAMES-DAG: pre apply{{.*}} before_apply
// NAMES-DAG: post apply{{.*}} after_apply
// NAMES-DAG: pre revert{{.*}} before_revert
// NAMES-DAG: post revert{{.*}} after_revert
// JSON: "pre_apply": [
// JSON-NEXT: "before_apply"
// JSON: "post_apply": [
// JSON-NEXT: "after_apply"
// JSON: "pre_revert": [
// JSON-NEXT: "before_revert"
// JSON: "post_revert": [
// JSON-NEXT: "after_revert"
