#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# headers_as_cxx.sh ROOT COMPILER... - every public header compiles alone, as C11
# without a C library's headers and as C++17, by every compiler given that is there.
set -eu
cd "$1"
shift
status=0
for compiler; do
    command -v "$compiler" >/dev/null || continue
    case $compiler in
    *++*) language='-x c++ -std=c++17' ;;
    *) language='-x c -std=c11 -ffreestanding' ;;
    esac
    for header in tablewalk/*.h runtime/include/revector/*.h; do
        # shellcheck disable=SC2086  # the language is several words
        printf '#include "%s"\n' "$header" |
            "$compiler" $language -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I . \
                -I runtime/include - || { echo "$compiler refuses $header" && status=1; }
    done
done
exit $status
