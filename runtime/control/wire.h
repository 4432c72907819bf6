/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - what the `revector` command and a process's agent say to each other.
 *
 * The protocol is defined here and nowhere else. One question is one packet of
 * a SOCK_SEQPACKET socket, and so is its answer; a connection carries any number
 * of them, one at a time. All numbers are little-endian. This code does no I/O,
 * allocates nothing, keeps no state and may be called from any thread.
 *
 *   frame     offset size  meaning
 *             0      4     magic "RVCT"
 *             4      2     version: RV_CTL_VERSION
 *             6      2     kind: enum rv_ctl_kind
 *             8      4     size in bytes of the fields that follow, and of nothing else
 *             12     4     serial: chosen by whoever asks, repeated in the answer
 *             16     size  fields
 *
 *   field     0      2     tag: enum rv_ctl_tag
 *             2      2     type: enum rv_ctl_type
 *             4      4     size of the value in bytes
 *             8      size  value; the next field starts right behind it
 *
 *   type      NUMBER       8 bytes
 *             TEXT         bytes without NUL, no terminator
 *             BYTES        anything
 *             GROUP        fields; at most RV_CTL_DEPTH groups inside each other
 *
 * A tag always has the type that RV_CTL_TAGS gives it. A reader skips tags that
 * it does not know, so that fields may be added; whatever else changes raises
 * the version, and then the two sides refuse each other by name.
 *
 *   question  may hold                                  answer
 *   HELLO     -                                         VERSION PID IMAGES STRANGERS METHODS
 *                                                       UPDATES [TRUST] NOTE*
 *   STATUS    FROM                                      UPDATE{}* NOTE* [NEXT]
 *   METHODS   FROM                                      METHOD{}* [NEXT]
 *   WALK      NAME or ID                                METHOD{} LEVEL{}* ENTRY{}
 *   APPLY     PATH CONSISTENCY DRY_RUN TIMEOUT          ID AGENT_NS UPDATE{} [NOTE]
 *             CONFIRM ONCE REPLACE HOLD
 *             [PROBATION] [SIGNATURE], and one descriptor of the
 *             patch (SCM_RIGHTS)
 *   COMMIT    ID                                        [UPDATE{}]
 *   ABORT     ID                                        -
 *   REVERT    ID or ALL, CONSISTENCY TIMEOUT            AGENT_NS [UPDATE{}]
 *   LOG       FROM                                      LINE{}* [NEXT]
 *   HISTORY   FROM                                      EVENT{}* [NEXT]
 *   CONFIRM   [ID] ONCE                                 ID
 *
 * An update whose threads are still moving when the answer is due has the STATE
 * "moving" or "returning" in it; STATUS tells how it goes on. After "returning" it is
 * "aborted", or gone. How it ended is then in the last EVENT that has its UPDATE_ID: CODE
 * and TEXT if that was a refusal after all.
 *
 * One of several processes that all take a patch or none: APPLY with HOLD. When all its
 * threads have moved its STATE is "moved" until COMMIT or ABORT comes, TIMEOUT is over, or
 * the connection on which APPLY came ends; the two latter are an ABORT.
 *
 * The answer to any question may be a frame of kind ERROR instead, with CODE
 * and TEXT; nothing has been changed then. An answer that does not fit into one
 * packet ends with NEXT: ask again with FROM set to it. An UPDATE with more names
 * than fit is then repeated with the rest of them. In METHODS a group has SOURCE
 * and PATH only where they are not those of the group before it.
 */
#ifndef REVECTOR_CONTROL_WIRE_H
#define REVECTOR_CONTROL_WIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RV_CTL_VERSION   2u
#define RV_CTL_HEADER    16u          /* bytes */
#define RV_CTL_FRAME_MAX (64u * 1024) /* bytes, header and fields */
#define RV_CTL_DEPTH     3u

#define RV_CTL_CONFIRM_MAX (24u * 3600 * 1000) /* milliseconds */

/* The agent's abstract socket: a NUL, then this with the pid that the process
 * has in its own eyes, then ".2", ".3"... where that name is taken already. */
#define RV_CTL_SOCKET "revector/%ld"

enum rv_ctl_kind {
    RV_CTL_HELLO = 1,
    RV_CTL_STATUS,
    RV_CTL_METHODS,
    RV_CTL_WALK,
    RV_CTL_APPLY,
    RV_CTL_REVERT,
    RV_CTL_LOG,
    RV_CTL_HISTORY = 32,
    RV_CTL_CONFIRM = 33,
    RV_CTL_COMMIT = 34,
    RV_CTL_ABORT = 35,
    RV_CTL_ANSWER = 0x100,
    RV_CTL_ERROR,
};

enum rv_ctl_type {
    RV_CTL_NUMBER = 1,
    RV_CTL_TEXT,
    RV_CTL_BYTES,
    RV_CTL_GROUP,
};

