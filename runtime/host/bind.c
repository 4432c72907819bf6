/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bind.c - checks a patch's wishes against the target's records and fulfils them.
 */
#include "bind.h"
#include "revector/error.h"

#include <string.h>

static const struct rv_image *wishes_of(const struct rv_patch_image *patch)
{
    return patch->image->image;
}

static size_t method_count(const struct rv_image_state *target)
{
    return (size_t)(target->image->methods_end - target->image->methods);
}

static size_t data_count(const struct rv_image_state *target)
{
    return (size_t)(target->image->data_end - target->image->data);
}

/* Whether [address, address + size) is mapped for this patch. */
static int is_inside(const struct rv_patch_image *patch, const void *address, size_t size)
{
    uintptr_t at = (uintptr_t)address;
    return at >= patch->place.start && at <= patch->place.end && patch->place.end - at >= size;
}

static int names_agree(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- one wish each ---- */

static int check_replacement(const struct rv_patch_image *patch,
                             const struct rv_image_state *target, const struct rv_replacement *wish)
{
    const struct rv_method *method = target->image->methods + wish->method;

    if (wish->method >= method_count(target) ||
        !names_agree(RV_TARGET(const char, wish->name), RV_TARGET(const char, method->name)))
        return RV_EREPLACEMENT;
    if (wish->type_hash != method->type_hash)
        return RV_ESIGNATURE;
    if (method->flags & RV_METHOD_FIXED)
        return RV_EFIXED;
    return is_inside(patch, RV_TARGET(const void, wish->body), 1) ? 0 : RV_ECORRUPT;
}

/* The name and type hash of what the import asks for; RV_ENOSYMBOL: there is no such thing. */
static int find_import(const struct rv_image_state *target, const struct rv_import *wish,
                       const char **name, uint64_t *type_hash)
{
    if (wish->kind == RV_IMPORT_METHOD && wish->ordinal < method_count(target)) {
        const struct rv_method *method = target->image->methods + wish->ordinal;
        *name = RV_TARGET(const char, method->name);
        *type_hash = method->type_hash;
        return 0;
    }
    if (wish->kind == RV_IMPORT_DATA && wish->ordinal < data_count(target)) {
        const struct rv_data *data = target->image->data + wish->ordinal;
        *name = RV_TARGET(const char, data->name);
        *type_hash = data->type_hash;
        return 0;
    }
    if (wish->kind == RV_IMPORT_SYMBOL && wish->ordinal < target->place.end - target->place.start) {
        *name = RV_TARGET(const char, wish->name); /* there is no record, but it is that build */
        *type_hash = 0;
        return 0;
    }
    return RV_ENOSYMBOL;
}

static int check_import(const struct rv_patch_image *patch, const struct rv_image_state *target,
                        const struct rv_import *wish)
{
    const void *slot = RV_TARGET(const void, wish->slot);
    const char *name;
    uint64_t type_hash;

    if (find_import(target, wish, &name, &type_hash) ||
        !names_agree(RV_TARGET(const char, wish->name), name))
        return RV_ENOSYMBOL;
    if (wish->type_hash != type_hash)
        return RV_ETYPE;
    return is_inside(patch, slot, sizeof(uint64_t)) ? 0 : RV_ECORRUPT;
}

/* ---- all of them ---- */

/* Notes the name if this is the first reason for a refusal or the same again. */
static void refuse(int *verdict, int reason, const char *name, struct rv_detail *detail)
{
    if (!reason || (*verdict && *verdict != reason))
        return;
    *verdict = reason;
    rv_detail_add(detail, name ? name : "?");
}

static int check_wishes(const struct rv_patch_image *patch, const struct rv_image_state *target,
                        struct rv_detail *detail)
{
    const struct rv_image *wishes = wishes_of(patch);
    int verdict = 0;

    for (const struct rv_replacement *r = wishes->replacements; r < wishes->replacements_end; r++)
        refuse(&verdict, check_replacement(patch, target, r), RV_TARGET(const char, r->name),
               detail);
    for (const struct rv_import *i = wishes->imports; i < wishes->imports_end; i++)
        refuse(&verdict, check_import(patch, target, i), RV_TARGET(const char, i->name), detail);
    return verdict;
}

static int check_fixups(const struct rv_patch_image *patch)
{
    const struct rv_image *wishes = wishes_of(patch);

    for (const struct rv_fixup *f = wishes->fixups; f < wishes->fixups_end; f++) {
        const struct rv_import *import = RV_TARGET(const struct rv_import, f->import);
        if (import < wishes->imports || import >= wishes->imports_end ||
            !is_inside(patch, RV_TARGET(const void, f->where), sizeof(uint64_t)))
            return RV_ECORRUPT;
    }
    return 0;
}

static int check_hooks(const struct rv_patch_image *patch)
{
    const struct rv_image *wishes = wishes_of(patch);

    for (const struct rv_hook_file *file = wishes->hooks; file < wishes->hooks_end; file++)
        for (int kind = 0; kind < RV_HOOK_KINDS; kind++) {
            const void *function = RV_TARGET(const void, file->of[kind].function);
            if (function && (!is_inside(patch, function, 1) || !file->of[kind].name))
                return RV_ECORRUPT;
        }
    return 0;
}

int rv_bind_check(const struct rv_patch_image *patch, const struct rv_image_state *target,
                  struct rv_detail *detail)
{
    const struct rv_patch *header = wishes_of(patch)->patch;
    int error;

    if (header->abi != RV_RECORD_ABI)
        return RV_ERECORDS;
    if (header->build_id_size != target->place.build_id_size ||
        memcmp(header->build_id, target->place.build_id, target->place.build_id_size) != 0)
        return RV_EWRONGBUILD;
    error = check_wishes(patch, target, detail);
    if (!error)
        error = check_fixups(patch);
    return error ? error : check_hooks(patch);
}

/* ---- filling in ---- */

/* Runs a variable's accessor, in the target: only it knows which definition is in force. */
static uint64_t address_of_data(const struct rv_data *data)
{
    void *address = RV_TARGET(void, data->address);
    void *(*accessor)(void);

    if (!(data->flags & RV_DATA_ACCESSOR) || data->flags & RV_DATA_TLS)
        return (uintptr_t)address;
    memcpy(&accessor, &address, sizeof(accessor));
    return (uintptr_t)accessor();
}

static uint64_t address_of(const struct rv_image_state *target, const struct rv_import *wish)
{
    if (wish->kind == RV_IMPORT_SYMBOL)
        return target->place.start + wish->ordinal;
    if (wish->kind == RV_IMPORT_DATA)
        return address_of_data(target->image->data + wish->ordinal);
    return (uintptr_t)RV_TARGET(const void, target->image->methods[wish->ordinal].entry);
}

static void fill_all(const struct rv_patch_image *patch, const struct rv_image_state *target)
{
    const struct rv_image *wishes = wishes_of(patch);

    for (const struct rv_import *i = wishes->imports; i < wishes->imports_end; i++) {
        uint64_t address = address_of(target, i);
        memcpy(RV_TARGET(void, i->slot), &address, sizeof(address));
    }
    for (const struct rv_fixup *f = wishes->fixups; f < wishes->fixups_end; f++) {
        uint64_t value =
            address_of(target, RV_TARGET(const struct rv_import, f->import)) + (uint64_t)f->addend;
        memcpy(RV_TARGET(void, f->where), &value, sizeof(value));
    }
}

int rv_bind_fill(const struct rv_patch_image *patch, const struct rv_image_state *target)
{
    void *start = (void *)patch->place.relro;
    size_t size = patch->place.relro_end - patch->place.relro;

    if (size && rv_platform_protect(start, size, 1))
        return RV_EPROTECT;
    fill_all(patch, target);
    return size && rv_platform_protect(start, size, 0) ? RV_EPROTECT : 0;
}

int rv_bind_stage(const struct rv_patch_image *patch, const struct rv_image_state *target,
                  struct rv_update *update)
{
    const struct rv_image *wishes = wishes_of(patch);
    int error = 0;

    for (const struct rv_replacement *r = wishes->replacements;
         r < wishes->replacements_end && !error; r++)
        error = rv_update_stage(update, target->image->methods + r->method,
                                (uintptr_t)RV_TARGET(const void, r->body), r->body_hash);
    return error;
}
