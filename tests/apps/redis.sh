#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Redis from Debian's source package, built unmodified by revector-cc, passes
# its own tests. With no argument: a quick selection. `redis.sh all`: all of
# ./runtest. Tests that fail on a plain build of the same package are left out.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/redis-lib.sh"

QUICK="unit/type/string unit/type/hash unit/type/incr unit/acl unit/acl-v2 unit/multi unit/scripting
    unit/sort"

redis_build redis ''
cd "$REVECTOR_APPS/redis"
if [ "${1:-quick}" = all ]; then
    exec ./runtest --clients 2 --skipunit unit/dump
fi
single=
for t in $QUICK; do
    single="$single --single $t"
done
# shellcheck disable=SC2086 # a list of options
./runtest --clients 2 $single >run.log 2>&1 || {
    grep -a -E '\[(err|exception)' run.log >&2 || tail -n 20 run.log >&2
    die "Redis: a test failed; see $REVECTOR_APPS/redis/run.log"
}
say "ok: $(grep -a -c '\[.*ok' run.log) tests of Redis's own"
