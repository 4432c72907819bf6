# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Tinyproxy as debian/rules has it, without the manual pages.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=src/tinyproxy
suite='make test'

configure() {
    ./configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var --disable-manpage_support \
        --enable-filter --enable-reverse --enable-upstream --enable-xtinyproxy
}

build() { make -j"$jobs" -C src; }

check() { tests/scripts/run_tests.sh; }

# Some are there twice: before and after a reload.
results() {
    awk -F '[.][.][.] ?' 'NF > 1 && /^(checking|testing|requesting|signaling)/ {
        print ($2 ~ /^ok/ ? "ok " : "not ok ") $1 (seen[$1]++ ? ", again" : "") }'
}
