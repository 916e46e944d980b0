#!/bin/sh
# SPDX-License-Identifier: MIT
# Same trace, same bytes: do a gcc build without optimisation and a clang build with all of it
# write identical statistics and events for every bundled trace? Ends with "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
out=$PWD/build/determinism
mkdir -p "$out"

# build NAME COMPILER FLAGS
build() {
    if ! { cmake -G Ninja -S . -B "$out/$1" -DCMAKE_C_COMPILER="$2" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_FLAGS="$3" -DSVASIM_DEVELOPER=OFF &&
        cmake --build "$out/$1" --target svasim_cli; } >"$out/$1.log" 2>&1; then
        cat "$out/$1.log"
        echo "determinism: the build $1 failed"
        echo "0 passed, 1 failed"
        exit 1
    fi
}
build gcc-O0 gcc -O0
build clang-O3 clang -O3

# replay NAME TRACE: writes NAME.stats, NAME.events and the exit status to NAME.status.
replay() {
    status=0
    rm -f "$out/$1.stats" "$out/$1.events"
    "$out/$1/bin/svasim" replay --stats "$out/$1.stats" --events "$out/$1.events" "$2" \
        >"$out/$1.out" 2>&1 || status=$?
    echo "$status" >"$out/$1.status"
}

passed=0
failed=0
for trace in $(find traces \( -name '*.svt' -o -name '*.svb' -o -name '*.svt.gz' \) | LC_ALL=C sort); do
    replay gcc-O0 "$trace"
    replay clang-O3 "$trace"
    verdict=
    for part in status stats events; do
        cmp -s "$out/gcc-O0.$part" "$out/clang-O3.$part" || verdict="$verdict $part"
    done
    # Nothing written is nothing compared.
    [ -s "$out/gcc-O0.stats" ] || verdict="$verdict no-stats"
    if [ -z "$verdict" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "determinism: $trace differs:$verdict"
        tail -n 3 "$out/gcc-O0.out"
        cmp "$out/gcc-O0.stats" "$out/clang-O3.stats" || :
        cmp "$out/gcc-O0.events" "$out/clang-O3.events" || :
    fi
done
if [ $((passed + failed)) -eq 0 ]; then
    echo "determinism: no trace found"
    failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
