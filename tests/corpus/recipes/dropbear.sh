# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Dropbear as debian/rules has it, with the system's libtomcrypt: the server, and what makes keys.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_LDFLAGS_MAINT_APPEND='-fPIE -pie'
programs='dropbear dropbearkey'
no_suite="debian/rules leaves them out, since they write to ~/.ssh"

configure() {
    ./configure --prefix=/usr --disable-bundled-libtom
    install -m0644 debian/localoptions.h .
}

build() { make -j"$jobs" PROGRAMS='dropbear dropbearkey'; }
