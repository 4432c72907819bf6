#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# style.sh - the checks that hold the house together; each finding is "file:line: why".
#
# They read the sources only and take seconds. What needs a build is a test:
# the freestanding link, headers as C++. tests/style/run.sh proves of every
# check that it can fail.
usage='usage: scripts/style.sh [--only CHECK] [--root DIR] [--list]
Checks the sources of this checkout, or of the tree DIR. Exit status 1: something was found.'

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/scripts/lib.sh"
set +e +o pipefail # what a check prints decides: "grep found nothing" is good news here

only='' root=$top
while [ $# -gt 0 ]; do
    case $1 in
    --only) only=${2:?$usage} && shift ;;
    --root) root=${2:?$usage} && shift ;;
    --list) only=--list ;;
    --help) say "$usage" && exit ;;
    *) printf '%s\n' "style.sh: unknown option $1" "$usage" >&2 && exit 2 ;;
    esac
    shift
done

# Our files by pattern, in the given folders (default: all), one a line, as paths from the root.
# No git: a fresh machine has none. Inputs of the plugin's tests are programs of any style.
files() {
    local pattern=$1
    shift
    [ $# -gt 0 ] || set -- .
    (cd "$root" && find "$@" \( -name build -o -name .git -o -name .library -o -name .cache \) -prune \
        -o -type f -print 2>/dev/null) | sed 's|^\./||' | grep -E "$pattern" | sort
}

c_files='\.(c|h|S|cpp|def)$'
ours='tablewalk runtime compiler-plugin examples bench tests/tablewalk tests/runtime tests/ctl'

# Lines of $2... (extended regular expression $1), each with $why behind it.
refuse() {
    local why=$1 pattern=$2 list
    shift 2
    list=$(cat)
    [ -z "$list" ] || (cd "$root" && tr '\n' '\0' <<<"$list" | xargs -0 grep -nHE "$pattern" /dev/null "$@") |
        sed "s|\$|    [$why]|"
}

# ---- the checks: what they print are findings ----

# The layers that a file of a layer may include from; the order of design.md.
may_include() {
    case $1 in
    tablewalk) echo tablewalk ;;
    runtime/include) echo runtime/include ;;
    runtime/arch) echo runtime/arch runtime/include tablewalk ;;
    runtime/core) echo runtime/core runtime/arch runtime/include tablewalk ;;
    runtime/control) echo runtime/control runtime/arch runtime/include ;;
    runtime/host) echo runtime/host runtime/control runtime/core runtime/arch runtime/include tablewalk ;;
    runtime/ctl) echo runtime/ctl runtime/control runtime/host runtime/core runtime/arch runtime/include tablewalk ;;
    compiler-plugin) echo compiler-plugin runtime/arch runtime/include tablewalk ;;
    esac
}

layers='tablewalk runtime/include runtime/arch runtime/core runtime/control runtime/host runtime/ctl compiler-plugin'

# The layer in which "#include NAME" finds its file, seen from folder $2; nothing: not one of ours.
layer_of_include() {
    local layer
    for layer in $(may_include "$2") $layers; do
        if [ -n "$(cd "$root" && find "$layer" -path "*/$1" -print -quit 2>/dev/null)" ]; then
            echo "$layer"
            return
        fi
    done
}

check_include_direction() {
    local layer file line name target
    for layer in $layers; do
        while IFS=: read -r file line name; do
            target=$(layer_of_include "$name" "$layer")
            case " $(may_include "$layer") " in
            *" ${target:-$layer} "*) ;;
            *) say "$file:$line: $layer may not include $name of $target: includes go down only" ;;
            esac
        done < <(cd "$root" && files '\.(c|h|S|cpp)$' "$layer" | xargs -r grep -nHE '^ *# *include *"' |
            sed -E 's/^([^:]+:[0-9]+:).*"([^"]+)".*/\1\2/')
    done
}

# What a kernel has: the headers that C11 promises to freestanding programs.
check_freestanding_headers() {
    files '\.[ch]$' tablewalk runtime/core |
        refuse 'this layer is freestanding: only stddef, stdint, stdbool, stdarg, limits, stdalign, stdnoreturn' \
            '^ *# *include *<' |
        grep -vE '<(stddef|stdint|stdbool|stdarg|limits|stdalign|stdnoreturn)\.h>'
}

check_atomics() {
    # shellcheck disable=SC2086 # a list of words
    files "$c_files" $ours | grep -v '^tablewalk/tw_atomic\.h$' |
        refuse 'only tablewalk/tw_atomic.h spells atomics' '__atomic_|__sync_|_Atomic|memory_order|stdatomic\.h'
}

