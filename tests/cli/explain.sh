#!/bin/sh
# SPDX-License-Identifier: MIT
# What `svasim explain` tells of granted, faulted, cached and missing requests.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >story.svt <<'END'
space app kind=user
map app 0x10000 bytes=0x1000
map app 0x20000 bytes=0x1000 read_only
bind 00:02.0 app pasid=7
dma id=1 read 00:02.0 0x10040 pasid=7
dma id=2 write 00:02.0 0x20000 pasid=7
dma id=3 read 00:02.0 0x10040 pasid=7
dma id=4 read 00:02.0 0x30000 pasid=8
END

expect_code 0 "$svasim" explain --id 1 story.svt
has out "request 1: read by 00:02.0 at 0x10040, 64 bytes, pasid 7, user"
has out "PASID-table entry, section 9.6"
has out "level 4"
has out "sets p=1 rw=1 us=1 a=1"
has out "8 reads, 4 updates"
lacks out "holds this page"
lacks out "record "

expect_code 0 "$svasim" explain --id 2 story.svt
has out "fault SGN.6, reason 0x85: write permission missing (section 7.1.3)"
has out "the device gets Unsupported Request; logged"
has out "record  FRCD[0] fi=0x20000"

expect_code 0 "$svasim" explain --id 3 story.svt
has out "iotlb_4k holds this page"

expect_code 0 "$svasim" explain --id 4 story.svt
has out "fault SPT.2"
expect_code 0 "$svasim" explain --id 4 --set cap.pss=2 story.svt
has out "fault SGN.10"

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
expect_code 0 "$svasim" explain --id 1 permission.svt
has out "Host permission level-4 entry, section 9.12.1"
has out "Host permission level-1 entry"
has out "pp5=1"
has out "rights r-; 8 reads"
expect_code 0 "$svasim" explain --id 2 permission.svt
has out "hpt_4k holds this page"
has out "fault HPT.5"

expect_code 2 "$svasim" explain --id 5 story.svt
has err "no dma, interrupt or submit record has the id 5"
expect_code 2 "$svasim" explain story.svt
expect_code 2 "$svasim" explain --id x story.svt
expect_code 2 "$svasim" explain --id 1 --set cap.pss=99 story.svt
done_testing
