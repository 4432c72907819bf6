/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.c - take frames apart and put them together; see wire.h for the format.
 *
 * Decoding checks the whole frame once. What it accepted is then read without
 * further checks, so the order is: rv_ctl_decode() first, everything else after.
 */
#include "wire.h"

#include <string.h>

#include "revector/error.h"

#define FIELD_HEADER 8u

static const uint8_t frame_magic[4] = {'R', 'V', 'C', 'T'};

static uint64_t load(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes--)
        value = value << 8 | at[bytes];
    return value;
}

static void store(uint8_t *at, unsigned bytes, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++, value >>= 8)
        at[i] = (uint8_t)value;
}

/* The type that a tag must have; 0 for a tag that is not known here. */
static unsigned type_of(unsigned tag)
{
    switch (tag) {
#define X(name, number, type, meaning)                                                             \
    case number:                                                                                   \
        return RV_CTL_##type;
        RV_CTL_TAGS(X)
#undef X
    default:
        return 0;
    }
}

/* Take one field off the reader: 1, or 0 if what is left does not hold a whole one. */
static int take(struct rv_ctl_reader *reader, struct rv_ctl_field *field)
{
    size_t left = (size_t)(reader->end - reader->at);

    if (left < FIELD_HEADER)
        return 0;
    field->tag = (uint16_t)load(reader->at, 2);
    field->type = (uint16_t)load(reader->at + 2, 2);
    field->size = (uint32_t)load(reader->at + 4, 4);
    field->data = reader->at + FIELD_HEADER;
    if (field->size > left - FIELD_HEADER)
        return 0;
    field->number = field->type == RV_CTL_NUMBER && field->size == 8 ? load(field->data, 8) : 0;
    reader->at = field->data + field->size;
    return 1;
}

static int is_sound(struct rv_ctl_reader fields, unsigned depth);

static int field_is_sound(const struct rv_ctl_field *field, unsigned depth)
{
    unsigned type = type_of(field->tag);

    if (type && type != field->type)
        return 0;
    switch (field->type) {
    case RV_CTL_NUMBER:
        return field->size == 8;
    case RV_CTL_TEXT:
        return !memchr(field->data, 0, field->size);
    case RV_CTL_GROUP:
        return depth < RV_CTL_DEPTH && is_sound(rv_ctl_inside(field), depth + 1);
    default:
        return 1;
    }
}

static int is_sound(struct rv_ctl_reader fields, unsigned depth)
{
    struct rv_ctl_field field;

    while (fields.at != fields.end)
        if (!take(&fields, &field) || !field_is_sound(&field, depth))
            return 0;
    return 1;
}

int rv_ctl_decode(const void *packet, size_t size, struct rv_ctl_frame *frame)
{
    const uint8_t *at = packet;

    if (size < RV_CTL_HEADER || size > RV_CTL_FRAME_MAX ||
        memcmp(at, frame_magic, sizeof(frame_magic)))
        return RV_EPROTOCOL;
    if (load(at + 4, 2) != RV_CTL_VERSION)
        return RV_EVERSION;
    if (load(at + 8, 4) != size - RV_CTL_HEADER)
        return RV_EPROTOCOL;
    frame->kind = (uint16_t)load(at + 6, 2);
    frame->serial = (uint32_t)load(at + 12, 4);
    frame->fields.at = at + RV_CTL_HEADER;
    frame->fields.end = at + size;
    return is_sound(frame->fields, 0) ? 0 : RV_EPROTOCOL;
}

int rv_ctl_next(struct rv_ctl_reader *reader, struct rv_ctl_field *field)
{
    return take(reader, field);
}

struct rv_ctl_reader rv_ctl_inside(const struct rv_ctl_field *group)
{
    return (struct rv_ctl_reader){group->data, group->data + group->size};
}

int rv_ctl_find(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, struct rv_ctl_field *field)
{
    struct rv_ctl_reader reader = *from;

    while (take(&reader, field))
        if (field->tag == tag)
            return 1;
    return 0;
}

uint64_t rv_ctl_number(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, uint64_t otherwise)
{
    struct rv_ctl_field field;

    return rv_ctl_find(from, tag, &field) ? field.number : otherwise;
}

int rv_ctl_text(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, char *text, size_t size)
{
    struct rv_ctl_field field;

    *text = 0;
    if (!rv_ctl_find(from, tag, &field))
        return 0;
    if (field.size >= size)
        return RV_ETOOLONG;
    memcpy(text, field.data, field.size);
    text[field.size] = 0;
    return 0;
}

/* Room for `bytes` more, or a null pointer and `full`. */
static uint8_t *room(struct rv_ctl_writer *writer, size_t bytes)
{
    uint8_t *at = writer->at;

    if (writer->full || (size_t)(writer->end - at) < bytes) {
        writer->full = 1;
        return NULL;
    }
    writer->at += bytes;
    return at;
}

static uint8_t *field(struct rv_ctl_writer *writer, unsigned tag, size_t size)
{
    uint8_t *at = size > RV_CTL_FRAME_MAX ? NULL : room(writer, FIELD_HEADER + size);

    if (!at) {
        writer->full = 1;
        return NULL;
    }
    store(at, 2, tag);
    store(at + 2, 2, type_of(tag));
    store(at + 4, 4, size);
    return at + FIELD_HEADER;
}

void rv_ctl_begin(struct rv_ctl_writer *writer, void *buffer, size_t size, enum rv_ctl_kind kind,
                  uint32_t serial)
{
    uint8_t *at;

    *writer = (struct rv_ctl_writer){buffer, buffer, (uint8_t *)buffer + size, 0};
    at = room(writer, RV_CTL_HEADER);
    if (!at)
        return;
    memcpy(at, frame_magic, sizeof(frame_magic));
    store(at + 4, 2, RV_CTL_VERSION);
    store(at + 6, 2, kind);
    store(at + 12, 4, serial);
}

void rv_ctl_put_number(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, uint64_t number)
{
    uint8_t *at = field(writer, tag, 8);

    if (at)
        store(at, 8, number);
}

void rv_ctl_put_text(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, const char *text)
{
    if (text)
        rv_ctl_put_bytes(writer, tag, text, strlen(text));
}

void rv_ctl_put_bytes(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, const void *bytes,
                      size_t size)
{
    uint8_t *at = field(writer, tag, size);

    if (at && size)
        memcpy(at, bytes, size);
}

size_t rv_ctl_open(struct rv_ctl_writer *writer, enum rv_ctl_tag tag)
{
    size_t group = rv_ctl_mark(writer);

    field(writer, tag, 0);
    return group;
}

void rv_ctl_close(struct rv_ctl_writer *writer, size_t group)
{
    if (!writer->full)
        store(writer->start + group + 4, 4, rv_ctl_mark(writer) - group - FIELD_HEADER);
}

size_t rv_ctl_mark(const struct rv_ctl_writer *writer)
{
    return (size_t)(writer->at - writer->start);
}

void rv_ctl_rewind(struct rv_ctl_writer *writer, size_t mark)
{
    writer->at = writer->start + mark;
    writer->full = 0;
}

size_t rv_ctl_room(const struct rv_ctl_writer *writer)
{
    return writer->full ? 0 : (size_t)(writer->end - writer->at);
}

int rv_ctl_end(struct rv_ctl_writer *writer, size_t *size)
{
    size_t total = rv_ctl_mark(writer);

    if (writer->full || total > RV_CTL_FRAME_MAX)
        return RV_ETOOLONG;
    store(writer->start + 8, 4, total - RV_CTL_HEADER);
    *size = total;
    return 0;
}
