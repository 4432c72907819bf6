/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signature.h - whether a patch is signed by one of some keys, through libsodium.
 *
 * Shared by the runtime (trust.c) and the command's inspect; knows nothing of
 * either. libsodium is loaded when it is first asked for and stays; the other
 * functions may then be called from any thread, without locks.
 */
#ifndef REVECTOR_HOST_SIGNATURE_H
#define REVECTOR_HOST_SIGNATURE_H

#include <stddef.h>

#include "control/minisign.h"

/*
 * Loads libsodium; one thread at a time. RV_ESODIUM: it is not there, or too old.
 * May run in a constructor, in a process that has one thread.
 */
int rv_signature_load(void) __attribute__((warn_unused_result));

/*
 * The keys that `words` stands for: a public key as minisign prints it, or a file
 * that holds some. *keys is all zeroes on refusal. RV_EKEYS: neither, or the file
 * is malformed; RV_EREAD: errno tells why; what `check`, if it is not null, says of the file,
 * which is open and has not been read.
 */
int rv_signature_keys(const char *words, struct rv_minisign_keys *keys, int (*check)(int fd))
    __attribute__((warn_unused_result));

/*
 * Reads a small file of keys or a signature into `text`, RV_MINISIGN_MAX bytes.
 * RV_EREAD: errno tells why (ENOENT: there is none); RV_ETOOLONG.
 */
int rv_signature_read(const char *path, char *text, size_t *size)
    __attribute__((warn_unused_result));

/* The same for the signature that lies beside the file at `path`, as minisign names it. */
int rv_signature_beside(const char *path, char *text, size_t *size)
    __attribute__((warn_unused_result));

struct rv_bytes {
    const void *at; /* a null pointer: none */
    size_t size;
};

/*
 * Checks the signature and its trusted comment; libsodium is loaded.
 * RV_EUNSIGNED: `text` is none. RV_ESIGFORM. RV_EOTHERKEY. RV_EFORGED. RV_ECOMMENT.
 */
int rv_signature_check(const struct rv_minisign_keys *keys, struct rv_bytes file,
                       struct rv_bytes text) __attribute__((warn_unused_result));

#endif
