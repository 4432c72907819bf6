# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Lua's interpreter as debian/rules has it, with its library in it; the compiler's files
# are for size (-Os). The shared libraries are built beside it, as their rule wants it.
programs=src/lua5.4
no_suite='ships none'
inputs=src/Makefile

configure() {
    mkdir -p debian/libtool
    cp debian/configure.ac debian/libtool/
    (cd debian/libtool && LIBTOOLIZE='libtoolize -i' autoreconf -f -i && ./configure)
    printf '#define DEB_HOST_MULTIARCH "%s"\n' "$(dpkg-architecture -qDEB_HOST_MULTIARCH)" \
        >src/lua5.4-deb-multiarch.h
}

# The rule for the two libraries runs twice at once under -j; the objects can.
build() {
    lua -j"$jobs" ALL=o
    lua
}

lua() {
    make linux-readline V=5.4 LUA_V=5.4 LIBTOOL="$PWD/debian/libtool/libtool" CC="$CC -std=gnu99" \
        CXX=g++ "$@"
}
