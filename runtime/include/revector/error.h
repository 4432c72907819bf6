/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - every error code of Revector, and the sentence that goes with it.
 *
 * The list is error.def. Functions return 0 or one of these codes, which are
 * negative. Freestanding; any thread, any context.
 */
#ifndef REVECTOR_ERROR_H
#define REVECTOR_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum rv_error {
#define RV_ERROR(name, number, sentence) RV_E##name = -(number),
#include "revector/error.def"
#undef RV_ERROR
};

/* The sentence for a code, without a full stop; static storage, never a null pointer. */
static inline const char *rv_error_text(int code)
{
    switch (code) {
    case 0:
        return "done";
#define RV_ERROR(name, number, sentence)                                                           \
    case RV_E##name:                                                                               \
        return sentence;
#include "revector/error.def"
#undef RV_ERROR
    default:
        return "an error that this version does not know";
    }
}

#ifdef __cplusplus
}
#endif
#endif
