# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Tinyproxy as debian/rules has it, without the manual pages.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=src/tinyproxy

configure() {
    ./configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var --disable-manpage_support \
        --enable-filter --enable-reverse --enable-upstream --enable-xtinyproxy
}

build() { make -j"$jobs" -C src; }
