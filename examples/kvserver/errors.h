/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.h - everything that can go wrong, each with the one sentence that the client reads.
 *
 * Functions of this program return 0 or one of these negative codes.
 */
#ifndef KV_ERRORS_H
#define KV_ERRORS_H

#define KV_ERRORS(X)                                                                               \
    X(KV_E_COMMAND, "unknown command")                                                             \
    X(KV_E_ARGUMENTS, "wrong number of arguments")                                                 \
    X(KV_E_NUMBER, "not a whole number of 64 bits")                                                \
    X(KV_E_RANGE, "the result would not fit in 64 bits")                                           \
    X(KV_E_TTL, "a time to live is 1 to 100000000 seconds")                                        \
    X(KV_E_ABSENT, "no such key")                                                                  \
    X(KV_E_KEY, "a key is 1 to 250 bytes")                                                         \
    X(KV_E_VALUE, "a value is at most 65536 bytes")                                                \
    X(KV_E_LINE, "the line is too long")                                                           \
    X(KV_E_FULL, "the store is full")                                                              \
    X(KV_E_MEMORY, "out of memory")                                                                \
    X(KV_E_CLIENTS, "too many connections")

#define KV_ERROR_ENUM(code, text) code##_ORDINAL,
enum { KV_ERROR_NONE, KV_ERRORS(KV_ERROR_ENUM) KV_ERROR_COUNT };
#undef KV_ERROR_ENUM

#define KV_ERROR_CODE(code, text) code = -code##_ORDINAL,
enum kv_error { KV_ERRORS(KV_ERROR_CODE) };
#undef KV_ERROR_CODE

/* The sentence of a code; never null. */
const char *kv_error_text(int code);

#endif
