# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Dnsmasq as debian/rules builds dnsmasq-base.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=src/dnsmasq
no_suite="upstream has none; Debian's are for the installed package, in a container, with BIND"

build() {
    make -j"$jobs" all CC="$CC" CFLAGS="$CFLAGS $CPPFLAGS" LDFLAGS="$LDFLAGS" PREFIX=/usr \
        COPTS='-DHAVE_DBUS -DHAVE_LIBIDN2 -DHAVE_NFTSET -DHAVE_CONNTRACK -DHAVE_DNSSEC'
}
