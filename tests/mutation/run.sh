#!/bin/sh
# SPDX-License-Identifier: MIT
# Do the tests notice when a check of the model is wrong? Changes one thing at a time in
# libsvasim/arch and in the tables it reads, and runs the quick tests against each change.
# Usage: run.sh [--jobs N] [--sample N] [--seed S] [--only TEXT] [--list]; see --help.
# Exit code 0 if the share of noticed changes reaches 95 %, 77 without Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
    echo "skipped: needs Python 3.9 or newer" >&2
    exit 77
fi
exec python3 -B "$here/mutate.py" "$@"
