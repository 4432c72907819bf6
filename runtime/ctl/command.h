/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.h - what every verb of the `revector` command is given and gives back.
 *
 * The command line is described once: RV_OPTIONS has every option there is, and
 * the table of verbs (main.c) says which of them a verb takes. Parser, --help
 * and the man pages' test read the same tables. One thread.
 */
#ifndef REVECTOR_CTL_COMMAND_H
#define REVECTOR_CTL_COMMAND_H

#include <stddef.h>

#include "output.h"
#include "revector/error.h"

/* X(field of struct rv_args, name, value or a null pointer for a switch, help) */
#define RV_OPTIONS(X)                                                                              \
    X(program, "for", "PROGRAM|PID", "the program to patch: its file, or a process that runs it")  \
    X(output, "o", "FIX.rvp", "where to put the patch (default: the first FILE, with .rvp)")       \
    X(unit, "unit", "SOURCE", "which of the program's source files FILE stands for")               \
    X(jobs, "jobs", "N", "run so many compilers at once (default: one on each processor)")         \
    X(consistency, "consistency", "call|thread|process", "what never mixes old and new (thread)")  \
    X(timeout, "timeout", "TIME", "give up after this time: 500ms, 5 or 5s, 2min (5s)")            \
    X(confirm, "confirm", "TIME", "revert after this time unless revector confirm comes")          \
    X(probation, "probation", "TIME", "take it back if it crashes in this time; 0: never (10s)")   \
    X(once, "once", NULL, "do not keep it for the next start (REVECTOR_UPDATES)")                  \
    X(replace, "replace", NULL, "supersede all updates in force: the patch is cumulative")         \
    X(dry_run, "dry-run", NULL, "check everything, change nothing")                                \
    X(signature, "signature", "FILE", "what minisign made for the patch (FIX.rvp.minisig)")        \
    X(key, "key", "KEY|FILE", "check the signature by this minisign key, or file of keys")         \
    X(all, "all", NULL, "every update")                                                            \
    X(verbose, "verbose", NULL, "say what is being done, also when stderr is not a terminal")      \
    X(json, "json", NULL, "print JSON")                                                            \
    X(help, "help", NULL, "print this help")

enum rv_option {
#define X(field, name, value, text) RV_OPTION_##field,
    RV_OPTIONS(X)
#undef X
        RV_OPTION_COUNT
};

#define RV_TAKES(field) (1u << RV_OPTION_##field)

/* What was given; a null pointer: not given. A switch that was given is its name. */
struct rv_args {
#define X(field, name, value, text) const char *field;
    RV_OPTIONS(X)
#undef X
    char **operands; /* in the caller's argv */
    int operand_count;
};

/* The sentence that goes with a refusal, when there is more to say than the error's own. */
struct rv_reason {
    char text[2048];
};

/* Sets the sentence: the error's own, a colon, and this. Returns `error`. */
int rv_because(struct rv_reason *reason, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct rv_command {
    struct rv_args args;
    struct rv_out out;
    struct rv_reason reason;
};

struct rv_verb {
    const char *name, *operands;
    int least, most;     /* operands; most < 0: any number */
    unsigned options;    /* RV_TAKES(...) of those it takes besides --json and --help */
    const char *summary; /* one line */
    const char *details; /* the rest of --help */
    int (*run)(struct rv_command *command); /* 0, or a negative error */
};

/* ---- options.c ---- */

/*
 * Sort argv (the verb's own arguments, changed in place) into `args`. A wrong
 * command line is a sentence in `reason` and RV_EOPTIONS. Stops early at --help.
 */
int rv_args_parse(const struct rv_verb *verb, int argc, char **argv, struct rv_args *args,
                  struct rv_reason *reason) __attribute__((warn_unused_result));

void rv_verb_help(const struct rv_verb *verb, FILE *to);

/* "500ms", "5s", "2min", "1h", or a number of seconds, as milliseconds. RV_EOPTIONS. */
int rv_time_parse(const char *text, unsigned *milliseconds) __attribute__((warn_unused_result));

/* How many of something run at once: a number from 1 to RV_JOBS_MAX. RV_EOPTIONS. */
#define RV_JOBS_MAX 1024
int rv_jobs_parse(const char *text, int *jobs) __attribute__((warn_unused_result));

/*
 * The operand UPDATE, a number; 0: there is none. RV_ENOUPDATE: it can be no update's.
 */
int rv_update_parse(struct rv_command *command, unsigned long *id)
    __attribute__((warn_unused_result));

/* ---- verbs, one file each ---- */

int rv_verb_build(struct rv_command *command);
int rv_verb_explain(struct rv_command *command);
int rv_verb_inspect(struct rv_command *command);
int rv_verb_apply(struct rv_command *command);
int rv_verb_revert(struct rv_command *command);
int rv_verb_patch(struct rv_command *command);
int rv_verb_status(struct rv_command *command);
int rv_verb_methods(struct rv_command *command);
int rv_verb_walk(struct rv_command *command);
int rv_verb_history(struct rv_command *command);
int rv_verb_confirm(struct rv_command *command);

/* ---- verb_apply.c: also for patch ---- */

/* Consistency and timeout of the command line. RV_EOPTIONS. */
struct rv_apply_request {
    unsigned consistency, timeout_ms;
    int dry_run;
    unsigned confirm_ms; /* 0: it need not be confirmed */
    int once, replace;
    int has_probation;
    unsigned probation_ms; /* 0: none */
};

int rv_apply_request_parse(struct rv_command *command, struct rv_apply_request *request)
    __attribute__((warn_unused_result));
/* The patch `path` goes to whatever `word` names: a process, or all of a program. */
int rv_apply_file(struct rv_command *command, const char *word, const char *path,
                  const struct rv_apply_request *request) __attribute__((warn_unused_result));

/* More than its --timeout for a process to load a patch and to answer, when it is busy. */
#define RV_APPLY_LOAD_MS 2000

#endif
