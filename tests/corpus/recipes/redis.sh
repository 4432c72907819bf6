# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Redis as debian/rules has it: TLS, systemd, the system's jemalloc; its Lua and
# hiredis are in the source.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_CFLAGS_MAINT_APPEND=-I/usr/include/liblzf
export DEB_LDFLAGS_MAINT_APPEND='-Wl,-no-as-needed -ldl -latomic -llzf'
export BUILD_TLS=yes
programs=src/redis-server
suite='runtest, seven units'
units='type/string type/hash type/incr acl multi scripting sort'

build() {
    # The rule for the server does not look into the library.
    if [ -e deps/lua/src/liblua.a ]; then
        make -C deps lua
        [ src/redis-server -nt deps/lua/src/liblua.a ] || rm -f src/redis-server
    fi
    make -j"$jobs" -C src V=1 USE_SYSTEM_JEMALLOC=yes USE_SYSTEMD=yes USE_JEMALLOC=yes redis-server
}

check() { runtest --clients 1; }

# The suite would have the server crash or sleep by DEBUG, which this server does not allow.
served() { runtest --host 127.0.0.1 --port "$PORT" --tags -needs:debug; }

runtest() {
    # shellcheck disable=SC2046,SC2086 # lists of words
    ./runtest $(printf -- '--single unit/%s ' $units) "$@"
}

results() {
    sed -E 's/\x1b\[[0-9;]*m//g; s/ \([0-9]+ ms\)$//' |
        sed -nE 's/^\[ok\]: /ok /p; s/^\[(err|exception)\]: /not ok /p'
}
