#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# library_file.sh LIBRARY - what a system demands of librevector.so: no text relocation,
# no symbol that only glibc's own libraries may use, no executable stack.
set -eu

fail() {
    echo "$1: $2" >&2
    exit 1
}

dynamic=$(readelf -W -d "$1")
symbols=$(readelf -W --dyn-syms "$1")
headers=$(readelf -W -l "$1")
case $symbols in *rv_apply*) ;; *) fail "$1" "readelf shows no symbols" ;; esac
case $dynamic in *TEXTREL*) fail "$1" "has text relocations" ;; esac
case $symbols in *GLIBC_PRIVATE*) fail "$1" "uses what is private to glibc" ;; esac
case $headers in *GNU_STACK*RWE*) fail "$1" "asks for an executable stack" ;; esac