/* X(tag, number on the wire, type, meaning). Numbers are never given to another meaning. */
#define RV_CTL_TAGS(X)                                                                             \
    X(CODE, 1, NUMBER, "error, as a positive number")                                              \
    X(TEXT, 2, TEXT, "a sentence")                                                                 \
    X(FROM, 3, NUMBER, "where to go on: NEXT of the answer before")                                \
    X(NEXT, 4, NUMBER, "there is more from here on")                                               \
    X(NOTE, 5, TEXT, "what else one should know, in words")                                        \
    X(VERSION, 6, TEXT, "version of the runtime library")                                          \
    X(PID, 7, NUMBER, "process ID in the process's own eyes")                                      \
    X(IMAGES, 8, NUMBER, "registered images, patches not counted")                                 \
    X(METHODS, 9, NUMBER, "registered methods, patches not counted")                               \
    X(UPDATES, 10, NUMBER, "updates in force")                                                     \
    X(ID, 11, NUMBER, "method ID, or number of an update")                                         \
    X(NAME, 12, TEXT, "symbol name")                                                               \
    X(PATH, 13, TEXT, "absolute path of a file")                                                   \
    X(CONSISTENCY, 14, NUMBER, "enum rv_ctl_consistency")                                          \
    X(DRY_RUN, 15, NUMBER, "1: check everything, publish nothing")                                 \
    X(TIMEOUT, 16, NUMBER, "milliseconds until the update is given up; 0: none")                   \
    X(ALL, 17, NUMBER, "1: every update")                                                          \
    X(COUNT, 18, NUMBER, "functions replaced")                                                     \
    X(AGENT_NS, 19, NUMBER, "nanoseconds that the agent took, from question to answer")            \
    X(HOLDERS, 20, NUMBER, "pieces of memory of an update that threads may still be using")        \
    X(STRANGERS, 21, NUMBER, "images that could not be registered")                                \
    X(UPDATE, 22, GROUP,                                                                           \
      "ID STATE PATH [SHA256] AGE COUNT HOLDERS [CONFIRM] [PROBATION] NAME* KEEPER* OLD_CODE* "    \
      "ONE_WAY* [CONVERTS]")                                                                       \
    X(STATE, 23, TEXT, "state of an update, in one word")                                          \
    X(AGE, 24, NUMBER, "milliseconds since the update reached its state")                          \
    X(KEEPER, 25, TEXT, "what keeps an update from moving, or reverted code loaded")               \
    X(METHOD, 26, GROUP, "ID NAME SOURCE PATH UPDATE_ID FLAGS UNIT_FLAGS ADDRESS")                 \
    X(SOURCE, 27, TEXT, "source file of a unit, as the compiler was given it")                     \
    X(UPDATE_ID, 28, NUMBER, "update whose body is in force; 0: the first body")                   \
    X(FLAGS, 29, NUMBER, "enum rv_method_flags")                                                   \
    X(ADDRESS, 30, NUMBER, "address in the process")                                               \
    X(LEVEL, 31, GROUP, "INDEX ADDRESS VALUE BITS: one step of a walk, the root first")            \
    X(INDEX, 32, NUMBER, "slot in the table of this level")                                        \
    X(VALUE, 33, NUMBER, "what the slot holds")                                                    \
    X(BITS, 34, NUMBER, "bits of the method ID that this level translates")                        \
    X(ENTRY, 35, GROUP, "ADDRESS PATH: where the walk ends")                                       \
    X(LINE, 36, GROUP, "ID AGE TEXT: a line of the agent's log")                                   \
    X(UNIT_FLAGS, 37, NUMBER, "enum rv_unit_flags")                                                \
    X(EVENT, 60, GROUP, "ID WHEN VERB asker UPDATE_ID PATH SHA256 RESULT [CODE] TEXT AGENT_NS")    \
    X(WHEN, 61, NUMBER, "nanoseconds since 1970")                                                  \
    X(VERB, 62, TEXT, "what was asked for, in one word")                                           \
    X(ASKER, 63, TEXT, "who asked, if it was not a peer: then the three below")                    \
    X(ASKER_UID, 64, NUMBER, "user that the kernel named")                                         \
    X(ASKER_PID, 65, NUMBER, "process that the kernel named")                                      \
    X(ASKER_NAME, 66, TEXT, "its command name, if known")                                          \
    X(SHA256, 67, BYTES, "of a patch file")                                                        \
    X(RESULT, 68, TEXT, "how it ended, in one or two words")                                       \
    X(CONFIRM, 69, NUMBER,                                                                         \
      "milliseconds until the update reverts unless it is confirmed; 0: never")                    \
    X(ONCE, 70, NUMBER, "1: do not keep the update for the program's next start")                  \
    X(REPLACE, 71, NUMBER, "1: supersede all updates of the image that are in force")              \
    X(HOLD, 72, NUMBER, "1: do not commit before COMMIT comes")                                    \
    X(PROBATION, 73, NUMBER,                                                                       \
      "milliseconds in which a crash takes the update back; 0: never; absent: 10,000")             \
    X(SIGNATURE, 80, BYTES, "what minisign made for the patch: the file's text")                   \
    X(TRUST, 81, TEXT, "which signatures the process asks for, if it does")                        \
    X(OLD_CODE, 90, TEXT, "a replaced function that a thread is still inside, and till when")      \
    X(ONE_WAY, 91, TEXT, "a type whose objects it converts and cannot convert back")               \
    X(BACK, 92, TEXT, "symbol name of a function that goes back to its first body")                \
    X(CONVERTS, 93, NUMBER, "1: on its way, and converts live objects: only `process` will do")