check_per_cpu() {
    # shellcheck disable=SC2086
    files "$c_files" $ours | grep -vE '(^|/)arch/' |
        refuse 'per-CPU code lives in an arch folder' \
            '^ *# *(if|ifdef|ifndef|elif).*(__x86_64__|__i386__|__aarch64__|__arm__|__riscv|__s390|__powerpc)'
}

check_spdx() {
    local file
    files '\.(c|h|S|cpp|def|sh|py|cmake|map|td)$|(^|/)CMakeLists\.txt$' | while read -r file; do
        head -n 5 "$root/$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' ||
            say "$file:1: no SPDX line in the first five"
    done
}

check_file_length() {
    local file lines
    files '\.(c|h|S|cpp|def|sh|py)$' | while read -r file; do
        lines=$(wc -l <"$root/$file")
        [ "$lines" -le 500 ] || say "$file:$lines: longer than 500 lines: which two things does it do?"
    done
}

# In the brace style of our C, functions are what stands between ^{ and ^}.
check_function_length() {
    # shellcheck disable=SC2086
    files '\.c$' $ours | (cd "$root" && xargs -r awk '
        /^{/ { start = FNR }
        /^}/ && start { if (FNR - start > 80) print FILENAME ":" start ": function longer than 80 lines"; start = 0 }')
}

check_whitespace() {
    local file
    files '\.(c|h|S|cpp|def|sh|py|cmake|map|md|txt|json|yml)$' | refuse 'trailing white space' '[[:space:]]$'
    files '\.(c|h|S|cpp|def|sh|py|cmake|map|md|txt|json|yml)$' | while read -r file; do
        [ ! -s "$root/$file" ] || [ -z "$(tail -c 1 "$root/$file")" ] ||
            say "$file:$(wc -l <"$root/$file"): no line end at the end of the file"
    done
    files '\.(c|h|cpp|def)$' | refuse 'tabs do not belong in C sources' $'\t'
}

check_shell() {
    local file
    files '(\.sh|^\.ci/run)$' | while read -r file; do
        bash -n "$root/$file" 2>&1 | sed "s|^|$file:1: |"
    done
    if command -v shellcheck >/dev/null; then
        files '(\.sh|^\.ci/run)$' | (cd "$root" && xargs -r shellcheck -x -P SCRIPTDIR -P scripts -S warning --format gcc)
    fi
}

check_format() {
    command -v clang-format-19 >/dev/null || { say "clang-format-19:0: is not installed" && return; }
    # shellcheck disable=SC2086
    files '\.(c|h|cpp)$' $ours | (cd "$root" && xargs -r clang-format-19 --dry-run 2>&1) |
        sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: warning: .*/\1: not as clang-format-19 would have it/p' | sort -u
}

# The tests of ours that tests/PEERS.md names in its second column: `FILE` or `FILE: NAME`.
check_peers() {
    local list=tests/PEERS.md line ours remark name file
    [ -e "$root/$list" ] || return
    while IFS='|' read -r line _ ours remark _; do
        line=${line%%:*}
        [ "$ours" != ' - ' ] || [ -n "${remark// /}" ] || say "$list:$line: no test of ours, and no reason"
        grep -oE '`[^`]+`' <<<"$ours" | tr -d '`' | while IFS= read -r name; do
            file=tests/${name%%: *}
            if [ ! -f "$root/$file" ]; then
                say "$list:$line: there is no $file"
            elif [ "$file" != "tests/$name" ] && ! grep -qF -- "${name#*: }" "$root/$file"; then
                say "$list:$line: $file has no \"${name#*: }\""
            fi
        done
    done < <(grep -nE '^\| .* \| .* \| .*\|$' "$root/$list")
}

# ---- all of them ----

checks=$(declare -F | sed -n 's/^declare -f check_//p')
if [ "$only" = --list ]; then
    say "$checks"
    exit
fi
passed=0 failed=0
for check in ${only:-$checks}; do
    declare -F "check_$check" >/dev/null || die "there is no check \"$check\"; --list shows them"
    findings=$("check_$check")
    if [ -z "$findings" ]; then
        passed=$((passed + 1))
        say "ok       $check"
    else
        failed=$((failed + 1))
        say "$findings"
        say "${red}not ok${plain}   $check: $(wc -l <<<"$findings") findings"
    fi
done
say "style: $passed passed, $failed failed"
[ $failed -eq 0 ]
