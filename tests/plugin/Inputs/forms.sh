# SPDX-License-Identifier: BSD-2-Clause
#
# shellcheck shell=sh
# forms.sh - sourced by csmith.sh and gcc-torture.sh: the options for one of the
# forms that translated code takes. form NUMBER; any number will do.
form() {
    p=-fplugin-arg-revector
    case $(($1 % 6)) in
    0) echo ;;
    1) echo "$p-place=inline" ;;
    2) echo "$p-translation=leaf $p-place=inline" ;;
    3) echo "-fno-pie -no-pie" ;;
    4) echo "-fPIC $p-place=inline" ;;
    5) echo "$p-translation=leaf" ;;
    esac
}
