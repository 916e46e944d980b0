#!/bin/sh
# SPDX-License-Identifier: MIT
# `svasim check --update`: expectations that are not met get the values that came out; everything
# else of the file stays as it is.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

rm -rf set
mkdir set
cat >before.svt <<'END'
svasim-trace 1
# A comment stays,	with its tab.
space app kind=user

map app 0x10000 bytes=0x1000 target=0x90000000   # and this one
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
@5000 dma id=2 read 00:01.0 0x20000 pasid=1
  expect   1 ok   pa=0x1230 reads=7	latency=1  # pa=0x1230 in a comment
expect 2 ok
expect 1 fault fault=SFS.2 code=0x71 rights=r
expect 2 fault=SFS.3 recorded=0
loaded 0x200 0xff mask=0xf0
cached iotlb_4k sid=00:01.0 pasid=1 address=0x10000 present=0
holds 0x34 0x0
register FSTS PPF=0 iqe=1
logged 0 fault=SFS.3 sid=00:01.0 address=0x30000 type=write
interrupted 3
expect 2 fault fault=SFS.2
END
cat >after.svt <<'END'
svasim-trace 1
# A comment stays,	with its tab.
space app kind=user

map app 0x10000 bytes=0x1000 target=0x90000000   # and this one
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
@5000 dma id=2 read 00:01.0 0x20000 pasid=1
  expect   1 ok   pa=0x90000000 reads=8	latency=1205  # pa=0x1230 in a comment
expect 2 fault
expect 1 ok code=0x0 rights=rw
expect 2 fault=SFS.2 recorded=1
loaded 0x200 0xf mask=0xf0
cached iotlb_4k sid=00:01.0 pasid=1 address=0x10000 present=1
holds 0x34 0x2
register FSTS PPF=1 iqe=0
logged 0 fault=SFS.2 sid=00:01.0 address=0x20000 type=read
interrupted 0
expect 2 fault fault=SFS.2
END
cp before.svt set/all.svt
chmod 640 set/all.svt
printf '%s\r\n' "svasim-trace 1" "holds 0x34 0x7" >set/crlf.svt
trace >set/good.svt <<'END'
holds 0x34 0x0
END
cp set/good.svt good.svt
expect_code 0 "$svasim" check --update set
same set/all.svt after.svt
same set/good.svt good.svt
printf '%s\r\n' "svasim-trace 1" "holds 0x34 0x0" >wanted
same set/crlf.svt wanted
# shellcheck disable=SC2012 # the mode is what is asked for
[ "$(ls -l set/all.svt | cut -c1-10)" = "-rw-r-----" ] || fail "permissions changed"
has out "  updated: set/all.svt:9: pa 0x1230 -> 0x90000000"
has out "  updated: set/all.svt:9: latency 1 -> 1205"
has out "  updated: set/all.svt:10: outcome ok -> fault"
has out "  updated: set/all.svt:11: fault SFS.2 -> (removed)"
has out "3 passed, 0 failed"
lacks out "expected"
ls set | grep -v '\.svt$' && fail "a temporary file is left"
# Nothing is left to do.
expect_code 0 "$svasim" check --update set
lacks out "updated"

# What differs with and without time is left alone, but for latency.
cat >set/modes.svt <<'END'
svasim-trace 1
space app kind=user
map app 0x10000 bytes=0x1000
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
dma id=2 read 00:01.0 0x10040 pasid=1
dma id=3 read 00:01.0 0x10080 pasid=1
expect 3 ok latency=5 stale=1
interrupted 0
register ECRSP ip=0
END
cp set/modes.svt modes.svt
# A walk that another one joins: its reads count once with time, and twice or never without.
cat >set/joined.svt <<'END'
svasim-trace 1
config iotlb_4k.enabled off
config iotlb_2m.enabled off
config iotlb_1g.enabled off
space app kind=user
map app 0x10000 bytes=0x1000
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
dma id=2 read 00:01.0 0x10040 pasid=1
expect 2 ok reads=9
END
cp set/joined.svt joined.svt
expect_code 1 "$svasim" check --update set
has out "  updated: set/modes.svt:8: latency 5 -> "
has out "  updated: set/modes.svt:8: stale 1 -> 0"
has out "  left alone: set/joined.svt:10: reads is "
has out "expected reads=9"
has out "4 passed, 1 failed"
same set/joined.svt joined.svt
expect_code 0 "$svasim" check --update --timed set/joined.svt
has out "  updated: set/joined.svt:10: reads 9 -> "

# Other forms are refused, and said so; links are followed.
mkdir forms
"$svasim" convert before.svt forms/binary.svb || fail "convert"
gzip -c before.svt >forms/zipped.svt || fail "gzip"
cksum forms/* >sums
expect_code 1 "$svasim" check --update forms
[ "$(grep -c 'only plain text can be updated' out)" -eq 2 ] || fail "not refused twice"
has out "0 passed, 2 failed"
cksum forms/* | cmp -s - sums || fail "a refused file changed"
cp before.svt real.svt
ln -sf real.svt link.svt
expect_code 0 "$svasim" check --update link.svt
same real.svt after.svt
[ -L link.svt ] || fail "the link became a file"

# Bad input stays bad input, and is said once.
echo nonsense | trace >bad.svt
expect_code 3 "$svasim" check --update bad.svt
[ "$(grep -c 'line 2' out)" -eq 1 ] || fail "bad input is not said once"
# No expectation: nothing to update.
echo 'drain' | trace >silent.svt
expect_code 1 "$svasim" check --update silent.svt
[ "$(grep -c 'has no expectation' out)" -eq 2 ] || fail "silence is not said once for each mode"
done_testing
