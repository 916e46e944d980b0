#!/bin/sh
# SPDX-License-Identifier: MIT
# Every test there is, as a contributor and the CI run them: gcc, clang with sanitizers,
# determinism across compilers, style. All stages run even if one fails. The last line is
# "N passed, N failed"; the exit status is 0 only if nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

sh tools/packages.sh build-essential cmake ninja-build pkg-config zlib1g-dev libinih-dev \
    libjansson-dev clang libclang-rt-14-dev clang-format check libcmocka-dev libsubunit-dev ||
    exit 1

jobs=$(nproc)
logs=$PWD/build/test-logs
mkdir -p "$logs"
summary=
passed=0
failed=0

# note STAGE PASSED FAILED [SKIPPED]
note() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    summary="$summary$(printf '\n  %-12s %4d passed, %d failed' "$1" "$2" "$3")"
    [ "${4:-0}" -eq 0 ] || summary="$summary, $4 skipped"
}

# An attribute of the first <testsuite> of a JUnit file.
junit_count() {
    sed -n "s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# ctest_stage PRESET: configure, build and run. A build that fails counts as one failed test.
ctest_stage() {
    preset=$1
    echo "== $preset: build"
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs"; } \
        >"$logs/$preset-build.log" 2>&1; then
        grep -E -A 8 'error|CMake Error|FAILED' "$logs/$preset-build.log" | head -n 60
        echo "== $preset: build failed; see $logs/$preset-build.log"
        note "$preset" 0 1
        return
    fi
    echo "== $preset: tests"
    junit=$logs/$preset.xml
    rm -f "$junit"
    ctest --preset "$preset" -j "$jobs" --output-junit "$junit"
    if [ ! -s "$junit" ]; then
        note "$preset" 0 1
        return
    fi
    tests=$(junit_count "$junit" tests)
    bad=$(junit_count "$junit" failures)
    skipped=$(junit_count "$junit" skipped)
    # Why, in the words of the test.
    sed -n 's/.*<system-out>\(SKIP: .*\)/\1/p' "$junit" | sed 's/<.*//'
    note "$preset" $((tests - bad - skipped)) "$bad" "$skipped"
}

# script_stage NAME COMMAND...: a script that ends with "N passed, N failed".
script_stage() {
    name=$1
    shift
    echo "== $name"
    "$@" >"$logs/$name.log" 2>&1
    status=$?
    cat "$logs/$name.log"
    counts=$(tail -n 1 "$logs/$name.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
    good=${counts% *}
    bad=${counts#* }
    # A script that broke off has no last line.
    if [ -z "$counts" ]; then
        good=0
        bad=1
    elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    fi
    note "$name" "$good" "$bad"
}

ctest_stage dev
ctest_stage asan
script_stage determinism sh tests/determinism.sh
script_stage tidy sh tests/tidy/tidy.sh build/dev

echo "== summary$summary"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
