/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_symbols.h - what an image has besides its records: the symbols of objects that were
 * compiled without the plugin, by other compilers or by hand, and linked in.
 *
 * From its symbol table, which strip(1) takes away: then there are none. An opened table is
 * constant, so any number of threads may read it. The file is not trusted.
 */
#ifndef REVECTOR_CTL_IMAGE_SYMBOLS_H
#define REVECTOR_CTL_IMAGE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "revector/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rv_image_symbols;

/* RV_EREAD: see errno. RV_ENOTELF, RV_ENOMEM. rv_image_symbols_close() gives all back. */
int rv_image_symbols_open(const char *path, struct rv_image_symbols **symbols)
    __attribute__((warn_unused_result));

/* Null is allowed. */
void rv_image_symbols_close(struct rv_image_symbols *symbols);

/*
 * Distance from the image's first byte in memory to what all its objects mean by `name`, and
 * only they: nobody else can link to it. UINT32_MAX: there is none, or there are several; or it
 * is thread-local, or found by a resolver.
 */
uint32_t rv_image_symbols_find(const struct rv_image_symbols *symbols, const char *name);

#ifdef __cplusplus
}
#endif
#endif
