#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# source.sh PACKAGE FOLDER - unpacks a Debian source package, its patches not
# applied, into FOLDER, and prints the version. What it lacks (packages of
# scripts/packages.txt, deb-src lines) it puts on the machine, or says how.
# Downloads go beside FOLDER. A newest version that the mirror does not have
# (an index that is ahead of the pool) gives way to the next older one.
. "$(dirname "$0")/../apps/lib.sh"

package=${1:?usage: source.sh PACKAGE FOLDER} folder=${2:?usage: source.sh PACKAGE FOLDER}

# Newest first.
versions() {
    apt-cache showsrc "$package" 2>/dev/null | sed -n 's/^Version: //p' | sort -Vru
}

download() {
    local version
    for version in $(versions); do
        say "Fetching the Debian source of $package $version." >&2
        if apt-get -qq source --only-source --download-only "$package=$version" >>"$log" 2>&1; then
            echo "$version"
            return
        fi
    done
    die "apt-get source $package failed; see $log"
}

need_packages corpus >&2
apps_enable_sources
mkdir -p "$(dirname "$folder")"
cd "$(dirname "$folder")"
log=$PWD/download.log
version=$(download)
rm -rf "$folder"
dpkg-source --no-check --skip-patches -x "${package}_${version#*:}.dsc" "$folder" >>"$log" 2>&1 ||
    die "dpkg-source -x failed; see $log"
echo "$version"
