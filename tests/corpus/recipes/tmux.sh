# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# tmux as debian/rules has it.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs=tmux
no_suite='ships none'

configure() { ./configure --prefix=/usr --enable-utempter; }

build() { make -j"$jobs"; }
