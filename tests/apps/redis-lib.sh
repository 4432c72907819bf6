# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# How Redis is built for the tests. Sourced after lib.sh.

# redis_build NAME PATCH: a copy of the package's source in build folder NAME, with
# the named patch of debian/patches taken off ('' for none), built by revector-cc.
redis_build() {
    redis_src=$(apps_source redis)
    apps_copy "$redis_src" "$1"
    if [ "$fresh" = yes ] && [ -n "$2" ]; then
        (cd "$dir" && patch -R -p1 --no-backup-if-mismatch <"debian/patches/$2") >&2
    fi
    redis_dir=$dir
    apps_build make -j"$(nproc)" CC="$REVECTOR_CC" MALLOC=libc OPTIMIZATION=-O2 V=1 -C src \
        redis-server redis-cli redis-benchmark
    instrumented "$redis_dir/src/redis-server"
}
