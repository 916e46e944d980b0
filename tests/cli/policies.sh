#!/bin/sh
# SPDX-License-Identifier: MIT
# Each choice that a policy key offers beside its default is made by some scenario.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

expect_code 0 "$svasim" info --keys
grep '^policy\.' out >keys.txt
[ "$(wc -l <keys.txt)" -ge 20 ] || fail "info --keys lists too few policies"

# What counters say is no matter of scenarios.
story() {
    trace <<'END'
config policy.nonleaf_counting level
entry pasid sid=00:01.0 pasid=5 p=1 pgtt=1 pwsnp=1
entry first sid=00:01.0 pasid=5 address=0x1000 p=1 us=1 addr=0x200000
entry first sid=00:01.0 pasid=5 address=0x2000 p=1 us=1 addr=0x200000
dma id=1 read 00:01.0 0x1000 pasid=5
drain
dma id=2 read 00:01.0 0x2000 pasid=5
END
}
story >level.svt
story | grep -v ^config >walk.svt
# Three levels are asked in vain, then the lowest knows the table.
expect_code 0 "$svasim" replay --stats s.json level.svt
has s.json '"fs_nonleaf_lookup": 4'
expect_code 0 "$svasim" replay --stats s.json walk.svt
has s.json '"fs_nonleaf_lookup": 2'
has s.json '"fs_nonleaf_hit": 1'

grep -rhoE '^config policy\.[a-z0-9_.]+ [a-z0-9_]+' "$sources/tests/conformance" \
    "$sources/tests/cli/policies.sh" | sort -u >made.txt
while read -r key initial choices rest; do
    case $choices in
    *'|'*) ;;
    *) choices= ;; # a number: any value will do
    esac
    if [ -z "$choices" ]; then
        grep -q "^config $key " made.txt || fail "$key is set by no scenario"
        continue
    fi
    for choice in $(echo "$choices" | tr '|' ' '); do
        [ "$choice" = "$initial" ] || grep -qx "config $key $choice" made.txt ||
            fail "$key $choice is shown by no scenario"
    done
done <keys.txt
done_testing
