# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Expat's shared library as debian/rules has it, and a user of it, which is ours.
programs='expat/lib/.libs/libexpat.so.1 xml-expat expat/tests/runtests'
suite='make check, without its tests built as C++'
tester=expat/tests/runtests

configure() {
    cd expat || return
    ./buildconf.sh
    CFLAGS="$CFLAGS -Wall" LDFLAGS="-Wl,-Bsymbolic-functions $LDFLAGS" \
        ./configure --prefix=/usr --disable-static --without-docbook --without-xmlwf \
        --without-examples
}

build() {
    local users
    users=$(dirname "$recipe")/../users
    make -j"$jobs" -C expat/lib
    "$CC" $CFLAGS $CPPFLAGS $LDFLAGS -Iexpat/lib -o xml-expat "$users/xml-expat.c" \
        -Lexpat/lib/.libs -lexpat
    make -C expat/tests runtests
}

check() { cd expat/tests && ./runtests -v; }

results() { sed -nE 's/^PASS: /ok /p; s/^FAIL: (\w+).*/not ok \1/p' | upstreams expat/tests/runtests.c; }
