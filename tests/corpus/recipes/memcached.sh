# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Memcached as debian/rules has it, and the two parts that it leaves out though it patches them:
# the proxy, whose Lua is linked in as its own Makefile builds it, and the list of passwords.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=memcached
suite='make test, twelve files of it'
files='binary-get cas evictions flags getandtouch incrdecr lru multiversioning noreply proxy stats touch'

configure() {
    ./configure --prefix=/usr --enable-sasl --enable-tls --enable-proxy --enable-sasl-pwdb
}

# Without configure's -Werror, which is for the compilers that its authors have.
build() {
    make -C vendor
    make -j"$jobs" CFLAGS="$CFLAGS" memcached
}

# Its tests are for a second program, with an option of its own, which the one that is installed
# does not have.
check() {
    make timedrun
    ln -sf memcached memcached-debug
    sed -i -e 's/ -o relaxed_privileges//' t/lib/MemcachedTest.pm t/proxy.t
    # shellcheck disable=SC2046,SC2086 # lists of words
    prove -v $(printf 't/%s.t ' $files)
}

results() {
    awk '/^t\/.*\.t \.\./ { file = $1 } /^(not )?ok [0-9]/ {
        good = $1 == "ok"; print (good ? "ok " : "not ok ") file " " $(good ? 2 : 3) }'
}
