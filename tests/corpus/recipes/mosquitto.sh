# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Mosquitto's broker as debian/rules has it, by cmake. The sources of the library
# that it shares with the clients are compiled into it.
programs=obj/src/mosquitto
no_suite="debian/rules runs none; those of the broker are for one that is installed"

configure() {
    cmake -S . -B obj -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$CC" \
        -DCMAKE_C_FLAGS="$CFLAGS $CPPFLAGS" -DCMAKE_EXE_LINKER_FLAGS="$LDFLAGS" \
        -DWITH_BUNDLED_DEPS=OFF -DWITH_ADNS=ON -DUSE_LIBWRAP=ON -DWITH_WEBSOCKETS=ON -DWITH_DLT=ON \
        -DWITH_SYSTEMD=ON -DDOCUMENTATION=OFF
}

build() { make -j"$jobs" -C obj mosquitto; }
