#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads in pieces: a store that lands between two pieces of one PASID entry is seen by half. Only full
# timing can show it, so the two modes expect different things.
# trap 27: a PASID entry may be torn between its pieces of 16 bytes, and never within one: table
# pointer and domain of a second-stage entry, its first two quadwords, are both old or both new.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# The PASID entry is read from tick 313 on; its four pieces arrive at 413, 423, 433 and 443. At tick
# $1 software makes it point to other tables of another domain.
story() {
    trace <<END
config memory.piece ${2:-16}
config memory.piece_ticks 10
entry pasid sid=00:03.0 pasid=5 p=1 pgtt=1 did=9 pwsnp=1
entry first sid=00:03.0 pasid=5 address=0x7000 p=1 rw=1 us=1 a=1 d=1 addr=0x900000
entry pasid sid=00:02.0 pasid=5 p=1 pgtt=1 did=2 pwsnp=1
entry first sid=00:02.0 pasid=5 address=0x7000 p=1 rw=1 us=1 a=1 d=1 addr=0x200000
@1000 dma id=1 read 00:02.0 0x7000 pasid=5
@$((1000 + $1)) entry pasid sid=00:02.0 pasid=5 did=9 fsptptr=0x40023000
END
}

# The translation that such an entry gives, and whether an invalidation of domain 9 removes it.
ends() {
    cat
    echo "expect 1 ok pa=$1"
    echo 'inv inv_iotlb g=2 did=9'
    echo "cached iotlb_4k sid=00:02.0 pasid=5 address=0x7000 present=$2"
}

# Before the first piece and after the second it is whole. Between them: the new tables under the
# old domain, which the software that owns domain 9 cannot get rid of.
story 412 | ends 0x900000 0 >before.svt
story 413 | ends 0x900000 1 >between.svt
story 422 | ends 0x900000 1 >late.svt
story 423 | ends 0x200000 1 >after.svt
expect_code 0 "$svasim" check --timed before.svt between.svt late.svt after.svt
"$svasim" replay --events events.jsonl between.svt >/dev/null 2>&1
expect_code 0 grep -q '"pa":"0x900000"' events.jsonl

# Without time, or read at once, there is no between.
expect_code 1 "$svasim" check --functional between.svt
story 413 64 | ends 0x200000 1 >whole.svt
expect_code 0 "$svasim" check --both whole.svt

# Two quadwords of one piece, at each tick around it: old pages belong to domain 2, new ones to 9.
one_piece() {
    trace <<END
config memory.piece 16
config memory.piece_ticks 10
entry pasid sid=00:03.0 pasid=5 p=1 pgtt=2 aw=2 did=9 pwsnp=1 ssptptr=0x50000000
entry second sid=00:03.0 pasid=5 address=0x7000 r=1 w=1 addr=0x900000
entry pasid sid=00:02.0 pasid=5 p=1 pgtt=2 aw=2 did=2 pwsnp=1
entry second sid=00:02.0 pasid=5 address=0x7000 r=1 w=1 addr=0x200000
@1000 dma id=1 read 00:02.0 0x7000 pasid=5
@$((1000 + $1)) entry pasid sid=00:02.0 pasid=5 did=9 ssptptr=0x50000000
END
}
for tick in 312 411 412 413 414 423; do
    one_piece $tick >"piece$tick.svt"
    if [ $tick -lt 413 ]; then
        ends 0x900000 0 <"piece$tick.svt" >"whole$tick.svt"
    else
        ends 0x200000 1 <"piece$tick.svt" >"whole$tick.svt"
    fi
    expect_code 0 "$svasim" check --timed "whole$tick.svt"
done

# Each piece costs its ticks: one more for the context entry, three more for the PASID entry.
sed -n '1,/dma/p' whole.svt >plain.svt
cat plain.svt >once.svt
echo 'expect 1 ok latency=1105' >>once.svt
sed 's/memory.piece 64/memory.piece 16/' plain.svt >pieces.svt
echo 'expect 1 ok latency=1145' >>pieces.svt
sed 's/memory.piece 64/memory.piece 32/' plain.svt >halves.svt
echo 'expect 1 ok latency=1115' >>halves.svt
expect_code 0 "$svasim" check --timed once.svt pieces.svt halves.svt
done_testing
