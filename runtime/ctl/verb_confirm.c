/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_confirm.c - revector confirm: an update that waits for it stays in force.
 */
#include <errno.h>
#include <stdlib.h>

#include "family.h"

/* The operand UPDATE; 0: there is none. */
static int parse_update(struct rv_command *command, unsigned long *id)
{
    const char *word = command->args.operand_count > 1 ? command->args.operands[1] : NULL;
    char *end = NULL;

    errno = 0;
    *id = word ? strtoul(word, &end, 10) : 0;
    if (word && (*end || end == word || !*id || *id > UINT32_MAX))
        return rv_because(&command->reason, RV_ENOUPDATE, "%s", word);
    return 0;
}

static int confirm(struct rv_command *command, int pid, void *id)
{
    struct rv_ctl_writer *question;
    struct rv_ctl_reader answer;
    struct rv_client *client;
    int error = rv_client_open(pid, RV_CLIENT_TIMEOUT_MS, &client, &command->reason);

    if (error)
        return error;
    question = rv_client_begin(client, RV_CTL_CONFIRM);
    if (*(unsigned long *)id)
        rv_ctl_put_number(question, RV_CTL_TAG_ID, *(unsigned long *)id);
    rv_ctl_put_number(question, RV_CTL_TAG_ONCE, command->args.once != NULL);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    if (!error)
        rv_out_number(&command->out, "confirmed", rv_ctl_number(&answer, RV_CTL_TAG_ID, 0));
    rv_client_close(client);
    return error;
}

int rv_verb_confirm(struct rv_command *command)
{
    unsigned long id;
    int error = parse_update(command, &id);

    return error ? error : rv_family_each(command, command->args.operands[0], confirm, &id);
}
