# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# How Lua is built for the tests and the figures. Sourced after lib.sh.

# lua_build NAME CC CXX: Debian's Lua 5.4 in build folder NAME; the interpreter is
# left in $lua_dir/src/lua5.4. Debian's package makes one header at build time.
lua_build() {
    lua_src=$(apps_source lua5.4)
    apps_copy "$lua_src" "$1"
    if [ "$fresh" = yes ]; then
        echo '#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"' >"$dir/src/lua5.4-deb-multiarch.h"
    fi
    lua_dir=$dir
    # Debian's rule for the two libraries runs twice at once under -j; the objects can.
    apps_build lua_make -j"$(nproc)" CC="$2 -std=gnu99" CXX="$3" ALL=o
    apps_build lua_make CC="$2 -std=gnu99" CXX="$3"
}

lua_make() {
    make linux-readline V=5.4 LUA_V=5.4 LIBTOOL=libtool "$@"
}
