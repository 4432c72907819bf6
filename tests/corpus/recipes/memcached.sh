# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Memcached as debian/rules has it, and the two parts that it leaves out though it patches them:
# the proxy, whose Lua is linked in as its own Makefile builds it, and the list of passwords.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=memcached

# Its -Werror is for the compilers that its authors have.
configure() {
    ./configure --prefix=/usr --enable-sasl --enable-tls --enable-proxy --enable-sasl-pwdb
    sed -i 's/ -Werror / /' Makefile
}

build() {
    make -C vendor
    make -j"$jobs" memcached
}
