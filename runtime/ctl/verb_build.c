/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_build.c - revector build, and patch, which applies what it has built.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "process.h"
#include "tools.h"

/* The first file's name in the working directory, with .rvp for its ending. */
static void default_output(const char *file, char *path, size_t size)
{
    const char *name = basename(file);
    const char *dot = strrchr(name, '.');

    snprintf(path, size, "%.*s.rvp", dot && dot != name ? (int)(dot - name) : (int)strlen(name),
             name);
}

static int jobs_of(struct rv_command *command, int *jobs)
{
    const char *text = command->args.jobs;

    *jobs = rv_tool_processors();
    if (!text || !rv_jobs_parse(text, jobs))
        return 0;
    return rv_because(&command->reason, RV_EOPTIONS, "--jobs %s", text);
}

int rv_verb_build(struct rv_command *command)
{
    const struct rv_args *args = &command->args;
    char output[PATH_MAX], made[PATH_MAX];
    struct rv_build_request request = {
        .program = args->program,
        .files = args->operands,
        .file_count = args->operand_count,
        .output = args->output ? args->output : output,
    };
    int error = jobs_of(command, &request.jobs);

    if (error)
        return error;
    if (!args->program)
        return rv_because(&command->reason, RV_EOPTIONS, "--for PROGRAM|PID is missing");
    default_output(args->operands[0], output, sizeof(output));
    error = rv_build(command, &request, made);
    if (!error)
        rv_out_text(&command->out, "patch", made);
    return error;
}

int rv_verb_patch(struct rv_command *command)
{
    const struct rv_args *args = &command->args;
    struct rv_apply_request apply;
    char made[PATH_MAX], program[16];
    struct rv_build_request request = {
        .program = program,
        .files = args->operands + 1,
        .file_count = args->operand_count - 1,
    };
    struct rv_pids pids;
    int error = rv_apply_request_parse(command, &apply);

    if (!error)
        error = jobs_of(command, &request.jobs);
    if (!error)
        error = rv_process_all(args->operands[0], &pids, &command->reason);
    if (error)
        return error;
    snprintf(program, sizeof(program), "%d", pids.all[0]);
    rv_process_free(&pids);
    error = rv_build(command, &request, made);
    if (error)
        return error;
    rv_out_text(&command->out, "patch", made);
    return rv_apply_file(command, args->operands[0], made, &apply);
}
