# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Fcgiwrap as debian/rules has it, but compiled and linked in two steps.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs='fcgiwrap'
no_suite="upstream has none; Debian's is for the installed package, in a container, with nginx"

# Configured as it is with all patches: without them it looks for a library that is no more.
configure() {
    git checkout -q "$(git tag --sort=v:refname | tail -n 1)" -- configure.ac Makefile.in
    autoreconf -i
    ./configure --prefix=/usr --with-systemd --with-systemdsystemunitdir=/lib/systemd/system
}

build() {
    make CC="$CC" CPPFLAGS="$CPPFLAGS" fcgiwrap.o
    "$CC" $CFLAGS $LDFLAGS -o fcgiwrap fcgiwrap.o -lfcgi -lsystemd
}
