#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# same.sh OUT ARGUMENT... - the plugin changes nothing that a program shows.
#
# ARGUMENT... are sources and options. The program is built plainly and with the
# plugin, in each of the ways below, and run; output and exit status must be
# those of the plain program. WAYS overrides the list, one way a line.
set -u
out=$1
shift
p=-fplugin-arg-revector
default_ways="-O0
-O2
-O1 -fno-pie -no-pie
-Os -fPIC
-O2 $p-translation=leaf
-O0 $p-place=inline
-O2 -fPIC $p-place=inline
-O3 -fno-pie -no-pie $p-translation=leaf $p-place=inline"

case " $* " in
*.cpp\ *) wrapper=$REVECTOR_BUILD/bin/revector-c++ ;;
*) wrapper=$REVECTOR_BUILD/bin/revector-cc ;;
esac

# Output and exit status of what is built with the remaining arguments.
show() {
    program=$1
    shift
    "$wrapper" "$@" -o "$program" || return 1
    "$program" >"$program.shown" 2>&1
    echo "exit status $?" >>"$program.shown"
}

mkdir -p "$(dirname "$out")"
failed=0
while read -r way; do
    # The words of a way are options of their own.
    # shellcheck disable=SC2086
    REVECTOR_OFF=1 show "$out.plain" $way "$@" && show "$out.revector" $way "$@" &&
        diff -u "$out.plain.shown" "$out.revector.shown" && continue
    echo "differs when built with: $way $*" >&2
    failed=1
done <<END
${WAYS:-$default_ways}
END
cat "$out.plain.shown"
exit $failed
