/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signature.c - checks minisign signatures; see signature.h.
 *
 * libsodium is loaded with dlopen, not linked: librevector.so is in every
 * instrumented program, and most are started without a key; those shall neither
 * need the package nor map 350 kB and run its constructors. It is not linked
 * statically either, so that the distribution's fixes to it arrive. It is found
 * as a linked library would be, so whoever can lead it astray could do so with
 * librevector.so itself. Where it is missing, nothing is accepted.
 */
#define _GNU_SOURCE
#include "signature.h"
#include "revector/error.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef REVECTOR_SODIUM
#error REVECTOR_SODIUM, the name of the shared library, comes from the build
#endif

_Static_assert(sizeof(((struct rv_minisign_key *)0)->point) == crypto_sign_PUBLICKEYBYTES, "");
_Static_assert(sizeof(((struct rv_minisign_signature *)0)->global) == crypto_sign_BYTES, "");

/* Set once by rv_signature_load(). */
static struct {
    __typeof__(&sodium_init) init;
    __typeof__(&crypto_sign_verify_detached) verify;
    __typeof__(&crypto_generichash) hash;
} sodium;

int rv_signature_load(void)
{
    void *library;

    if (sodium.hash)
        return 0;
    library = dlopen(REVECTOR_SODIUM, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return RV_ESODIUM;
    sodium.init = (__typeof__(sodium.init))dlsym(library, "sodium_init");
    sodium.verify = (__typeof__(sodium.verify))dlsym(library, "crypto_sign_verify_detached");
    if (!sodium.init || !sodium.verify || sodium.init() < 0)
        return RV_ESODIUM;
    sodium.hash = (__typeof__(sodium.hash))dlsym(library, "crypto_generichash");
    return sodium.hash ? 0 : RV_ESODIUM;
}

/* ---- files ---- */

/* Closes `fd`; errno is that of what failed. */
static int read_open(int fd, char *text, size_t *size)
{
    size_t held = 0;
    ssize_t got = 1;
    int saved;

    while (got > 0 && held < RV_MINISIGN_MAX) {
        got = read(fd, text + held, RV_MINISIGN_MAX - held);
        held += got > 0 ? (size_t)got : 0;
    }
    saved = errno;
    close(fd);
    errno = saved;
    *size = held;
    if (got < 0)
        return RV_EREAD;
    return held < RV_MINISIGN_MAX ? 0 : RV_ETOOLONG;
}

static int open_small(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int rv_signature_read(const char *path, char *text, size_t *size)
{
    const int fd = open_small(path);

    return fd < 0 ? RV_EREAD : read_open(fd, text, size);
}

int rv_signature_beside(const char *path, char *text, size_t *size)
{
    char beside[PATH_MAX + sizeof(RV_MINISIGN_SUFFIX)];

    snprintf(beside, sizeof(beside), "%s%s", path, RV_MINISIGN_SUFFIX);
    return rv_signature_read(beside, text, size);
}

static int read_keys(const char *path, char *text, size_t *size, int (*check)(int fd))
{
    const int fd = open_small(path);
    int error = fd < 0 ? RV_EREAD : 0;

    if (!error && check)
        error = check(fd);
    if (!error)
        return read_open(fd, text, size);
    if (fd >= 0)
        close(fd);
    return error;
}

int rv_signature_keys(const char *words, struct rv_minisign_keys *keys, int (*check)(int fd))
{
    char text[RV_MINISIGN_MAX];
    size_t size;
    int error = rv_minisign_parse_keys(words, strlen(words), keys);

    if (!error)
        return 0;
    error = read_keys(words, text, &size, check);
    if (!error)
        error = rv_minisign_parse_keys(text, size, keys);
    if (error)
        *keys = (struct rv_minisign_keys){.count = 0};
    return error == RV_ETOOLONG ? RV_EKEYS : error;
}

/* ---- checking ---- */

/* 1 if this key has made both signatures; 0, with the first that is wrong in *error. */
static int is_by(const struct rv_minisign_key *key, struct rv_bytes message,
                 const struct rv_minisign_signature *signature, int *error)
{
    uint8_t signed_text[sizeof(signature->signature) + RV_MINISIGN_MAX];
    size_t size = sizeof(signature->signature) + signature->comment_size;

    *error = RV_EFORGED;
    if (sodium.verify(signature->signature, message.at, message.size, key->point))
        return 0;
    *error = RV_ECOMMENT;
    memcpy(signed_text, signature->signature, sizeof(signature->signature));
    memcpy(signed_text + sizeof(signature->signature), signature->comment, signature->comment_size);
    return sodium.verify(signature->global, signed_text, size, key->point) == 0;
}

/* Key IDs are names, not proofs: two keys may have the same one, and each is tried. */
static int check_keys(const struct rv_minisign_keys *keys, struct rv_bytes message,
                      const struct rv_minisign_signature *signature)
{
    int error = RV_EOTHERKEY;

    for (size_t i = 0; i < keys->count; i++)
        if (!memcmp(keys->all[i].id, signature->id, sizeof(signature->id)) &&
            is_by(&keys->all[i], message, signature, &error))
            return 0;
    return error;
}

int rv_signature_check(const struct rv_minisign_keys *keys, struct rv_bytes file,
                       struct rv_bytes text)
{
    struct rv_minisign_signature signature;
    uint8_t hash[64];
    int error;

    if (!text.at || !text.size)
        return RV_EUNSIGNED;
    if (text.size > RV_MINISIGN_MAX)
        return RV_ESIGFORM;
    error = rv_minisign_parse_signature(text.at, text.size, &signature);
    if (error || !signature.is_hashed)
        return error ? error : check_keys(keys, file, &signature);
    if (!sodium.hash || sodium.hash(hash, sizeof(hash), file.at, file.size, NULL, 0))
        return RV_ESODIUM;
    return check_keys(keys, (struct rv_bytes){hash, sizeof(hash)}, &signature);
}
