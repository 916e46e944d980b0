#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines and branches of the library did the tests reach? Prints one row per file, least
# covered branches first. Usage: coverage.sh [BUILD_DIR], after the tests of the coverage preset.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$source/build/coverage}
if [ ! -d "$build" ]; then
    echo "There is no $build; run: cmake --workflow --preset coverage" >&2
    exit 2
fi
cd "$build"

echo "branches   lines  file"
# From the notes of the compiler, so that a file that no test reaches has a row too.
find . -path '*/svasim*.dir/libsvasim/*' -name '*.gcno' | LC_ALL=C sort |
    xargs -r gcov --no-output --branch-probabilities \
        --relative-only --source-prefix "$source" 2>/dev/null |
    awk -v quote="'" '
        function percent(text) { sub(/.*:/, "", text); sub(/%.*/, "", text); return text + 0 }
        function flush()
        {
            if (file ~ /^libsvasim\//)
                printf "%7.2f%% %6.2f%%  %s\n", branches, lines, file
            file = ""
        }
        /^File / { flush(); split($0, part, quote); file = part[2]; branches = 100; lines = "" }
        # The first of a file; the total at the end has no file of its own.
        /^Lines executed:/ && lines == "" { lines = percent($0) }
        /^Taken at least once:/ { branches = percent($0) }
        END { flush() }' |
    sort -n
