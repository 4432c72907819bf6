# SPDX-License-Identifier: BSD-2-Clause
#
# shellcheck shell=bash disable=SC2034
# lib.sh - what the end-to-end tests share; sourced by bash, not run.
#
# A test is a script SCRIPT BUILD-DIRECTORY. It works in a folder of its own,
# ends at the first failed expectation with a sentence, and leaves nothing
# running. Exit status 77: it cannot be done here, and the last line says why.
set -u
answer='' output=''

here=$(dirname -- "$(readlink -f -- "$0")")
build=$1
PATH=$build/bin:$PATH
export XDG_STATE_HOME HOME
work=$(mktemp -d)
XDG_STATE_HOME=$work/state
HOME=$work
started=

cleanup() {
    for pid in $started; do
        kill -9 "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1

# fail SENTENCE: with what the last process of the test says of itself, if it still does.
fail() {
    printf 'FAILED: %s\n' "$1" >&2
    [ -z "${pid-}" ] || timeout 5 revector status "$pid" >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$1" >&2
    exit 77
}

# expect WANTED GOT WHAT: both are the same.
expect() {
    [ "$1" = "$2" ] || fail "$3: expected '$1', got '$2'"
}

# expect_has TEXT PART WHAT
expect_has() {
    case $1 in
    *"$2"*) ;;
    *) fail "$3: '$2' is not in '$1'" ;;
    esac
}

# refused STATUS SENTENCE COMMAND...: fails with that status and one sentence that has this in it.
refused() {
    wanted=$1 sentence=$2
    shift 2
    "$@" >out.refused 2>err.refused
    status=$?
    expect "$wanted" "$status" "exit status of '$*' ($(cat err.refused))"
    expect_has "$(cat err.refused)" "$sentence" "what '$*' says"
}

# one_sentence WHAT: what is in `err` is one, apart from what it said while it waited.
one_sentence() {
    [ "$(grep '^revector: ' err | grep -vc 'revector: waiting: ')" = 1 ] || fail "not one sentence, $1: $(cat err)"
}

# works COMMAND...: ends well; its output is in $output.
works() {
    output=$("$@" 2>err.works) || fail "'$*' failed: $(cat err.works)"
}

# start NAME PROGRAM ARGS...: runs it; ask NAME then talks to it. $pid is its pid.
start() {
    name=$1
    shift
    mkfifo "$name.in" "$name.out"
    "$@" <"$name.in" >"$name.out" 2>"$name.err" &
    pid=$!
    disown
    started="$started $pid"
    exec {to}>"$name.in" {from}<"$name.out"
    eval "${name}_to=$to ${name}_from=$from"
    wait_for_agent "$pid"
}

# hear NAME: the next line that it says by itself, in $answer.
hear() {
    eval "IFS= read -r answer <&\$${1}_from" || fail "$1 says nothing: $(cat "$1.err")"
}

# ask NAME LINE: one line there, one line back, in $answer.
ask() {
    eval "printf '%s\n' \"\$2\" >&\$${1}_to"
    eval "IFS= read -r answer <&\$${1}_from" || fail "$1 does not answer '$2': $(cat "$1.err")"
}

# eventually WHAT COMMAND...: it comes true. A test waits for what it needs, never for a time
# that "should do": the machine may be busy, and 20 seconds are meant to be too much for it.
eventually() {
    local what=$1 last=$((SECONDS + 20))
    shift
    until "$@"; do
        [ $SECONDS -lt $last ] || fail "$what: not in 20 seconds"
        sleep 0.02
    done
}

# answers NAME LINE WANTED: what it answers to the line, for `eventually`.
answers() {
    ask "$1" "$2"
    [ "$answer" = "$3" ]
}

# status_has PID PART, status_lacks PID PART: now, not in the log of what has been; for
# `eventually`.
status_has() {
    case $(revector status "$1" 2>&1 | sed '/^ *age  event$/,$d') in *"$2"*) ;; *) return 1 ;; esac
}

status_lacks() {
    ! status_has "$@"
}

# until_status PID PART
until_status() {
    eventually "status of $1 says '$2' ($(revector status "$1" 2>&1))" status_has "$1" "$2"
}

# maps_lack PID PATTERN: no file like that is mapped; for `eventually`.
maps_lack() {
    ! grep -qE "$2" "/proc/$1/maps"
}

has_agent() {
    revector status "$1" >/dev/null 2>&1
}

wait_for_agent() {
    eventually "an agent in process $1" has_agent "$1"
}

# compile OUTPUT ARGS...: with the plugin, quietly.
compile() {
    output_file=$1
    shift
    revector-cc -O2 -g "$@" -o "$output_file" 2>cc.err || fail "cannot compile: $(cat cc.err)"
}

# change FILE SED-SCRIPT: a changed copy of it under the same name in fix/.
change() {
    mkdir -p fix
    sed "$2" "$1" >"fix/${1##*/}"
    cmp -s "$1" "fix/${1##*/}" && fail "the test's own change of $1 changes nothing: $2"
    return 0
}

# held_program NAME PRINTF-ARGUMENTS: NAME.c, with the functions that come on stdin. It prints
# them after each line; "h" starts a thread, called held, that stays in hold(), which a patch
# may replace, until "r".
held_program() {
    {
        cat <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

C
        cat
        cat <<'C'

static volatile int inside;

/* Left only when a byte comes. */
__attribute__((noinline)) int hold(int fd)
{
    char byte;
    volatile int got = 1;
    inside = 1;
    return read(fd, &byte, 1) == got;
}

static int ends[2];

static void *held(void *unused)
{
    pthread_setname_np(pthread_self(), "held");
    hold(ends[0]);
    return unused;
}

int main(void)
{
    pthread_t thread;
    char line[64];

    if (pipe(ends))
        return 3;
    while (fgets(line, sizeof(line), stdin)) {
        inside = 0;
        if (line[0] == 'h' && pthread_create(&thread, NULL, held, NULL))
            return 3;
        while (line[0] == 'h' && !inside)
            usleep(1000);
        if (line[0] == 'r' && write(ends[1], "x", 1) != 1)
            return 3;
C
        printf '        printf(%s);\n        fflush(stdout);\n    }\n}\n' "$2"
    } >"$1.c"
}
