# SPDX-License-Identifier: BSD-2-Clause
# lib.sh - what the project's scripts share: messages, packages, building.
#
# Sourced by bash scripts that have set `top` to the root of the checkout. Needs
# nothing but a Debian base system until need_packages has run.
# shellcheck shell=bash disable=SC2034,SC2154

set -euo pipefail
export LC_ALL=C.UTF-8

if [ -t 1 ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' green='' plain=''
fi
lib_started=$SECONDS

# A heading, with the time since the script began.
stage() {
    printf '\n%s[%3ds] %s%s\n' "$bold" $((SECONDS - lib_started)) "$*" "$plain"
}

say() {
    printf '%s\n' "$*"
}

# One sentence, and the end.
die() {
    printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
    exit 1
}

# ---- packages ----

# Lines "name # why" of the given sections of packages.txt.
package_lines() {
    awk -v wanted=" $* " '
        /^\[.*\]$/ { section = substr($0, 2, length($0) - 2); next }
        /^[^#]/ && index(wanted, " " section " ")' "$top/scripts/packages.txt"
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Puts the missing packages of the given sections on the machine, or says how and ends.
need_packages() {
    local name why missing=()
    command -v dpkg-query >/dev/null ||
        die "this is no Debian; install by hand what scripts/packages.txt lists, and build with cmake"
    while IFS='#' read -r name why; do
        name=${name// /}
        installed "$name" && continue
        [ ${#missing[@]} -gt 0 ] || say "These packages are missing:"
        missing+=("$name")
        printf '  %-20s%s\n' "$name" "$why"
    done < <(package_lines "$@")
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    [ "$(id -u)" = 0 ] || die "installing needs root; run this once, and then me again:
    sudo apt-get update && sudo apt-get install --no-install-recommends $*"
    say "Installing them with apt-get, which takes a minute or two."
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update
    quietly apt-get install -y --no-install-recommends "$@"
}

# ---- running ----

# Runs a command, a dot every five seconds, and shows its output only if it fails.
quietly() {
    local log ticker status=0 begun=$SECONDS
    log=$(mktemp)
    (while sleep 5; do printf .; done) &
    ticker=$!
    "$@" >"$log" 2>&1 || status=$?
    kill "$ticker" && wait "$ticker" 2>/dev/null || true
    [ $((SECONDS - begun)) -lt 5 ] || printf '\n'
    [ $status -eq 0 ] || grep -vE '^\[[0-9]+/[0-9]+\]' "$log" | tail -n 60 >&2
    rm -f "$log"
    [ $status -eq 0 ] || die "this failed with status $status: $*"
}

# Builds a target of a preset. Settings, if any, are for the first time: a build
# that is there already keeps its own.
#   build_preset PRESET [TARGET [-DSETTING]...]
build_preset() {
    local preset=$1 target=${2:-all}
    shift $(($# < 2 ? $# : 2))
    say "Building $target in build/$preset."
    cd "$top"
    [ $# -gt 0 ] && [ -f "build/$preset/build.ninja" ] || quietly cmake --preset "$preset" "$@"
    quietly cmake --build "build/$preset" --target "$target" -- -k 0
}
