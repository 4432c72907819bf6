#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# recipe.sh PACKAGE STEP - runs one step of recipes/PACKAGE.sh in the package's
# source folder, which is the working directory. CC is the compiler.
#   configure   once, after unpacking
#   generate    after a change of the sources: what a compile needs besides them
#   build       compiles and links what is out of date
#   programs    prints the files that a run needs, one a line
#   generated   prints the sources that `generate` writes
# Flags are those that dpkg-buildflags gives to the package.
set -euo pipefail
recipe=$(dirname "$0")/recipes/$1.sh
# shellcheck disable=SC2034 # for the recipe
jobs=${JOBS:-$(nproc)}

programs='' generated='' # lists of words
configure() { :; }
generate() { :; }
# shellcheck source=/dev/null
. "$recipe"
eval "$(dpkg-buildflags --export=sh)"

case $2 in
configure | generate | build) "$2" ;;
programs) printf '%s\n' $programs ;;
generated) printf '%s\n' $generated ;;
*) echo "recipe.sh: there is no step $2" >&2 && exit 2 ;;
esac
