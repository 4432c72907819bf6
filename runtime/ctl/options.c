/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - the command line, read and explained from one table.
 */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct option {
    const char *name, *value, *text;
    size_t field; /* offset in struct rv_args */
} options[] = {
#define X(field, name, value, text) {name, value, text, offsetof(struct rv_args, field)},
    RV_OPTIONS(X)
#undef X
};

#define ALWAYS (RV_TAKES(json) | RV_TAKES(help))

int rv_because(struct rv_reason *reason, int error, const char *format, ...)
{
    size_t length =
        (size_t)snprintf(reason->text, sizeof(reason->text), "%s: ", rv_error_text(error));
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason->text + length, sizeof(reason->text) - length, format, arguments);
    va_end(arguments);
    return error;
}

int rv_update_parse(struct rv_command *command, unsigned long *id)
{
    const char *word = command->args.operand_count > 1 ? command->args.operands[1] : NULL;
    char *end = NULL;

    errno = 0;
    *id = word ? strtoul(word, &end, 10) : 0;
    if (word && (*end || end == word || !*id || *id > UINT32_MAX))
        return rv_because(&command->reason, RV_ENOUPDATE, "%s", word);
    return 0;
}

int rv_jobs_parse(const char *text, int *jobs)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end || value < 1 || value > RV_JOBS_MAX)
        return RV_EOPTIONS;
    *jobs = (int)value;
    return 0;
}

/* A sentence about the command line itself. */
static int misused(struct rv_reason *reason, const char *what, const char *word)
{
    snprintf(reason->text, sizeof(reason->text), what, word);
    return RV_EOPTIONS;
}

/* One dash for names of one letter, two for the others. */
static const char *dashes(const char *name)
{
    return name[1] ? "--" : "-";
}

/* The option that `word` names, with what stands behind its '=', or a null pointer. */
static const struct option *find_option(unsigned taken, const char *word, const char **value)
{
    const char *name = word + strspn(word, "-");
    size_t length = strcspn(name, "=");

    for (int i = 0; i < RV_OPTION_COUNT; i++) {
        const struct option *option = &options[i];

        if (!(taken & 1u << i) || strlen(option->name) != length ||
            strncmp(option->name, name, length) ||
            (size_t)(name - word) != strlen(dashes(option->name)))
            continue;
        *value = name[length] ? name + length + 1 : NULL;
        return option;
    }
    return NULL;
}

/* Put one option where it belongs; takes the next word if its value is there. */
static int take_option(const struct option *option, const char *value, char ***next, char **end,
                       struct rv_args *args, struct rv_reason *reason)
{
    const char **field = (const char **)(void *)((char *)args + option->field);

    if (!option->value && value)
        return misused(reason, "--%s takes no value", option->name);
    if (option->value && !value) {
        if (*next == end)
            return misused(reason, "%s needs a value", (*next)[-1]);
        value = *(*next)++;
    }
    if (*field)
        return misused(reason, "the option %s is given twice", option->name);
    *field = option->value ? value : option->name;
    return 0;
}

static int check_operands(const struct rv_verb *verb, const struct rv_args *args,
                          struct rv_reason *reason)
{
    if (args->operand_count < verb->least)
        return misused(reason, "something is missing: %s", verb->operands);
    if (verb->most >= 0 && args->operand_count > verb->most)
        return misused(reason, "too many words, from '%s' on", args->operands[verb->most]);
    return 0;
}

int rv_args_parse(const struct rv_verb *verb, int argc, char **argv, struct rv_args *args,
                  struct rv_reason *reason)
{
    char **end = argv + argc, **next = argv;
    int options_end = 0;

    *args = (struct rv_args){.operands = argv};
    while (next < end) {
        char *word = *next++;
        const struct option *option;
        const char *value;
        int error;

        if (options_end || word[0] != '-' || !word[1]) {
            args->operands[args->operand_count++] = word;
            continue;
        }
        if (!strcmp(word, "--")) {
            options_end = 1;
            continue;
        }
        option = find_option(verb->options | ALWAYS, word, &value);
        if (!option)
            return misused(reason, "unknown option '%s'", word);
        error = take_option(option, value, &next, end, args, reason);
        if (error || args->help)
            return error;
    }
    return check_operands(verb, args, reason);
}

void rv_verb_help(const struct rv_verb *verb, FILE *to)
{
    char left[64];

    fprintf(to, "Usage: revector %s %s\n%s.\n\n", verb->name, verb->operands, verb->summary);
    for (int i = 0; i < RV_OPTION_COUNT; i++) {
        const struct option *option = &options[i];

        if (!((verb->options | ALWAYS) & 1u << i))
            continue;
        snprintf(left, sizeof(left), "%s%s%s%s", dashes(option->name), option->name,
                 option->value ? " " : "", option->value ? option->value : "");
        fprintf(to, "  %-36s %s\n", left, option->text);
    }
    fprintf(to, "\n%s", verb->details);
}

int rv_time_parse(const char *text, unsigned *milliseconds)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"ms", 1}, {"s", 1e3}, {"min", 60e3}, {"h", 3600e3}, {"", 1e3}};
    char *end;
    double value = strtod(text, &end);

    if (end == text || !(value > 0))
        return RV_EOPTIONS;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].name))
            continue;
        value *= units[i].factor;
        if (value < 1 || value > 86400e3)
            return RV_EOPTIONS;
        *milliseconds = (unsigned)value;
        return 0;
    }
    return RV_EOPTIONS;
}
