# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How Redis is built for the tests. Sourced after lib.sh.

# redis_build NAME PATCH: a copy of the package's source in build folder NAME, with
# the named patch of debian/patches taken off ('' for none), built by revector-cc.
redis_build() {
    redis_src=$(apps_source redis)
    redis_dir=$REVECTOR_APPS/$1
    if [ ! -d "$redis_dir/src" ]; then
        mkdir -p "$redis_dir"
        cp -a "$redis_src/." "$redis_dir/"
        [ -z "$2" ] || (cd "$redis_dir" && patch -R -p1 --no-backup-if-mismatch <"debian/patches/$2") >&2
    fi
    say "building Redis with $REVECTOR_CC"
    apps_build "$1" make -j"$(nproc)" CC="$REVECTOR_CC" MALLOC=libc OPTIMIZATION=-O2 V=1 -C src \
        redis-server redis-cli redis-benchmark
    instrumented "$redis_dir/src/redis-server"
}
