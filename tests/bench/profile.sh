#!/bin/sh
# SPDX-License-Identifier: MIT
# Which functions of the source a benchmark's instructions belong to, inlined ones apart from their
# callers. Counts, not time: the same on a busy machine.
# Usage: profile.sh BENCHMARK [BUILD_DIR]; builds BUILD_DIR (default build/profile), needs valgrind.
set -eu
cd "$(dirname "$0")/../.."
bench=${1:?usage: profile.sh BENCHMARK [BUILD_DIR]}
build=${2:-build/profile}
cmake --preset release -B "$build" -DCMAKE_C_FLAGS=-g >"$build.log"
cmake --build "$build" --target svasim-bench >>"$build.log"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
valgrind --tool=callgrind --compress-strings=no --compress-pos=no \
    --callgrind-out-file="$work/out" "$build/bin/svasim-bench" 1 "$bench" >"$work/log" 2>&1

# Lines "file line function" of where each function begins: its name stands in column 0 of the
# source, before "(" and on a line that does not end it.
git ls-files '*.c' '*.h' | xargs awk '
    /^[a-z][^;=]*\(/ && !/;[ \t]*$/ {
        name = $0
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        print FILENAME, FNR, name
    }' >"$work/functions"

awk -v root="$PWD/" '
    NR == FNR {
        starts[$1] = starts[$1] " " $2
        name[$1, $2] = $3
        next
    }
    /^(fl|fi|fe)=/ {
        file = substr($0, 4)
        if (index(file, root) == 1)
            file = substr(file, length(root) + 1)
        next
    }
    /^calls=/ { getline; next }
    /^[0-9]+ [0-9]+$/ { cost[file, $1] += $2; total += $2 }
    END {
        for (place in cost) {
            split(place, at, SUBSEP)
            best = 0
            count = split(starts[at[1]], line, " ")
            for (i = 1; i <= count; i++)
                if (line[i] + 0 <= at[2] + 0 && line[i] + 0 > best)
                    best = line[i] + 0
            of[best ? at[1] "  " name[at[1], best] : "elsewhere  (C library, start)"] += cost[place]
        }
        printf "%5.1f million instructions\n", total / 1e6
        for (place in of)
            printf "%5.1f %%  %s\n", of[place] * 100 / total, place
    }' "$work/functions" "$work/out" | sort -rn | head -n 25
