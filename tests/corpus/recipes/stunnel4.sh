# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Stunnel as debian/rules has it; its parameters for Diffie-Hellman are not made anew.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_CFLAGS_MAINT_APPEND=-Wall
programs=src/stunnel
suite='make check'

configure() {
    ./configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var --enable-ipv6 \
        --with-threads=pthread
    touch src/dhparam.c
}

build() { make -j"$jobs" -C src stunnel; }

check() {
    make -C tests/certs check && cd tests && python3 maketest.py --debug=10 --libs=/usr/lib
}

# The name of a test, and below it dots and the verdict.
results() {
    awk '/^[0-9]+\. / { name = $0 } / succeeded$/ { print "ok " name } / failed$/ { print "not ok " name }'
}
