#!/bin/sh
# SPDX-License-Identifier: MIT
# Malformed traces: exit code 3, the place is named, what was computed before is kept.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >start <<'END'
space app kind=user
map app 0x10000 bytes=0x1000
bind 00:01.0 app pasid=1
dma read 00:01.0 0x10000 id=1 pasid=1
expect 1 ok
END

{ cat start; echo "dma id=2 read 00:01.0 iova"; } >text.svt
expect_code 3 "$svasim" replay --stats s.json --events e.jsonl text.svt
has err "text.svt: line 7 (record 6, byte 139)"
has err "iova"
has out "STOPPED AT BAD INPUT"
has out "1 of 1 expectations met"
has s.json '"complete": false'
has e.jsonl '"id":1,'
expect_code 3 "$svasim" info text.svt
has out "dma"
expect_code 3 "$svasim" convert text.svt kept.svt
same kept.svt start

# Records that are well formed but cannot be applied.
{ cat start; echo "map nowhere 0x10000 bytes=0x1000"; echo "space more kind=user"; } >refused.svt
expect_code 3 "$svasim" replay refused.svt
has err "refused.svt: line 7 (record 6, byte 139):"
has err "nowhere"
has out "1 of 1 expectations met"
"$svasim" convert refused.svt refused.svb
expect_code 3 "$svasim" replay refused.svb
has err "refused.svb: record 6 (block at byte 0):"
expect_code 3 "$svasim" dump refused.svt
has out "pasid 1: pasid_entry"
{ echo "config cap.haw 99"; sed 1d start; } | trace >config.svt
expect_code 3 "$svasim" replay config.svt
has err "cap.haw"
{ echo "config iotlb_4k.sets 3"; sed 1d start; } | trace >config.svt
expect_code 3 "$svasim" replay config.svt
has err "iotlb_4k.sets"

# A binary file that is cut off, and one with a wrong byte.
"$svasim" gen window --count 200000 -o whole.svb || fail "gen"
size=$(wc -c <whole.svb)
head -c $((size * 3 / 4)) whole.svb >cut.svb
expect_code 3 "$svasim" replay --functional cut.svb
has err "cut.svb: record"
has err "byte"
has out "STOPPED AT BAD INPUT"
has out "translations"
lacks out "translations  0"
{
    head -c $((size / 2)) whole.svb
    printf 'XXXXXXXX'
    tail -c +$((size / 2 + 9)) whole.svb
} >broken.svb
expect_code 3 "$svasim" replay --functional broken.svb
has out "translations"
lacks out "translations  0"
expect_code 3 "$svasim" convert broken.svb broken.svt
expect_code 3 "$svasim" info broken.svb

# Not a trace at all.
head -c 5000 "$svasim" >program
expect_code 3 "$svasim" replay program
expect_code 3 "$svasim" info program
done_testing
