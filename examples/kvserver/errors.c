/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.c - see errors.h.
 */
#include "errors.h"

#define KV_ERROR_TEXT(code, text) [code##_ORDINAL] = text,
static const char *const texts[KV_ERROR_COUNT] = {"no error", KV_ERRORS(KV_ERROR_TEXT)};

const char *kv_error_text(int code)
{
    return code <= 0 && code > -KV_ERROR_COUNT ? texts[-code] : "unknown error";
}
