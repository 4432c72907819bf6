/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - every error code of Revector, and the sentence that goes with it.
 *
 * The list itself is error.def (which takes in the table's own codes, so that
 * there is one space of numbers). Functions return 0 or one of these codes;
 * all are negative. Usable from any thread, in any context.
 */
#ifndef REVECTOR_ERROR_H
#define REVECTOR_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Codes count down from here; tablewalk's own (TW_E...) lie above it. */
#define RV_ERROR_BASE 100

enum rv_error_ordinal {
#define RV_ERROR(name, sentence) name##_ORDINAL,
#include "revector/error.def"
#undef RV_ERROR
};

enum rv_error {
#define RV_ERROR(name, sentence) name = -(RV_ERROR_BASE + name##_ORDINAL),
#include "revector/error.def"
#undef RV_ERROR
};

/*
 * One sentence for a code of this list or of tablewalk's; another sentence for
 * a number that is none. Static storage, never a null pointer. "Done." for 0.
 */
const char *rv_error_text(int code);

#ifdef __cplusplus
}
#endif
#endif
