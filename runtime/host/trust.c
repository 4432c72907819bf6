/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust.c - the keys of this process; see trust.h. Written by the constructor only.
 */
#define _GNU_SOURCE
#include "trust.h"
#include "host.h"
#include "owner.h"
#include "revector/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static struct {
    int asks;
    struct rv_minisign_keys keys; /* none: nothing is accepted */
    char why_not[256];
} trust;

/*
 * Whoever starts a set-user-ID program, or one with capabilities, chooses its
 * environment. Their key must not be believed, their file not be opened with the
 * program's rights; but to accept unsigned patches would betray an administrator
 * who set the variable. So nothing is accepted.
 */
static int is_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* Where whoever starts a daemon looks, and in the agent's log: later nobody would wonder. */
static void say(const char *why)
{
    char line[sizeof(trust.why_not) + 64];

    snprintf(line, sizeof(line), "revector: no patch is accepted: %s\n", why);
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        errno = 0; /* nobody listens; the log has it */
    line[strcspn(line, "\n")] = 0;
    rv_agent_note(line + sizeof("revector: ") - 1);
}

static void refuse_all(const char *what, const char *why)
{
    trust.keys.count = 0;
    snprintf(trust.why_not, sizeof(trust.why_not), "REVECTOR_KEY%s%.160s: %s", *what ? "=" : "",
             what, why);
    say(trust.why_not);
}

void rv_trust_init(void)
{
    const char *words = getenv("REVECTOR_KEY");
    int error;

    trust.asks = words != NULL;
    if (!words)
        return;
    if (is_privileged()) {
        refuse_all("", "the environment is not believed in a set-user-ID program");
        return;
    }
    if (!*words) {
        refuse_all("", "it is empty: it names neither a key nor a file of keys");
        return;
    }
    errno = 0;
    error = rv_signature_keys(words, &trust.keys, rv_owner_check);
    if (error)
        refuse_all(words, error == RV_EREAD ? strerror(errno) : rv_error_text(error));
    else if (rv_signature_load())
        refuse_all("", rv_error_text(RV_ESODIUM));
}

int rv_trust_asks(void)
{
    return trust.asks;
}

static void add_signer(struct rv_bytes text, struct rv_detail *detail)
{
    struct rv_minisign_signature signature;
    char name[RV_MINISIGN_NAME];

    if (rv_minisign_parse_signature(text.at, text.size, &signature))
        return;
    rv_minisign_name(signature.id, name);
    rv_detail_add(detail, name);
}

int rv_trust_check(struct rv_bytes file, struct rv_bytes signature, struct rv_detail *detail)
{
    int error;

    if (!trust.keys.count) {
        rv_detail_add(detail, trust.why_not);
        return RV_ENOTRUST;
    }
    error = rv_signature_check(&trust.keys, file, signature);
    if (error == RV_EOTHERKEY)
        add_signer(signature, detail);
    return error;
}

void rv_trust_describe(char *text, size_t size)
{
    char name[RV_MINISIGN_NAME];
    size_t length = 0;

    snprintf(text, size, "no patch is accepted: %s", trust.why_not);
    for (size_t i = 0; i < trust.keys.count && length < size; i++) {
        rv_minisign_name(trust.keys.all[i].id, name);
        length += (size_t)snprintf(text + length, size - length, "%s%s",
                                   i ? " or " : "asked for, by key ", name);
    }
}
