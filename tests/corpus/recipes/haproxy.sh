# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# HAProxy as debian/rules has it. The date is left out of its version.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_LDFLAGS_MAINT_APPEND=-Wl,--as-needed
programs=haproxy
no_suite="its tests need vtest, which Debian 12 does not have"

build() {
    make -j"$jobs" haproxy V=1 IGNOREGIT=true PREFIX=/usr TARGET=linux-glibc USE_SYSTEMD=1 \
        USE_PCRE2=1 USE_PCRE2_JIT=1 USE_OPENSSL=1 USE_SLZ=1 USE_LUA=1 USE_PROMEX=1 USE_OT=1 \
        LUA_INC=/usr/include/lua5.3 CC="$CC" DEBUG_CFLAGS="$CFLAGS $CPPFLAGS" LDFLAGS="$LDFLAGS"
}
