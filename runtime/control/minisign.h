/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * minisign.h - keys and signatures in the text format of minisign(1).
 *
 * Takes the text apart and computes nothing: whether a signature is true is for
 * host/signature.c. Pure functions over bytes; any thread. The format is that of
 * https://jedisct1.github.io/minisign/, in lines, with base64 where it says so:
 *
 *   key         [untrusted comment: ...]
 *               base64: "Ed", key ID (8 bytes), Ed25519 public key (32)
 *
 *   signature   untrusted comment: ...
 *               base64: "Ed" or "ED", key ID (8), signature (64) over the file ("Ed")
 *               or over its BLAKE2b-512 hash ("ED")
 *               trusted comment: ...
 *               base64: signature (64) over the signature above and the trusted comment
 */
#ifndef REVECTOR_CONTROL_MINISIGN_H
#define REVECTOR_CONTROL_MINISIGN_H

#include <stddef.h>
#include <stdint.h>

#define RV_MINISIGN_SUFFIX ".minisig" /* what minisign appends to a file's name */
#define RV_MINISIGN_MAX    8192u      /* bytes of a file of keys or a signature, at most */
#define RV_MINISIGN_KEYS   16u        /* keys in a file, at most */
#define RV_MINISIGN_NAME   17u        /* bytes of a key's name, with the NUL */

struct rv_minisign_key {
    uint8_t id[8];
    uint8_t point[32];
};

struct rv_minisign_keys {
    struct rv_minisign_key all[RV_MINISIGN_KEYS];
    size_t count;
};

struct rv_minisign_signature {
    int is_hashed; /* "ED": the signature is over the file's hash */
    uint8_t id[8]; /* of the key */
    uint8_t signature[64], global[64];
    const char *comment; /* the trusted one; in the caller's text, not terminated */
    size_t comment_size;
};

/* One or several keys, a line each; comments, lines that begin with '#' and empty ones are skipped.
 * RV_EKEYS. */
int rv_minisign_parse_keys(const char *text, size_t size, struct rv_minisign_keys *keys)
    __attribute__((warn_unused_result));

/* RV_ESIGFORM. `signature` borrows `text`. */
int rv_minisign_parse_signature(const char *text, size_t size,
                                struct rv_minisign_signature *signature)
    __attribute__((warn_unused_result));

/* A key's ID as minisign prints it. */
void rv_minisign_name(const uint8_t id[8], char name[RV_MINISIGN_NAME]);

#endif
