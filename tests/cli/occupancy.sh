#!/bin/sh
# SPDX-License-Identifier: MIT
# --stats: the occupancy series is bounded, covers the run, and agrees with stages and stalls.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# number FILE KEY: the first value of a key.
number() {
    sed -n "s/^ *\"$2\": \([0-9.]*\),*\$/\1/p" "$1" | head -n 1
}

# member FILE NAME: the lines of an occupant.
member() {
    awk -v name="\"$2\": {" '
        index($0, "\"occupancy\": {") { inside = 1 }
        inside && index($0, name) { on = 1 }
        on { print }
        on && /^    }/ { exit }' "$1"
}

# check FILE: what must hold of any run.
check() {
    interval=$(number "$1" interval_cycles)
    cycles=$(number "$1" cycles)
    for name in in_flight queue lookups misses walkers memory_queue memory; do
        member "$1" $name >part
        awk -v interval="$interval" -v cycles="$cycles" '
            /"mean"/ { gsub(/[^0-9.]/, ""); mean = $0 + 0; next }
            /"max"/ { gsub(/[^0-9.]/, ""); most = $0 + 0; next }
            /"series"/ { on = 1; next }
            on && /[0-9]/ {
                gsub(/[^0-9.]/, "")
                count++
                if ($0 + 0 > most) bad = 1
                last = cycles - (count - 1) * interval
                total += $0 * (last < interval ? last : interval)
            }
            END {
                if (count > 512 || (count - 1) * interval >= cycles || count * interval < cycles) bad = 1
                off = total - mean * cycles
                if (off < 0) off = -off
                exit bad || off > 0.001 * cycles + 1
            }' part || fail "$1: $name"
    done
}

"$svasim" gen window --window 16M --count 3000 -o window.svb || fail "gen"
for interval in 1 7 1000 1000000; do
    expect_code 0 "$svasim" replay --interval $interval --stats $interval.json window.svb
    check $interval.json
done
expect_code 0 "$svasim" replay --stats plain.json window.svb
same plain.json 1.json
[ "$(number 1000000.json interval_cycles)" -eq 1000000 ] || fail "no interval as long as that"

# All of a saturated run: 8 walkers, 64 misses, and the queue behind them.
has out "stalls        walk.pending"
grep -q '"walk.pending": 0' plain.json && fail "nobody waited behind misses"
expect_code 0 "$svasim" replay --set walk.pending=65536 --stats wide.json window.svb
has wide.json '"walk.pending": 0'
check wide.json
# Time that passes while nothing happens counts too.
trace >late.svt <<'END'
entry pasid sid=00:01.0 pasid=5 p=1 pgtt=4 did=7
@0 dma read 00:01.0 0x1000 pasid=5
@1000000000000 dma read 00:01.0 0x1000 pasid=5
END
expect_code 0 "$svasim" replay --stats late.json late.svt
check late.json
expect_code 0 "$svasim" replay --functional --stats functional.json window.svb
has functional.json '"occupancy": null'
for bad in 0 -1 x 1000000000000; do
    expect_code 2 "$svasim" replay --interval $bad --stats s.json window.svb
    has err 'is no number of cycles'
done
done_testing
