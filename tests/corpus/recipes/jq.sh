# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# jq as debian/rules has it: a small program, and a library that it loads.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs='.libs/jq .libs/libjq.so.1'
inputs='configure.ac Makefile.am'
suite='make check, without the examples in the manual'

# Libtool's test of nm declares all symbols of an object as variables in a program of its own. With
# two that revector-cc adds that cannot be linked, so configure's tests go without it.
configure() {
    autoreconf -fi
    REVECTOR_OFF=1 ./configure --prefix=/usr --disable-maintainer-mode --disable-silent-rules --disable-static \
        --disable-docs
}

build() {
    make src/builtin.inc
    make -j"$jobs" jq
}

# Valgrind cannot read what Clang says of line numbers.
check() { make check VERBOSE=1 NO_VALGRIND=1; }
