/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - every way in which the runtime and the command refuse or fail.
 *
 * One list: a line gives the constant RV_E<name>, the number that travels over
 * the control socket, and the sentence that a person reads. Functions return 0
 * or one of these constants, which are negative. Numbers are never given to
 * another meaning; add at the end. Freestanding.
 */
#ifndef REVECTOR_ERROR_H
#define REVECTOR_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define RV_ERRORS(X)                                                                               \
    X(PROTOCOL, 1, "what came over the control socket is not Revector's protocol")                 \
    X(VERSION, 2, "the command and the process's runtime library have different versions")         \
    X(TOOLONG, 3, "a name or a path is too long")                                                  \
    X(NOMEM, 4, "there is not enough memory")                                                      \
    X(SYSTEM, 5, "the operating system refused")                                                   \
    X(PERMISSION, 6, "only the process's own user and root may update it")                         \
    X(BUSY, 7, "another update of this process is in progress")                                    \
    X(LATER, 8, "this consistency is not there yet: use --consistency call")                       \
    X(NOPATCH, 9, "the file is not a patch")                                                       \
    X(TRUNCATED, 10, "the patch is truncated")                                                     \
    X(DAMAGED, 11, "the patch is damaged: its checksum is wrong")                                  \
    X(RECORDS, 12, "the records have a layout that this version does not know")                    \
    X(WRONGBUILD, 13, "the patch was made for another build of the program")                       \
    X(COMPILER, 14, "the compiler is not the one that built the program")                          \
    X(NOSYMBOL, 15, "a symbol that the patch needs isn't there")                                   \
    X(SIGNATURE, 16, "a function has changed its signature and is called from outside the patch")  \
    X(LAYOUT, 17, "the layout of a type that live data has was changed")                           \
    X(NOUPDATE, 18, "there is no such update")                                                     \
    X(NOMETHOD, 19, "there is no such function")                                                   \
    X(LOAD, 20, "the patch cannot be loaded")                                                      \
    X(NOPROCESS, 21, "there is no such process")                                                   \
    X(NOAGENT, 22, "the process has no agent")                                                     \
    X(CLOSED, 23, "the process closed the connection")                                             \
    X(TIMEOUT, 24, "there was no answer in time")                                                  \
    X(AMBIGUOUS, 25, "several fit: say which one")                                                 \
    X(NOUNIT, 26, "the program has no such source file")                                           \
    X(NOCHANGE, 27, "nothing has changed")                                                         \
    X(BUILD, 28, "the compiler or the linker failed")                                              \
    X(NORECORDS, 29, "the file was not built with revector-cc")                                    \
    X(DISABLED, 30, "updates are switched off in this process")

enum rv_error {
#define RV_ERROR_CONSTANT(name, number, text) RV_E##name = -(number),
    RV_ERRORS(RV_ERROR_CONSTANT)
#undef RV_ERROR_CONSTANT
};

/* The sentence for an error, without a full stop; never a null pointer. */
static inline const char *rv_error_text(int error)
{
    switch (error) {
    case 0:
        return "done";
#define RV_ERROR_CASE(name, number, text)                                                          \
    case RV_E##name:                                                                               \
        return text;
        RV_ERRORS(RV_ERROR_CASE)
#undef RV_ERROR_CASE
    default:
        return "an error that this version does not know";
    }
}

#ifdef __cplusplus
}
#endif
#endif
