# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shared by the tests on real programs: where sources come from and how they are
# built. Sourced, not run. Callers set nothing; they may set
#   REVECTOR_CC   the compiler under test      (default: build/release/bin/revector-cc)
#   REVECTOR_APPS where sources and builds are kept (default: build/apps)

APPS_TOP=$(cd "$(dirname "$0")/../.." && pwd)
REVECTOR_CC=${REVECTOR_CC:-$APPS_TOP/build/release/bin/revector-cc}
REVECTOR=${REVECTOR:-$(dirname "$REVECTOR_CC")/revector}
REVECTOR_APPS=${REVECTOR_APPS:-$APPS_TOP/build/apps}
APPS_SOURCES=/etc/apt/sources.list.d/revector-src.sources

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# apps_need PACKAGE WHY: a Debian package that only these tests need.
apps_need() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' && return
    [ "$(id -u)" = 0 ] || die "needs the package $1 ($2): run  apt-get install $1"
    say "installing $1: $2"
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1" >/dev/null ||
        die "cannot install $1"
}

# Debian's base system lists binary packages only; source packages need deb-src.
apps_enable_sources() {
    apt-get indextargets --format '$(CREATED_BY)' 2>/dev/null | grep -q '^Sources$' && return
    [ "$(id -u)" = 0 ] || die "needs deb-src lines in /etc/apt/sources.list.d: run once as root"
    say "enabling Debian's source packages in $APPS_SOURCES"
    cat >"$APPS_SOURCES" <<EOF
Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
    apt-get update >/dev/null || die "apt-get update failed"
}

# apps_source PACKAGE: unpacks its Debian source, patches applied, once; prints the folder.
apps_source() {
    mkdir -p "$REVECTOR_APPS/src"
    if [ ! -e "$REVECTOR_APPS/src/$1.ok" ]; then
        apps_need dpkg-dev "unpacks Debian source packages"
        apps_enable_sources
        say "fetching the Debian source of $1"
        (cd "$REVECTOR_APPS/src" && apt-get -qq source "$1" >"$1.log" 2>&1) ||
            die "apt-get source $1 failed; see $REVECTOR_APPS/src/$1.log"
        : >"$REVECTOR_APPS/src/$1.ok"
    fi
    find "$REVECTOR_APPS/src" -maxdepth 1 -type d -name "$1-*" | head -n 1
}

# apps_build NAME COMMAND...: runs COMMAND in the build folder NAME, output to its build.log.
apps_build() {
    dir=$REVECTOR_APPS/$1
    shift
    mkdir -p "$dir"
    (cd "$dir" && "$@") >"$dir/build.log" 2>&1 || {
        tail -n 20 "$dir/build.log" >&2
        die "build failed; see $dir/build.log"
    }
}

# instrumented PROGRAM: dies unless the plugin's records are in it.
instrumented() {
    readelf -SW "$1" | grep -q rv_methods || die "$1 was built without records"
}
