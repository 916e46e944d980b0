#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzing, one target or all, one after the other.
# Usage: run.sh [SECONDS] [TARGET]     (default: 60 seconds each of all; TARGET as in fuzz_TARGET.c)
#        run.sh --merge [TARGET]       what was found becomes the smallest corpus that covers it
# Inputs are kept in build/fuzz/work, so a run goes on where the last one stopped. A failing input is
# written to build/fuzz/failures and the exit code is not 0; the log of a target lies beside its inputs.
set -eu
cd "$(dirname "$0")/../.."
work=build/fuzz/work
failures=build/fuzz/failures
seeds=build/fuzz/seeds
corpus=tests/fuzz/corpus
export ASAN_OPTIONS="${ASAN_OPTIONS:-allocator_may_return_null=1:max_allocation_size_mb=256}"
# Inputs as large as the longest scenario; structured ones need less.
length_of() {
    case $1 in
    text | binary) echo 4096 ;;
    *) echo 1024 ;;
    esac
}

merge=no
if [ "${1:-}" = --merge ]; then
    merge=yes
    shift
fi
seconds=60
if [ "$merge" = no ] && [ $# -gt 0 ]; then
    seconds=$1
    shift
fi
targets=${1:-"text binary config registers memory invalidation"}

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >/dev/null
[ -d $seeds ] || python3 tests/fuzz/seeds.py build/fuzz/bin/svasim . $seeds
mkdir -p $work $failures

fuzz() {
    words=
    [ -f "$seeds/fuzz_$1.dict" ] && words=-dict=$seeds/fuzz_$1.dict
    mkdir -p "$work/fuzz_$1" "$seeds/fuzz_$1" "$corpus/fuzz_$1"
    echo "fuzz_$1: $seconds s, log $work/fuzz_$1.log"
    build/fuzz/bin/fuzz_"$1" -max_total_time="$seconds" -max_len="$(length_of "$1")" -timeout=60 -len_control=20 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=$failures/fuzz_"$1"- $words \
        "$work/fuzz_$1" "$corpus/fuzz_$1" "$seeds/fuzz_$1" >"$work/fuzz_$1.log" 2>&1
}

shrink() {
    rm -rf "$work/fuzz_$1.small"
    mkdir -p "$work/fuzz_$1.small"
    # How often an edge was passed tells inputs apart only where there are few edges.
    case $1 in
    text | binary | memory) counters=0 ;;
    *) counters=1 ;;
    esac
    build/fuzz/bin/fuzz_"$1" -set_cover_merge=1 -use_counters=$counters \
        -max_len="$(length_of "$1")" "$work/fuzz_$1.small" "$corpus/fuzz_$1" "$work/fuzz_$1" \
        "$seeds/fuzz_$1" >"$work/fuzz_$1.merge.log" 2>&1
    # Inputs that failed once have names of their own and stay.
    find "$corpus/fuzz_$1" -type f -name '*_*' -exec cp {} "$work/fuzz_$1.small" \;
    rm -rf "${corpus:?}/fuzz_$1"
    mkdir -p "$corpus"
    mv "$work/fuzz_$1.small" "$corpus/fuzz_$1"
    echo "fuzz_$1: $(find "$corpus/fuzz_$1" -type f | wc -l) inputs," \
        "$(du -sb "$corpus/fuzz_$1" | cut -f1) bytes"
}

code=0
for target in $targets; do
    if [ $merge = yes ]; then
        shrink "$target"
    elif fuzz "$target"; then
        tail -n 12 "$work/fuzz_$target.log" | sed -n 's/^/    /p'
    else
        echo "fuzz_$target: FAILED, see $work/fuzz_$target.log and $failures"
        code=1
    fi
done
exit $code
