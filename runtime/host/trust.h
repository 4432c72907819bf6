/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust.h - whose patches this process accepts.
 *
 * A process that was started with REVECTOR_KEY accepts only what one of those
 * keys has signed. The variable and the file that it names are read once, before
 * main, so that chroot, setuid and setenv come too late to change the answer. If
 * anything is wrong with them, the process accepts no patch at all.
 */
#ifndef REVECTOR_HOST_TRUST_H
#define REVECTOR_HOST_TRUST_H

#include "detail.h"
#include "signature.h"

/* From the library's constructor, once; everything below reads what it found. Any thread then. */
void rv_trust_init(void);

/* 1 if not every whole patch is accepted. */
int rv_trust_asks(void);

/*
 * Checks a patch file's bytes, which must not change any more, against its signature;
 * only if rv_trust_asks(). RV_ENOTRUST: there is no good key (detail: why); else
 * the errors of rv_signature_check (detail: the key's name, for RV_EOTHERKEY).
 */
int rv_trust_check(struct rv_bytes file, struct rv_bytes signature, struct rv_detail *detail)
    __attribute__((warn_unused_result));

/* In words, for `status`: the names of the keys, or why nothing is accepted. */
void rv_trust_describe(char *text, size_t size);

#endif
