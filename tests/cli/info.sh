#!/bin/sh
# SPDX-License-Identifier: MIT
# What a trace holds, and the tables that the model is made of.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >trace.svt <<'END'
# a comment
config cap.haw 46
device dsa0 sid=00:01.0
space app kind=user
@5 dma id=4 read 00:01.0 0x10000
@900 dma id=9 read 00:01.0 0x10000
END
cat >wanted <<'END'
trace.svt
form      text
records   6
  #                    1
  config               1
  device               1
  space                1
  dma                  2
ids       4 to 9
time      5 to 900 cycles
config    config cap.haw 46
devices   device dsa0 sid=00:01.0
END
expect_code 0 "$svasim" info trace.svt
cut -c 1-22 out | sed 's/ *$//' >got
cut -c 1-22 wanted | sed 's/ *$//' >wanted.cut
sed -n '1,8p' got >a
sed -n '1,8p' wanted.cut >b
same a b
sed -n '9,$p' out >a
sed -n '9,$p' wanted >b
same a b

for table in keys faults layouts opcodes counters records; do
    expect_code 0 "$svasim" info --$table
    [ "$(wc -l <out)" -gt 20 ] || fail "--$table is short"
done
expect_code 0 "$svasim" info --keys
has out "iotlb_4k.ways"
has out "1..1024"
expect_code 0 "$svasim" info --faults
has out "SPT.6    0x5d"
expect_code 0 "$svasim" info --layouts pasid_entry
has out "pgtt"
expect_code 0 "$svasim" info --opcodes
has out "memmove"
expect_code 0 "$svasim" info --counters
has out "iotlb_lookup"
expect_code 0 "$svasim" info --records
has out "<space>"

# What a kernel says of a unit becomes a configuration that reads back the same registers.
line="DMAR: dmar0: reg_base_addr fed90000 ver 6:0 cap d2008c222f0606 ecap 480080000f42"
expect_code 0 "$svasim" info --haw 48 --dmar "$line"
cp out unit.ini
has unit.ini "cap.haw = 48"
has unit.ini "cap.version_major = 6"
has unit.ini "cap.fsts = 0"
trace >unit.svt <<'END'
holds 0x8 0xd2008c222f0606 size=8
holds 0x10 0x480080000f42 size=8
END
expect_code 0 "$svasim" replay -c unit.ini unit.svt
has out "2 of 2 expectations met"
expect_code 2 "$svasim" info --dmar "ver 6:0 cap 19ed008c40780c66"
has err 'lacks "cap HEX" or "ecap HEX"'
expect_code 2 "$svasim" info --haw 48 unit.svt
expect_code 2 "$svasim" info --haw wide --dmar "$line"
done_testing
