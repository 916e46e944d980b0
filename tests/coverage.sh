#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines and branches of the library did the tests reach? Two tables with what is missing, by
# file. Usage: coverage.sh [--min PERCENT] [FILTER], after the tests of the coverage preset:
# FILTER is a directory (default libsvasim); with --min, less than that of its lines or branches
# is a failure.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$source/build/coverage
least=0
if [ "${1:-}" = --min ]; then
    least=$2
    shift 2
fi
filter=${1:-libsvasim}
if [ ! -d "$build" ]; then
    echo "There is no $build; run: cmake --workflow --preset coverage" >&2
    exit 2
fi
sh "$source/tools/packages.sh" gcovr
cd "$source"
gcovr --root . --filter "$filter/" --fail-under-line "$least" --fail-under-branch "$least" "$build"
gcovr --root . --filter "$filter/" --branches "$build"
gcovr --root . --filter "$filter/" --print-summary "$build" | tail -n 3
