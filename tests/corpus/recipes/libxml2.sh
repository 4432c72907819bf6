# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# The shared library of libxml2 as debian/rules has it, and a user of it, which is ours.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
export DEB_CFLAGS_MAINT_APPEND='-Wall -O3'
programs='.libs/libxml2.so.2 xml-libxml2'
suite='make check, without what needs the documents that Debian has removed'
tests='testapi testchar testdict testrecurse'

configure() { ./configure --prefix=/usr --disable-static --with-history --without-python --with-icu; }

# Patches touch what the Makefile is made of, for tests of theirs.
xml_make() { make -j"$jobs" ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: "$@"; }

build() {
    local users
    users=$(dirname "$recipe")/../users
    xml_make libxml2.la
    "$CC" $CFLAGS $CPPFLAGS $LDFLAGS -Iinclude -o xml-libxml2 "$users/xml-libxml2.c" \
        -L.libs -lxml2
}

# Folders test and result are not in Debian's tarball, for their licences. Without them runtest and
# the fuzzers' tests fail and runxmlconf has nothing to do; these here make up their documents.
check() {
    local name status=0
    xml_make $tests
    for name in $tests; do
        if "./$name"; then echo "PASS: $name"; else echo "FAIL: $name" && status=1; fi
    done
    return $status
}

# A module of testapi counts as a test.
results() {
    sed -nE 's/^Testing (\w+) .*/ok testapi \1/p; s/^Module (\w+): .* errors$/not ok testapi \1/p
        s/^PASS: /ok /p; s/^FAIL: /not ok /p'
}
