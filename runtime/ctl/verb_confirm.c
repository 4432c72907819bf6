/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_confirm.c - revector confirm: an update that waits for it stays in force.
 */
#include "family.h"

static int confirm(struct rv_command *command, struct rv_client *client, void *id)
{
    struct rv_ctl_writer *question = rv_client_begin(client, RV_CTL_CONFIRM);
    struct rv_ctl_reader answer;
    int error;

    if (*(unsigned long *)id)
        rv_ctl_put_number(question, RV_CTL_TAG_ID, *(unsigned long *)id);
    rv_ctl_put_number(question, RV_CTL_TAG_ONCE, command->args.once != NULL);
    error = rv_client_ask(client, -1, &answer, &command->reason);
    if (!error)
        rv_out_number(&command->out, "confirmed", rv_ctl_number(&answer, RV_CTL_TAG_ID, 0));
    return error;
}

int rv_verb_confirm(struct rv_command *command)
{
    unsigned long id;
    int error = rv_update_parse(command, &id);

    return error ? error : rv_family_each(command, command->args.operands[0], confirm, &id);
}
