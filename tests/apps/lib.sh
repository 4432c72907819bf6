# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# Shared by the tests on real programs: where sources come from and how they are
# built. Sourced by bash scripts. Callers set nothing; they may set
#   REVECTOR_CC   the compiler under test      (default: build/release/bin/revector-cc)
#   REVECTOR_APPS where sources and builds are kept (default: build/apps)

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$top/scripts/lib.sh"
REVECTOR_CC=${REVECTOR_CC:-$top/build/release/bin/revector-cc}
REVECTOR=${REVECTOR:-$(dirname "$REVECTOR_CC")/revector}
REVECTOR_APPS=${REVECTOR_APPS:-$top/build/apps}
APPS_SOURCES=/etc/apt/sources.list.d/revector-src.sources
need_packages apps

# Debian's base system lists binary packages only; source packages need deb-src.
apps_enable_sources() {
    # shellcheck disable=SC2016 # apt's own dollar
    apt-get indextargets --format '$(CREATED_BY)' 2>/dev/null | grep -q '^Sources$' && return
    [ "$(id -u)" = 0 ] || die "needs deb-src lines in /etc/apt/sources.list.d: run once as root"
    say "Enabling Debian's source packages in $APPS_SOURCES." >&2
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
        apps_enable_sources
        say "Fetching the Debian source of $1." >&2
        (cd "$REVECTOR_APPS/src" && apt-get -qq source "$1" >"$1.log" 2>&1) ||
            die "apt-get source $1 failed; see $REVECTOR_APPS/src/$1.log"
        : >"$REVECTOR_APPS/src/$1.ok"
    fi
    find "$REVECTOR_APPS/src" -maxdepth 1 -type d -name "$1-*" -print -quit
}

# apps_copy SOURCE NAME: sets `dir` to the build folder NAME, with a copy of the
# source. A copy that another compiler has built is made anew; `fresh` says so.
apps_copy() {
    local compiler
    compiler=$(cat "$(dirname "$REVECTOR_CC")"/{revector-cc,../lib/revector/revector-clang.so} | md5sum)
    dir=$REVECTOR_APPS/$2
    say "Building $2 with $REVECTOR_CC."
    fresh=no
    [ "$(cat "$dir/.compiler" 2>/dev/null)" != "$compiler" ] || return 0
    fresh=yes
    rm -rf "$dir"
    cp -a "$1" "$dir"
    echo "$compiler" >"$dir/.compiler"
}

# apps_build COMMAND...: runs it in `dir`, output to build.log there.
apps_build() {
    (cd "$dir" && "$@") >"$dir/build.log" 2>&1 || {
        tail -n 20 "$dir/build.log" >&2
        rm -f "$dir/.compiler"
        die "the build failed; see $dir/build.log"
    }
}

# instrumented PROGRAM: dies unless the plugin's records are in it.
# All of the list is read: a reader that has seen enough would end its writer by SIGPIPE.
instrumented() {
    readelf -SW "$1" | grep rv_methods >/dev/null || die "$1 was built without records"
}
