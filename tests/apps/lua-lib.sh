# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How Lua is built for the tests and the figures. Sourced after lib.sh.

# lua_build NAME CC CXX: Debian's Lua 5.4 in build folder NAME; the interpreter is
# left in $lua_dir/src/lua5.4. Debian's package makes one header at build time.
lua_build() {
    lua_src=$(apps_source lua5.4)
    lua_dir=$REVECTOR_APPS/$1
    if [ ! -d "$lua_dir/src" ]; then
        mkdir -p "$lua_dir"
        cp -a "$lua_src/." "$lua_dir/"
        echo '#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"' >"$lua_dir/src/lua5.4-deb-multiarch.h"
    fi
    apps_build "$1" make -j"$(nproc)" linux-readline CC="$2 -std=gnu99" CXX="$3" V=5.4 LUA_V=5.4 LIBTOOL=libtool
}
