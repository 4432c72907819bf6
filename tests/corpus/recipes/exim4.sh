# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Exim as debian/rules builds exim4-daemon-light. Another user than Debian-exim, so
# that the machine need not have Debian's package; no utilities, no monitor.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs='build-corpus/exim'
suite='debian/minimaltest'

# The settings are a diff against the source with all patches.
configure() {
    mkdir -p Local
    git show "$(git tag --sort=v:refname | tail -n 1):src/EDITME" >Local/EDITME
    patch -s -o Local/Makefile Local/EDITME debian/EDITME.exim4-light.diff
    sed -i -e 's/^\(EXIM_USER\|EXIM_GROUP\)=.*/\1=ref:mail/' -e '/^EXIM_MONITOR/d' Local/Makefile
}

build() {
    CFLAGS="$CFLAGS $(getconf LFS_CFLAGS) -D_LARGEFILE_SOURCE -fno-strict-aliasing -Wall $CPPFLAGS"
    export CFLAGS LFLAGS=$LDFLAGS build=corpus
    make -j"$jobs" FULLECHO= CC="$CC" exim
}

# It does nothing as root. Upstream's own test suite is not in the package.
check() {
    local folder as=()
    folder=$(mktemp -d)
    if [ "$(id -u)" = 0 ]; then
        as=(runuser -u mail --)
        chown mail "$folder"
    fi
    if "${as[@]}" sh debian/minimaltest "$folder" "$PWD/build-corpus/exim"; then
        echo 'PASS: minimaltest'
    else
        echo 'FAIL: minimaltest'
    fi
    rm -r "$folder"
}
