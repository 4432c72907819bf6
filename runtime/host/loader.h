/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.h - gets patches into memory with the dynamic linker, and out again.
 *
 * Takes the dynamic linker's lock; never with the core lock held.
 */
#ifndef REVECTOR_LOADER_H
#define REVECTOR_LOADER_H

#include "detail.h"
#include "image.h"
#include "linked.h"
#include "patch_file.h"

enum rv_hook_stage { /* see hooks.h */
                     RV_HOOKS_NONE,
                     RV_HOOKS_READY,
                     RV_HOOKS_IN_FORCE,
                     RV_HOOKS_LEAVING,
                     RV_HOOKS_OVER,
};

/* A patch that is loaded; the owner of its update. */
struct rv_patch_image {
    struct rv_patch_file file;
    void *handle;              /* a null pointer once it is unloaded */
    struct rv_place place;
    struct rv_linked linked;
    struct rv_image_state *image;
    int at_once; /* committed without asking the threads, see leftover.h; operation lock */
    struct rv_garbage *garbage; /* set aside for its end; a null pointer once used */
    enum rv_hook_stage hooks;
    int is_orphan;             /* what it was for is gone: none of its functions may run */
};

/*
 * Loads the checked patch in `fd`: by `path` if that names the same file, which
 * debuggers like; else through the fd; or its sealed copy if there is one. A file that is loaded
 * already, under whatever name, is loaded once more from a copy, so that each update has its own
 * variables. RV_ELOAD (detail: the dynamic linker's words), RV_ENOPATCH (no
 * records in it), RV_ENOMEM.
 */
int rv_loader_load(int fd, const char *path, const struct rv_patch_file *file,
                   struct rv_patch_image **patch, struct rv_detail *detail)
    __attribute__((warn_unused_result));

/* Unmaps it; the struct stays. */
void rv_loader_unload(struct rv_patch_image *patch);

/* Frees the struct of an unloaded patch. Takes the core lock. */
void rv_loader_forget(struct rv_patch_image *patch);

/*
 * Keeps whatever image is loaded at `address` loaded, even if the program wants
 * it to go. *pin is for rv_loader_unpin and may be a null pointer: the executable
 * needs none. RV_ELEAVING: there is none, or it is too late.
 */
int rv_loader_pin(uintptr_t address, void **pin) __attribute__((warn_unused_result));
void rv_loader_unpin(void *pin);

#endif
