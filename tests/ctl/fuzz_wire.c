/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_wire.c - libFuzzer target for the decoder of the control protocol.
 *
 * Oracle: what is accepted is read to its end in every group without leaving
 * the packet, and a frame that is written again from its fields is accepted too.
 * To reproduce a finding: build/NAME/tests/ctl/fuzz_wire FILE
 */
#include "control/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void copy_fields(struct rv_ctl_reader fields, struct rv_ctl_writer *out)
{
    struct rv_ctl_field field;

    while (rv_ctl_next(&fields, &field)) {
        check(field.data + field.size <= fields.end || field.data + field.size == fields.at);
        if (field.type == RV_CTL_GROUP) {
            size_t group = rv_ctl_open(out, field.tag);

            copy_fields(rv_ctl_inside(&field), out);
            rv_ctl_close(out, group);
        } else {
            rv_ctl_put_bytes(out, field.tag, field.data, field.size);
        }
    }
    check(fields.at == fields.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[RV_CTL_FRAME_MAX];
    struct rv_ctl_frame frame, second;
    struct rv_ctl_writer out;
    char text[64];

    if (rv_ctl_decode(data, size, &frame))
        return 0;
    (void)rv_ctl_number(&frame.fields, RV_CTL_TAG_ID, 0);
    if (rv_ctl_text(&frame.fields, RV_CTL_TAG_NAME, text, sizeof(text)))
        check(text[0] == 0);
    rv_ctl_begin(&out, again, sizeof(again), frame.kind, frame.serial);
    copy_fields(frame.fields, &out);
    check(rv_ctl_end(&out, &size) == 0);
    /* unknown tags lose their type, which the decoder does not mind */
    check(rv_ctl_decode(again, size, &second) == 0);
    check(second.kind == frame.kind && second.serial == frame.serial);
    return 0;
}
