/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buffer.h - bytes that are added at the end and taken from the front.
 *
 * Used for what a client has sent and what it has yet to receive. A buffer
 * belongs to one thread at a time. Once memory has run out it stays `failed`,
 * so that a writer checks once, after the last byte.
 */
#ifndef KV_BUFFER_H
#define KV_BUFFER_H

#include "slice.h"

struct buffer {
    char *data;
    size_t start; /* first byte not yet taken */
    size_t end;   /* one past the last byte */
    size_t capacity;
    bool failed;
};

void buffer_free(struct buffer *buffer);

/* Room for `size` more bytes at the end, to be claimed by buffer_claim(); null: out of memory. */
char *buffer_room(struct buffer *buffer, size_t size);
void buffer_claim(struct buffer *buffer, size_t size);

void buffer_add(struct buffer *buffer, struct slice bytes);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What has not been taken yet; valid until the buffer changes. */
struct slice buffer_bytes(const struct buffer *buffer);

/* Takes the last ones off, down to `size` bytes. */
void buffer_cut(struct buffer *buffer, size_t size);

/* Takes the first `size` bytes off. */
void buffer_take(struct buffer *buffer, size_t size);

#endif
