# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# The shared library of libxml2 as debian/rules has it, and a user of it, which is ours.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_CFLAGS_MAINT_APPEND='-Wall -O3'
programs='.libs/libxml2.so.2 xml-libxml2'

configure() { ./configure --prefix=/usr --disable-static --with-history --without-python --with-icu; }

# Patches touch what the Makefile is made of, for tests of theirs.
build() {
    local users
    users=$(dirname "$recipe")/../users
    make -j"$jobs" ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: libxml2.la
    "$CC" $CFLAGS $CPPFLAGS $LDFLAGS -Iinclude -o xml-libxml2 "$users/xml-libxml2.c" \
        -L.libs -lxml2
}
