#!/bin/sh
# SPDX-License-Identifier: MIT
# Synthetic traces: the same bytes for the same options everywhere, other bytes for another seed, and
# all of them replay without errors.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

for kind in copies window tenants mix supervisor faults; do
    "$svasim" gen $kind --count 300 -o a.svb || fail "gen $kind"
    "$svasim" gen $kind --count 300 -o b.svb || fail "gen $kind"
    same a.svb b.svb
    "$svasim" gen $kind --count 300 --text -o - >a.svt || fail "gen $kind"
    "$svasim" convert a.svb c.svt
    same a.svt c.svt
    if [ $kind != copies ]; then
        "$svasim" gen $kind --count 300 --seed 2 -o - | sed 1,2d >other.svt
        sed 1,2d a.svt | cmp -s - other.svt && fail "gen $kind: the seed changes nothing"
    fi
    expect_code 0 "$svasim" replay a.svb
    expect_code 0 "$svasim" replay --functional --check-stale a.svb
    has out "0 stale answers"
    # The first line makes the trace again.
    # shellcheck disable=SC2046 # words of a command line
    "$svasim" $(sed -n '2s/^# svasim //p' a.svt) -o again.svt
    same a.svt again.svt
    for page in 4K 2M 1G; do
        "$svasim" gen $kind --count 50 --pasids 2 --window 4M --page $page --interval 20 -o page.svt ||
            fail "gen $kind --page $page"
        expect_code 0 "$svasim" replay page.svt
    done
done

# Pinned bytes: a change here changes everyone's traces.
"$svasim" gen tenants --count 6 --pasids 2 --zipf 0.99 --window 8K -o - >out
same out "$sources/tests/cli/gen_tenants.golden"
"$svasim" gen copies --count 2 -o - >out
same out "$sources/tests/cli/gen_copies.golden"

# Zipf: with a large exponent the first tenant has most requests; with 0 nobody has.
share() {
    "$svasim" gen tenants --count 2000 --pasids 10 --zipf "$1" -o - |
        awk '/^dma/ { n++; if (/pasid=1$/ || /pasid=1 /) first++ } END { print int(100 * first / n) }'
}
[ "$(share 3.00)" -gt 75 ] || fail "zipf 3: $(share 3.00) %"
[ "$(share 0)" -lt 15 ] || fail "zipf 0: $(share 0) %"
done_testing
