/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tw_error.c - the sentences of the lists of errors and invariants.
 *
 * Any thread, no locks.
 */
#include "tablewalk.h"

const char *tw_error_text(int code)
{
    switch (code) {
    case TW_OK:
        return "Done.";
#define X(name, number, sentence)                                                                  \
    case name:                                                                                     \
        return sentence;
#include "tw_error.def"
#undef X
    }
    return "This is not an error code of the table.";
}

const char *tw_invariant_text(unsigned number)
{
    switch (number) {
#define X(invariant, sentence)                                                                     \
    case invariant:                                                                                \
        return sentence;
#include "tw_invariant.def"
#undef X
    }
    return "There is no invariant of this number.";
}
