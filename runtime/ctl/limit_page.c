/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_page.c - finds sections in docs/limits.md, which is built in; see limit_page.h.
 */
#include "limit_page.h"

#include <string.h>

#include "revector/error.h"

#ifndef REVECTOR_LIMITS_PAGE
#error REVECTOR_LIMITS_PAGE, the path of docs/limits.md, comes from the build
#endif

__asm__(".pushsection .rodata\n"
        "rv_limits_page: .incbin \"" REVECTOR_LIMITS_PAGE "\"\n"
        ".byte 0\n"
        ".popsection");
extern const char rv_limits_page[] __attribute__((visibility("hidden")));

#define HEADING "\n## "

enum limit {
#define RV_LIMIT(name, word) LIMIT_##name,
#include "revector/limit.def"
#undef RV_LIMIT
    LIMIT_COUNT
};

static const char *const words[LIMIT_COUNT] = {
#define RV_LIMIT(name, word) [LIMIT_##name] = word,
#include "revector/limit.def"
#undef RV_LIMIT
};

/* What refuses; errors that are mistakes of the command line, or of the machine, have none. */
static const struct {
    int error;
    enum limit limit;
} sections[] = {
    {RV_ELAYOUT, LIMIT_TYPES},
    {RV_ESIGNATURE, LIMIT_SIGNATURES},
    {RV_EMOVETIME, LIMIT_THREADS},
    {RV_ERETURNING, LIMIT_THREADS},
    {RV_EUNREADABLE, LIMIT_THREADS},
    {RV_EFIXED, LIMIT_CODE},
    {RV_ENOSYMBOL, LIMIT_SYMBOLS},
    {RV_ETYPE, LIMIT_SYMBOLS},
    {RV_EREPLACEMENT, LIMIT_SYMBOLS},
    {RV_EWRONGBUILD, LIMIT_BUILDS},
    {RV_ECOMPILER, LIMIT_BUILDS},
    {RV_ERECORDS, LIMIT_BUILDS},
    {RV_EVERSION, LIMIT_BUILDS},
    {RV_ENORECORDS, LIMIT_BUILDS},
    {RV_ENOBUILDID, LIMIT_BUILDS},
    {RV_ENOUNIT, LIMIT_BUILDS},
    {RV_ETRANSFORM, LIMIT_TRANSFORMERS},
    {RV_ETOGETHER, LIMIT_TRANSFORMERS},
    {RV_EONEWAY, LIMIT_TRANSFORMERS},
    {RV_ENOWAYBACK, LIMIT_TRANSFORMERS},
    {RV_ECONVERTED, LIMIT_TRANSFORMERS},
    {RV_EHOOK, LIMIT_HOOKS},
    {RV_EBUSY, LIMIT_ORDER},
    {RV_ESTATE, LIMIT_ORDER},
    {RV_EFORK, LIMIT_FAMILIES},
    {RV_EAPPLIED, LIMIT_ORDER},
    {RV_EREVERTED, LIMIT_ORDER},
    {RV_EPERMISSION, LIMIT_TRUST},
    {RV_EOWNER, LIMIT_TRUST},
    {RV_ENOTRUST, LIMIT_TRUST},
    {RV_EUNSIGNED, LIMIT_TRUST},
    {RV_ESIGFORM, LIMIT_TRUST},
    {RV_EOTHERKEY, LIMIT_TRUST},
    {RV_EFORGED, LIMIT_TRUST},
    {RV_ECOMMENT, LIMIT_TRUST},
    {RV_ESODIUM, LIMIT_TRUST},
    {RV_EFAMILY, LIMIT_FAMILIES},
    {RV_ESOME, LIMIT_FAMILIES},
    {RV_EJOURNAL, LIMIT_RESTARTS},
    {RV_ECRASHED, LIMIT_CRASHES},
    {RV_EUNFINISHED, LIMIT_RESTARTS},
    {RV_EDISABLED, LIMIT_SYSTEM},
    {RV_ENOAGENT, LIMIT_SYSTEM},
    {RV_EUNITS, LIMIT_SYSTEM},
    {RV_EPROTECT, LIMIT_SYSTEM},
    {RV_EUNREGISTERED, LIMIT_SYSTEM},
};

const char *rv_limit_of_error(int error)
{
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        if (sections[i].error == error)
            return words[sections[i].limit];
    return NULL;
}

const char *rv_limit_word(size_t index)
{
    return index < LIMIT_COUNT ? words[index] : NULL;
}

const char *rv_limit_section(const char *word, size_t *size)
{
    const size_t length = strlen(word);
    const char *at = rv_limits_page, *end;

    while ((at = strstr(at, HEADING))) {
        at += strlen(HEADING);
        if (strncmp(at, word, length) || at[length] != ':')
            continue;
        end = strstr(at, HEADING);
        *size = end ? (size_t)(end + 1 - at) : strlen(at);
        return at;
    }
    return NULL;
}
