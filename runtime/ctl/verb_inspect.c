/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_inspect.c - revector inspect: what a patch is for, and what it brings.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_file.h"
#include "patch_file.h"

/* Names one by one, so that a list is printed from whatever array has them. */
static void print_names(struct rv_out *out, const char *key, size_t count,
                        const char *(*name)(const struct rv_image_file *patch, size_t i),
                        const struct rv_image_file *patch)
{
    const char **names = calloc(count ? count : 1, sizeof(*names));
    size_t kept = 0;

    for (size_t i = 0; names && i < count; i++) {
        names[kept] = name(patch, i);
        kept += names[kept] != NULL;
    }
    if (names)
        rv_out_names(out, key, names, kept);
    free(names);
}

static const char *replacement_name(const struct rv_image_file *patch, size_t i)
{
    return patch->replacements[i].name;
}

static const char *new_method_name(const struct rv_image_file *patch, size_t i)
{
    return patch->methods[i].name;
}

static const char *new_data_name(const struct rv_image_file *patch, size_t i)
{
    return patch->data[i].name;
}

static const char *method_import_name(const struct rv_image_file *patch, size_t i)
{
    const struct rv_file_import *import = &patch->imports[i];

    return import->record->kind == RV_IMPORT_METHOD ? import->name : NULL;
}

static const char *data_import_name(const struct rv_image_file *patch, size_t i)
{
    const struct rv_file_import *import = &patch->imports[i];

    return import->record->kind == RV_IMPORT_DATA ? import->name : NULL;
}

static const char *symbol_import_name(const struct rv_image_file *patch, size_t i)
{
    const struct rv_file_import *import = &patch->imports[i];

    return import->record->kind == RV_IMPORT_SYMBOL ? import->name : NULL;
}

static const char *pre_apply_name(const struct rv_image_file *patch, size_t i)
{
    return patch->hook_files[i].names[RV_HOOK_PRE_APPLY];
}

static const char *post_apply_name(const struct rv_image_file *patch, size_t i)
{
    return patch->hook_files[i].names[RV_HOOK_POST_APPLY];
}

static const char *pre_revert_name(const struct rv_image_file *patch, size_t i)
{
    return patch->hook_files[i].names[RV_HOOK_PRE_REVERT];
}

static const char *post_revert_name(const struct rv_image_file *patch, size_t i)
{
    return patch->hook_files[i].names[RV_HOOK_POST_REVERT];
}

static const char *transformer_name(const struct rv_image_file *patch, size_t i)
{
    return patch->transformers[i].record->how ? patch->transformers[i].type : NULL;
}

static const char *source_name(const struct rv_image_file *patch, size_t i)
{
    return patch->units[i].record->part ? NULL : patch->units[i].source;
}

static void print_patch(struct rv_out *out, const char *path, off_t size,
                        const struct rv_image_file *patch)
{
    char id[RV_HEX_MAX];

    rv_out_text(out, "patch", path);
    rv_build_id_text(patch->patch->build_id, patch->patch->build_id_size, id);
    rv_out_text(out, "for_build", id);
    rv_build_id_text(patch->build_id, patch->build_id_size, id);
    rv_out_text(out, "own_build", id);
    rv_out_text(out, "compiler", patch->unit_count ? patch->units[0].compiler : NULL);
    print_names(out, "sources", patch->unit_count, source_name, patch);
    print_names(out, "replaces", patch->replacement_count, replacement_name, patch);
    print_names(out, "adds_functions", patch->method_count, new_method_name, patch);
    print_names(out, "adds_data", patch->data_count, new_data_name, patch);
    print_names(out, "calls", patch->import_count, method_import_name, patch);
    print_names(out, "uses_data", patch->import_count, data_import_name, patch);
    print_names(out, "uses_symbols", patch->import_count, symbol_import_name, patch);
    print_names(out, "pre_apply", patch->hook_file_count, pre_apply_name, patch);
    print_names(out, "post_apply", patch->hook_file_count, post_apply_name, patch);
    print_names(out, "pre_revert", patch->hook_file_count, pre_revert_name, patch);
    print_names(out, "post_revert", patch->hook_file_count, post_revert_name, patch);
    print_names(out, "converts", patch->transformer_count, transformer_name, patch);
    rv_out_number(out, "fixups", patch->fixup_count);
    rv_out_number(out, "bytes", (uint64_t)size);
}

