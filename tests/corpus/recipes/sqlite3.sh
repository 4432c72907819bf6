# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# SQLite as debian/rules has it: a library of many files, and the shell that loads it. The
# archive of the library is left out.
export DEB_BUILD_MAINT_OPTIONS='hardening=+all future=+lfs'
export DEB_LDFLAGS_MAINT_APPEND=-Wl,--as-needed
DEB_CFLAGS_MAINT_APPEND="-O2 -fno-strict-aliasing -DSQLITE_SECURE_DELETE \
-DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS3_PARENTHESIS \
-DSQLITE_ENABLE_RTREE=1 -DSQLITE_SOUNDEX=1 -DSQLITE_ENABLE_UNLOCK_NOTIFY \
-DSQLITE_OMIT_LOOKASIDE=1 -DSQLITE_ENABLE_DBSTAT_VTAB -DSQLITE_ALLOW_ROWID_IN_VIEW \
-DSQLITE_ENABLE_UPDATE_DELETE_LIMIT=1 -DSQLITE_ENABLE_LOAD_EXTENSION -DSQLITE_ENABLE_JSON1 \
-DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_FTS3_TOKENIZER=1 \
-DSQLITE_USE_URI=1 -DSQLITE_MAX_SCHEMA_RETRY=25 -DSQLITE_ENABLE_PREUPDATE_HOOK \
-DSQLITE_ENABLE_SESSION -DSQLITE_ENABLE_STMTVTAB -DSQLITE_MAX_VARIABLE_NUMBER=250000"
export DEB_CFLAGS_MAINT_APPEND
programs='.libs/sqlite3 .libs/libsqlite3.so.0'
no_suite="debian/rules runs none; tests/apps/sqlite.sh runs some of them on a build of its own"
inputs='configure.ac Makefile.in'

configure() {
    autoreconf -fi
    ./configure --prefix=/usr --enable-threadsafe --enable-load-extension --enable-json \
        --enable-fts4 --enable-fts5 --disable-amalgamation --disable-tcl --disable-static
}

build() { make -j"$jobs" sqlite3; }
