#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# cc.sh - the compiler that the packages are built with: revector-cc, and a line in
# a log for each command, so that a single file can be compiled again. The runner
# sets CORPUS_CC and CORPUS_LOG.
line="${PWD@Q} ${*@Q}"
printf '%s\n' "$line" >>"$CORPUS_LOG"
exec "$CORPUS_CC" "$@"
