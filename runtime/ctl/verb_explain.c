/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_explain.c - revector explain: why something is refused, and what to do instead.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "limit_page.h"

static void list_sections(struct rv_out *out)
{
    static const struct rv_column columns[] = {{"section", 14}, {"about", 0}, {NULL, 0}};
    const char *word;

    rv_out_table(out, "sections", columns);
    for (size_t i = 0; (word = rv_limit_word(i)); i++) {
        char about[128] = "";
        size_t size;
        const char *text = rv_limit_section(word, &size);
        if (text)
            snprintf(about, sizeof(about), "%.*s", (int)strcspn(text, "\n") - (int)strlen(word) - 2,
                     text + strlen(word) + 2);
        rv_out_cell(out, word);
        rv_out_cell(out, about);
    }
    rv_out_table_end(out);
}

int rv_verb_explain(struct rv_command *command)
{
    const char *word = command->args.operand_count ? command->args.operands[0] : NULL;
    const char *section;
    char *text;
    size_t size;

    if (!word) {
        list_sections(&command->out);
        return 0;
    }
    section = rv_limit_section(word, &size);
    if (!section)
        return rv_because(&command->reason, RV_EOPTIONS,
                          "there is no section '%s'; revector explain lists them", word);
    text = strndup(section, size);
    if (!text)
        return RV_ENOMEM;
    rv_out_prose(&command->out, "text", text);
    free(text);
    return 0;
}