enum rv_ctl_tag {
#define X(tag, number, type, meaning) RV_CTL_TAG_##tag = number,
    RV_CTL_TAGS(X)
#undef X
};

/* Values of CONSISTENCY: those of enum rv_apply_consistency. */
enum rv_ctl_consistency {
    RV_CTL_PER_THREAD = 0,
    RV_CTL_PER_CALL = 1,
    RV_CTL_PER_PROCESS = 2,
};

/* ---- reading ---- */

struct rv_ctl_reader {
    const uint8_t *at, *end;
};

struct rv_ctl_field {
    uint16_t tag;        /* enum rv_ctl_tag, or one that is not known here */
    uint16_t type;       /* enum rv_ctl_type */
    uint32_t size;       /* bytes at data */
    uint64_t number;     /* NUMBER: the value; else 0 */
    const uint8_t *data; /* in the caller's buffer */
};

struct rv_ctl_frame {
    uint16_t kind;
    uint32_t serial;
    struct rv_ctl_reader fields;
};

/*
 * Take a packet apart. Every bound, size, type and depth in it is checked here,
 * so that the functions below cannot fail on what it returns. `frame` borrows
 * `packet`.
 *
 * RV_EPROTOCOL: not a frame of this protocol, or a damaged one.
 * RV_EVERSION: a frame of another version of it.
 */
int rv_ctl_decode(const void *packet, size_t size, struct rv_ctl_frame *frame)
    __attribute__((warn_unused_result));

/* The next field of a decoded frame or group. Returns 1, or 0 when there is none left. */
int rv_ctl_next(struct rv_ctl_reader *reader, struct rv_ctl_field *field);

/* A reader for the fields inside a GROUP. */
struct rv_ctl_reader rv_ctl_inside(const struct rv_ctl_field *group);

/* Find the first field with this tag; `from` itself does not move. Returns 1, or 0: none. */
int rv_ctl_find(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, struct rv_ctl_field *field);

/* The first NUMBER with this tag, or `otherwise`. */
uint64_t rv_ctl_number(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, uint64_t otherwise);

/*
 * Copy the first TEXT with this tag, NUL-terminated, to `text`; "" if there is none.
 * RV_ETOOLONG: it does not fit into `size` bytes; text is "" then.
 */
int rv_ctl_text(const struct rv_ctl_reader *from, enum rv_ctl_tag tag, char *text, size_t size)
    __attribute__((warn_unused_result));

/* ---- writing ---- */

/* Fields go to [start, end). Once something did not fit, `full` stays set. */
struct rv_ctl_writer {
    uint8_t *start, *at, *end;
    int full;
};

void rv_ctl_begin(struct rv_ctl_writer *writer, void *buffer, size_t size, enum rv_ctl_kind kind,
                  uint32_t serial);
void rv_ctl_put_number(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, uint64_t number);
/* Text stops at the NUL; a null pointer puts nothing. */
void rv_ctl_put_text(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, const char *text);
void rv_ctl_put_bytes(struct rv_ctl_writer *writer, enum rv_ctl_tag tag, const void *bytes,
                      size_t size);

/* Open a group; fields that follow are in it until rv_ctl_close() with what open returned. */
size_t rv_ctl_open(struct rv_ctl_writer *writer, enum rv_ctl_tag tag);
void rv_ctl_close(struct rv_ctl_writer *writer, size_t group);

/*
 * Where the writer is, and back to there: takes off a row that did not fit, so
 * that the answer can end before it. rv_ctl_room() tells how many bytes are left.
 */
size_t rv_ctl_mark(const struct rv_ctl_writer *writer);
void rv_ctl_rewind(struct rv_ctl_writer *writer, size_t mark);
size_t rv_ctl_room(const struct rv_ctl_writer *writer);

/* Finish the frame. RV_ETOOLONG: it did not fit. */
int rv_ctl_end(struct rv_ctl_writer *writer, size_t *size) __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif
#endif
