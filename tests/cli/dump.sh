#!/bin/sh
# SPDX-License-Identifier: MIT
# Dumps: what is there at a record, filters, and tables that no software would build.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >trace.svt <<'END'
space app kind=user
map app 0x10000 bytes=0x3000 target=0x200000000
bind 00:01.0 app pasid=1
bind 00:02.0 app pasid=70
protect app 0x11000 bytes=0x1000 read_only
unmap app 0x10000 bytes=0x1000
END
expect_code 0 "$svasim" dump --at 3 trace.svt
has out "after record 3"
has out "RTADDR_REG"
has out "scalable mode"
has out "00:01.0: context_entry"
has out "pasid 1: pasid_entry"
has out "pgtt=1"
has out "0000000000010000-0000000000012fff -> 0x200000000  3 x 4 KiB  rw user"
lacks out "00:02.0"
expect_code 0 "$svasim" dump trace.svt
has out "pasid 70: pasid_entry"
has out "0000000000011000-0000000000011fff -> 0x200001000  1 x 4 KiB  r- user"
lacks out "0000000000010000-"
expect_code 0 "$svasim" dump --sid 00:02.0 trace.svt
has out "pasid 70"
lacks out "00:01.0"
expect_code 0 "$svasim" dump --pasid 1 trace.svt
has out "pasid 1:"
lacks out "pasid 70"
expect_code 0 "$svasim" dump --depth pages --sid 00:01.0 trace.svt
has out "0000000000012000: first_leaf_4k at"
has out "addr=0x200002000"

# A kernel space: one line for the direct map, canonical addresses.
"$svasim" gen supervisor --count 1 -o supervisor.svt
expect_code 0 "$svasim" dump supervisor.svt
has out "ffff888000000000-"
has out "x 1 GiB  rw supervisor"
has out "sre=1"

# Nested: first-stage tables at guest addresses.
trace >nested.svt <<'END'
entry pasid sid=00:01.0 pasid=1 p=1 pgtt=3 aw=2 ssptptr=0x9000000 fsptptr=0x1000
store 0x9000000 0x9001003
store 0x9001000 0x9002003
store 0x9002000 0x83
store 0x1000 0x2007
store 0x2000 0x3007
store 0x3000 0x800087
END
expect_code 0 "$svasim" dump nested.svt
has out "first-stage (guest) pages"
has out "0000000000000000-00000000001fffff -> 0x800000  1 x 2 MiB  rw user"
has out "second-stage pages"

# Every entry of a page table points to the table itself; so does a root table.
{
    echo "entry pasid sid=00:01.0 pasid=1 p=1 pgtt=1 fsptptr=0x9000000"
    awk 'BEGIN { for (i = 0; i < 512; i++) printf "store 0x%x 0x9000007\n", 150994944 + 8 * i }'
} | trace >loop.svt
expect_code 0 "$svasim" dump --limit 5000 loop.svt
has out "stopped: the limit is reached"
expect_code 0 "$svasim" dump --depth pages --limit 5000 loop.svt
[ "$(wc -l <out)" -lt 6000 ] || fail "the limit does not bound the output"
expect_code 0 "$svasim" dump --limit 20000 loop.svt
awk 'BEGIN {
    for (i = 0; i < 512; i++) printf "store 0x%x 0x9000fff\n", 150994944 + 8 * i
    print "reg 0x20 0x9000400 size=8"
    print "reg 0x18 0x40000000" }' | trace >hostile.svt
for depth in tables pages; do
    expect_code 0 "$svasim" dump --limit 20000 --depth $depth hostile.svt
    has out "stopped: the limit is reached"
    has out "RESERVED["
done
# Pointers outside of memory.
trace >outside.svt <<'END'
config machine.memory 0x10000000
store 0x1000 0xfffffffff001
reg 0x20 0x1400 size=8
reg 0x18 0x40000000
END
expect_code 0 "$svasim" dump outside.svt
has out "no memory at"
# Abort mode and an empty trace have nothing to follow.
echo 'reg 0x20 0x1c00 size=8' | trace >abort.svt
expect_code 0 "$svasim" dump abort.svt
has out "abort mode"
trace </dev/null >empty.svt
expect_code 0 "$svasim" dump empty.svt
has out "root table at 0x0, legacy mode"

# Legacy tables.
trace >legacy.svt <<'END'
config machine.table_mode legacy
entry context sid=00:01.0 p=1 tt=0 aw=2 did=3
entry second sid=00:01.0 address=0x5000 level=1 r=1 w=1 addr=0x8000
END
expect_code 0 "$svasim" dump legacy.svt
has out "legacy_context_entry"
has out "0000000000005000-0000000000005fff -> 0x8000  1 x 4 KiB  rw"
# Host permissions.
trace >permission.svt <<'END'
config cap.hpts on
entry context sid=00:01.0 p=1 dte=1 hpte=1
entry pasid sid=00:01.0 pasid=0 p=1 pgtt=4 hptsz=1
entry hpt sid=00:01.0 address=0x12345000 level=1 pp5=1
entry hpt sid=00:01.0 address=0x2000012400000 level=2 pp2=3
dma id=1 read 00:01.0 0x12345000 at=translated
drain
dma id=2 write 00:01.0 0x12345000 at=translated
END
expect_code 0 "$svasim" dump permission.svt
has out "host permissions, root of 2 pages"
has out "0000000012340000: hpt_l1_entry at"
has out "0002000012000000: hpt_l2_entry at"
has out "pp2=3"
# A root that points to itself, seen from an entry of the level below: four levels, no more.
cat permission.svt >loop.svt
echo 'entry hpt sid=00:01.0 address=0x0 level=3 raw1=0x40003001' >>loop.svt
expect_code 0 "$svasim" dump --limit 200 loop.svt
has out "hpt_l3_entry"
done_testing
