#!/bin/sh
# SPDX-License-Identifier: MIT
# The summary: one screen for every kind of trace, and exact text where no timing is in it.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# one_screen FILE: at most 24 lines of 80 columns, no trailing blanks.
one_screen() {
    awk -v name="$1" '
        length > 80 { print name ": line " NR " has " length " columns"; bad = 1 }
        /[ \t]$/ { print name ": line " NR " ends with a blank"; bad = 1 }
        END { if (NR > 24) { print name ": " NR " lines"; bad = 1 } exit bad }' "$1" ||
        fail "the summary is no screen"
}

for kind in copies window tenants mix supervisor faults; do
    "$svasim" gen $kind --count 2000 -o $kind.svb || fail "gen $kind"
    expect_code 0 "$svasim" replay $kind.svb
    one_screen out
    for label in $kind.svb: simulated translations caches latency stages bottleneck; do
        has out "$label"
    done
    [ -s err ] && fail "$kind: text on standard error although it is no terminal"
    # A clock whose cycle is no nanosecond, and everything else that takes a line.
    expect_code 0 "$svasim" replay --set clock.freq_mhz=1333 --check-stale $kind.svb
    one_screen out
    has out "p99 ns"
    has out "0 stale answers"
    expect_code 0 "$svasim" replay --functional $kind.svb
    one_screen out
    lacks out latency
    lacks out cycles
done
has out "2000 of 2000 expectations met"

"$svasim" replay faults.svb >out
for fault in SFS.2 SGN.6 SGN.2 SPT.6 SGN.1 SPT.2 SPD.2 SCT.2 SRT.2; do
    has out "$fault"
done

trace >small.svt <<'END'
device dsa0 sid=00:01.0
space app kind=user
map app 0x10000 bytes=0x2000 target=0x200000000
bind dsa0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
expect 1 ok pa=0x200000000
dma id=2 write 00:01.0 0x11008 pasid=1 length=8
expect 2 ok pa=0x200001008
dma id=3 read 00:01.0 0x12000 pasid=1
expect 3 fault fault=SFS.2
END
cat >wanted <<'END'
small.svt: 10 records, functional
translations  3: 2 ok, 1 faulted
faults        SFS.2   0x71        1  first-stage entry not present

caches           ctxt_cache  pasid_cache   fs_nonleaf        iotlb
  hit rate           66.7 %       66.7 %       66.7 %        0.0 %
  lookups                 3            3            3            3

checks        3 of 3 expectations met
END
expect_code 0 "$svasim" replay --functional small.svt
same out wanted

# Standard input, and several files: one summary each, with machines of their own.
"$svasim" replay --functional - <small.svt >out || fail "standard input"
sed 's/^small.svt/-/' wanted | cmp -s - out || fail "standard input differs"
expect_code 0 "$svasim" replay --functional small.svt small.svt
{ cat wanted; echo; cat wanted; } >twice
same out twice
done_testing
