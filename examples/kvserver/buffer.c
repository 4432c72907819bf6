/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buffer.c - see buffer.h. Grows by doubling; moves its bytes to the front when that makes room.
 */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALLEST = 4096 };

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

static void move_to_front(struct buffer *buffer)
{
    if (buffer->start == 0)
        return;
    memmove(buffer->data, buffer->data + buffer->start, buffer->end - buffer->start);
    buffer->end -= buffer->start;
    buffer->start = 0;
}

static bool grow(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity ? buffer->capacity : SMALLEST;
    char *data;

    while (capacity < needed)
        capacity *= 2;
    data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *buffer_room(struct buffer *buffer, size_t size)
{
    if (buffer->failed)
        return NULL;
    if (buffer->capacity - buffer->end < size)
        move_to_front(buffer);
    if (buffer->capacity - buffer->end < size && !grow(buffer, buffer->end + size))
        return NULL;
    return buffer->data + buffer->end;
}

void buffer_claim(struct buffer *buffer, size_t size)
{
    buffer->end += size;
}

void buffer_add(struct buffer *buffer, struct slice bytes)
{
    char *room = buffer_room(buffer, bytes.size);

    if (!room)
        return;
    memcpy(room, bytes.data, bytes.size);
    buffer_claim(buffer, bytes.size);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    char text[256];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof(text))
        buffer->failed = true;
    else
        buffer_add(buffer, (struct slice){text, (size_t)size});
}

struct slice buffer_bytes(const struct buffer *buffer)
{
    return buffer->data ? (struct slice){buffer->data + buffer->start, buffer->end - buffer->start}
                        : (struct slice){"", 0};
}

void buffer_cut(struct buffer *buffer, size_t size)
{
    buffer->end = buffer->start + size;
}

void buffer_take(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}
