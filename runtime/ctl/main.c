/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the `revector` command: which verbs there are, and the exit status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "limit_page.h"

#ifndef REVECTOR_VERSION
#error REVECTOR_VERSION comes from the build
#endif

#define BUILD_OPTIONS (RV_TAKES(unit) | RV_TAKES(jobs) | RV_TAKES(verbose))
#define APPLY_OPTIONS                                                                              \
    (RV_TAKES(consistency) | RV_TAKES(timeout) | RV_TAKES(dry_run) | RV_TAKES(replace) |           \
     KEEP_OPTIONS)
#define KEEP_OPTIONS (RV_TAKES(confirm) | RV_TAKES(once) | RV_TAKES(probation))
#define TARGET_HELP  "TARGET is a process ID, or the name of a program that runs once.\n"
#define FAMILY_HELP  "TARGET is a process ID, or the name of a program: then all its processes.\n"

static const struct rv_verb verbs[] = {
    {"build", "--for PROGRAM|PID [-o FIX.rvp] FILE...", 1, -1,
     BUILD_OPTIONS | RV_TAKES(program) | RV_TAKES(output),
     "Compile changed source files to a patch for a program",
     "Each FILE is compiled with the command that compiled the program's source file of that\n"
     "name; what differs from the running program goes into the patch. A header stands for all\n"
     "source files that include it. A new source file goes with a changed one.\n",
     rv_verb_build},
    {"inspect", "FIX.rvp", 1, 1, RV_TAKES(signature) | RV_TAKES(key), "Show what is in a patch",
     "The patch is checked first: a truncated or damaged one is refused. With --key, so is one\n"
     "that the key has not signed.\n",
     rv_verb_inspect},
    {"apply", "TARGET FIX.rvp", 2, 2, APPLY_OPTIONS | RV_TAKES(signature),
     "Put a patch in force in a process",
     FAMILY_HELP
     "Nothing changes unless everything can, in all of them: a refusal says why, by name.\n"
     "In a process that was started with REVECTOR_UPDATES=DIR the patch is also kept\n"
     "there, and in force again from the next start on.\n",
     rv_verb_apply},
    {"revert", "TARGET [UPDATE | FIX.rvp | --all]", 1, 2,
     RV_TAKES(all) | RV_TAKES(consistency) | RV_TAKES(timeout), "Take updates back",
     FAMILY_HELP
     "UPDATE is a number that apply and status show; FIX.rvp, the patch, under whatever\n"
     "number each process has it. Neither is needed if only one is in force. Updates\n"
     "may be reverted in any order.\n",
     rv_verb_revert},
    {"confirm", "TARGET [UPDATE]", 1, 2, RV_TAKES(once),
     "Keep an update that apply --confirm put in force",
     FAMILY_HELP "UPDATE may be left out if only one waits.\n", rv_verb_confirm},
    {"patch", "TARGET FILE...", 2, -1, BUILD_OPTIONS | APPLY_OPTIONS, "Build and apply in one step",
     FAMILY_HELP "The patch is kept in ${XDG_STATE_HOME:-~/.local/state}/revector (root without\n"
                 "that variable: /var/lib/revector), where debuggers and profilers find it.\n",
     rv_verb_patch},
    {"status", "[TARGET]", 0, 1, 0,
     "Show updates, their state, and who holds them up or runs old code",
     FAMILY_HELP "Without TARGET: every process that may be asked.\n", rv_verb_status},
    {"history", "TARGET", 1, 1, 0, "Show what was done to a process, when, by whom, how it ended",
     TARGET_HELP "The last 128 events; the process keeps them in memory.\n", rv_verb_history},
    {"methods", "TARGET", 1, 1, 0, "List functions: their IDs, names, and the update in force",
     TARGET_HELP, rv_verb_methods},
    {"walk", "TARGET NAME|ID", 2, 2, 0, "Show one translation, level by level", TARGET_HELP,
     rv_verb_walk},
    {"explain", "[SECTION]", 0, 1, 0, "Say what cannot be updated live, and what to do instead",
     "Refusals end with the SECTION that is about them. Without one: lists them.\n",
     rv_verb_explain},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static const struct rv_verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static void print_help(FILE *to)
{
    fputs("Usage: revector VERB ...\nReplace functions of C programs while they run.\n\n", to);
    for (size_t i = 0; i < VERB_COUNT; i++)
        fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].summary);
    fputs("\nrevector VERB --help tells more; --version tells the version.\n"
          "Exit status: 0 done, 1 refused or failed, 2 wrong command line.\n",
          to);
}

static int misused(const char *sentence, const char *hint)
{
    fprintf(stderr, "revector: %s; see revector %s%s--help\n", sentence, hint, *hint ? " " : "");
    return 2;
}

/* One sentence on stderr; in JSON, the last member of the document as well. */
static void print_failure(struct rv_command *command, int error)
{
    const char *text = *command->reason.text ? command->reason.text : rv_error_text(error);
    const char *limit = rv_limit_of_error(error);

    fflush(stdout);
    fputs("revector: ", stderr);
    rv_put_text(stderr, text);
    fprintf(stderr, limit ? " [revector explain %s]\n" : "\n", limit);
    if (!command->out.is_json)
        return;
    rv_json_object(&command->out.json, "error");
    rv_json_number(&command->out.json, "code", (uint64_t)-error);
    rv_json_text(&command->out.json, "text", text);
    rv_json_text(&command->out.json, "section", limit);
    rv_json_close(&command->out.json);
}

static int run(const struct rv_verb *verb, struct rv_command *command)
{
    int error;

    rv_out_begin(&command->out, stdout, command->args.json != NULL);
    error = verb->run(command);
    if (error)
        print_failure(command, error);
    rv_out_end(&command->out);
    if (error == RV_EOPTIONS)
        return 2;
    return error || ferror(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
    static struct rv_command command;
    const struct rv_verb *verb;

    if (argc < 2)
        return misused("a verb is missing", "");
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
        print_help(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("revector " REVECTOR_VERSION);
        return 0;
    }
    verb = find_verb(argv[1]);
    if (!verb)
        return misused("there is no such verb", "");
    if (rv_args_parse(verb, argc - 2, argv + 2, &command.args, &command.reason))
        return misused(command.reason.text, verb->name);
    if (command.args.help) {
        rv_verb_help(verb, stdout);
        return 0;
    }
    return run(verb, &command);
}
