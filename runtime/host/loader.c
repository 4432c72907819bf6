/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.c - dlopen for patches.
 *
 * The dynamic linker takes an object that is loaded under the same name, or from
 * the same inode, for the one that is asked for. So a patch that was built anew
 * at the same path is asked for by another spelling of that path, and one whose
 * inode is loaded still from a copy in memory.
 */
#define _GNU_SOURCE
#include "loader.h"
#include "garbage.h"
#include "place.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPELLINGS 100

/* ---- names ---- */

static int names_file(const char *path, const struct rv_patch_file *file)
{
    struct stat status;
    return path && path[0] == '/' && stat(path, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

/* "/dir/file" with `n` times "/." in front of "/file": the same file by another name. */
static int respell(char *to, size_t size, const char *path, unsigned n)
{
    const char *base = strrchr(path, '/');
    int at = snprintf(to, size, "%.*s", (int)(base - path), path);
    while (n-- > 0 && at >= 0 && (size_t)at < size)
        at += snprintf(to + at, size - (size_t)at, "/.");
    if (at >= 0 && (size_t)at < size)
        at += snprintf(to + at, size - (size_t)at, "%s", base);
    return at >= 0 && (size_t)at < size ? 0 : RV_ETOOLONG;
}

enum presence { NAME_IS_FREE, NAME_IS_TAKEN, FILE_IS_LOADED };

static enum presence presence_of(const char *name)
{
    enum presence presence = NAME_IS_FREE;
    struct link_map *map;
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);

    if (!handle)
        return NAME_IS_FREE;
    presence = FILE_IS_LOADED;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && strcmp(map->l_name, name) == 0)
        presence = NAME_IS_TAKEN;
    dlclose(handle);
    return presence;
}

/* A spelling of `path` that no loaded object has. */
static enum presence free_name(char *name, size_t size, const char *path)
{
    for (unsigned n = 0; n < SPELLINGS; n++) {
        enum presence presence;
        if (respell(name, size, path, n))
            break;
        presence = presence_of(name);
        if (presence != NAME_IS_TAKEN)
            return presence;
    }
    return FILE_IS_LOADED; /* then a copy will do */
}

/* ---- loading ---- */

/* The calling thread may have a descriptor table of its own, so not /proc/self. */
static void name_descriptor(char *name, size_t size, int fd)
{
    snprintf(name, size, "/proc/thread-self/fd/%d", fd);
}

/*
 * A patch refers to this library without naming it. If the library came with a
 * plug-in, only that can see its symbols; so it is made visible to all.
 */
static void show_ourselves(void)
{
    char name[PATH_MAX];
    void *handle;

    if (rv_place_name((uintptr_t)show_ourselves, name, sizeof(name)) || !name[0])
        return;
    handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
    if (handle)
        dlclose(handle);
}

static void *open_named(const char *name, struct rv_detail *detail)
{
    void *handle;

    show_ourselves();
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        rv_detail_add(detail, dlerror());
    return handle;
}

static void *open_copy(int fd, const struct rv_patch_file *file, struct rv_detail *detail)
{
    char path[64], name[PATH_MAX];
    void *handle = NULL;
    int copy = rv_patch_file_copy(fd, file->trailer.size, "revector-patch");

    if (copy < 0)
        return NULL;
    name_descriptor(path, sizeof(path), copy);
    if (free_name(name, sizeof(name), path) == NAME_IS_FREE)
        handle = open_named(name, detail);
    close(copy);
    return handle;
}

static void *open_patch(int fd, const char *path, const struct rv_patch_file *file,
                        struct rv_detail *detail)
{
    char own[64], name[PATH_MAX];

    if (file->sealed >= 0) { /* what was checked, and nothing else */
        fd = file->sealed;
        path = NULL;
    }
    name_descriptor(own, sizeof(own), fd);
    if (free_name(name, sizeof(name), names_file(path, file) ? path : own) == NAME_IS_FREE)
        return open_named(name, detail);
    return open_copy(fd, file, detail);
}

/* The patch's image, which its constructor has registered meanwhile. */
static int find_image(struct rv_patch_image *patch)
{
    struct link_map *map;

    if (dlinfo(patch->handle, RTLD_DI_LINKMAP, &map) || rv_place_of(map->l_ld, &patch->place))
        return RV_ELOAD;
    rv_linked_note(map, &patch->place, &patch->linked);
    rv_platform_lock();
    patch->image = rv_image_at_locked((uintptr_t)map->l_ld);
    rv_platform_unlock();
    if (!patch->image)
        return RV_ENOPATCH;
    if (patch->image->error)
        return patch->image->error;
    return patch->image->image->patch ? 0 : RV_ENOPATCH;
}

/* Not in the program's heap, where its addresses would keep the patch loaded: see ours.h. */
static struct rv_patch_image *new_patch(void)
{
    struct rv_patch_image *patch;

    rv_platform_lock();
    patch = rv_platform_alloc(sizeof(*patch));
    rv_platform_unlock();
    return patch;
}

int rv_loader_load(int fd, const char *path, const struct rv_patch_file *file,
                   struct rv_patch_image **result, struct rv_detail *detail)
{
    struct rv_patch_image *patch = new_patch();
    int error = RV_ENOMEM;

    if (!patch)
        return RV_ENOMEM;
    patch->file = *file;
    patch->garbage = rv_garbage_reserve();
    if (patch->garbage) {
        patch->handle = open_patch(fd, path, file, detail);
        error = patch->handle ? find_image(patch) : RV_ELOAD;
    }
    if (error) {
        rv_loader_unload(patch);
        rv_loader_forget(patch);
        return error;
    }
    *result = patch;
    return 0;
}

void rv_loader_unload(struct rv_patch_image *patch)
{
    if (patch->handle) {
        dlclose(patch->handle);
        rv_linked_clear(&patch->linked);
    }
    patch->handle = NULL;
    patch->image = NULL;
}

void rv_loader_forget(struct rv_patch_image *patch)
{
    if (patch->garbage)
        rv_garbage_unreserve(patch->garbage);
    rv_platform_lock();
    rv_platform_free(patch, sizeof(*patch));
    rv_platform_unlock();
}

/* ---- pins ---- */

int rv_loader_pin(uintptr_t address, void **pin)
{
    char name[PATH_MAX];

    *pin = NULL;
    if (rv_place_name(address, name, sizeof(name)))
        return RV_ELEAVING;
    if (name[0]) {
        *pin = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
        if (!*pin)
            return RV_ELEAVING;
    }
    return 0;
}

void rv_loader_unpin(void *pin)
{
    if (pin)
        dlclose(pin);
}
