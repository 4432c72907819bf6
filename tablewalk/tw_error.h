/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_error.h - error codes of tablewalk as an enum, and their sentences.
 */
#ifndef TABLEWALK_TW_ERROR_H
#define TABLEWALK_TW_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define TW_MUST_CHECK __attribute__((warn_unused_result))

enum tw_error {
    TW_OK = 0,
#define X(name, code, sentence) name = (code),
#include "tw_error.def"
#undef X
};

/*
 * The sentence for `code`; one that says so for a code that is not in the list.
 * Never null. Any thread, no locks.
 */
const char *tw_error_text(int code);

#ifdef __cplusplus
}
#endif
#endif