/* ---- the signature ---- */

static int check_signature(struct rv_command *command, int fd, size_t size,
                           const struct rv_signature_text *signature)
{
    const char *words = command->args.key;
    struct rv_minisign_keys keys;
    struct rv_bytes file = {.size = size};
    int error = rv_signature_keys(words, &keys, NULL);

    if (error == RV_EREAD)
        return rv_because(&command->reason, RV_EKEYS, "%s: %s", words, strerror(errno));
    if (error)
        return rv_because(&command->reason, error, "%s", words);
    error = rv_signature_load();
    if (error)
        return error;
    file.at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file.at == MAP_FAILED)
        return RV_ENOMEM;
    error = rv_signature_check(&keys, file, (struct rv_bytes){signature->text, signature->size});
    munmap((void *)(uintptr_t)file.at, size);
    return error ? rv_because(&command->reason, error, "%s", signature->path) : 0;
}

/* What the signature says of itself: nobody has checked it yet. */
static int print_signature(struct rv_command *command, const struct rv_signature_text *text)
{
    struct rv_minisign_signature signature;
    char words[512];

    if (!text->size) {
        rv_out_text(&command->out, "signature", "none");
        return 0;
    }
    if (rv_minisign_parse_signature(text->text, text->size, &signature))
        return rv_because(&command->reason, RV_ESIGFORM, "%s", text->path);
    rv_out_text(&command->out, "signature", text->path);
    rv_minisign_name(signature.id, words);
    rv_out_text(&command->out, "signing_key", words);
    snprintf(words, sizeof(words), "%.*s", (int)signature.comment_size, signature.comment);
    for (char *at = words; *at; at++) /* nobody's words yet: not for the terminal to obey */
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = *at == '\t' ? ' ' : '?';
    rv_out_text(&command->out, "trusted_comment", words);
    return 0;
}

static void say_unverified(struct rv_out *out)
{
    if (out->is_json)
        rv_out_flag(out, "signature_verified", 0);
    else
        rv_out_text(out, "signature_verified", "not verified: that needs --key");
}

/* Whether there is one and, with --key, whether it is good. */
static int inspect_signature(struct rv_command *command, const char *path)
{
    struct rv_signature_text signature;
    struct stat status;
    int fd, error = rv_patch_signature(path, command->args.signature, &signature, &command->reason);

    if (!error)
        error = print_signature(command, &signature);
    if (!error && signature.size && !command->args.key)
        say_unverified(&command->out);
    if (error || !command->args.key)
        return error;
    error = rv_patch_open(path, &fd, &command->reason);
    if (error)
        return error;
    error = fstat(fd, &status) ? RV_EREAD
                               : check_signature(command, fd, (size_t)status.st_size, &signature);
    close(fd);
    if (!error)
        rv_out_flag(&command->out, "signature_verified", 1);
    return error;
}

int rv_verb_inspect(struct rv_command *command)
{
    const char *path = command->args.operands[0];
    struct rv_image_file *patch = NULL;
    struct stat status = {0};
    int fd = -1, error = rv_patch_open(path, &fd, &command->reason);

    if (error)
        return error;
    if (!fstat(fd, &status))
        error = rv_image_file_open_fd(fd, &patch);
    close(fd);
    if (!error && !patch->patch)
        error = RV_ENOPATCH;
    if (error)
        rv_because(&command->reason, error, "%s", path);
    else
        print_patch(&command->out, path, status.st_size, patch);
    rv_image_file_close(patch);
    if (!error)
        error = inspect_signature(command, path);
    return error;
}
