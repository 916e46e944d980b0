#!/bin/sh
# SPDX-License-Identifier: MIT
# Interrupt requests in every command: explained read by read, dumped with their table, logged as
# events, shown by a failed expectation; and records that say something impossible.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >trace.svt <<'END'
config machine.apic xapic
posted 0x200000 nv=0xf2 ndst=0x300
irte 1 p=1 im=1 vv=0x41 pdal=0x8000
irte 5 p=1 v=0x33 dst=0x200 svt=1 sid=0x10
irte 6 fpd=1
interrupt 00:02.0 id=1 index=1
interrupt 00:02.0 id=2 index=5
interrupt 00:03.0 id=3 index=5
interrupt 00:02.0 id=4 index=1
interrupt 00:02.0 id=5 address=0xfee01000 data=0x55
END

expect_code 0 "$svasim" explain --id 1 trace.svt
has out "request 1: write by 00:02.0 at 0xfee00030, 4 bytes, without PASID, interrupt index 1"
has out "1  Interrupt remapping table entry, posted, section 9.10"
has out "2  Posted interrupt descriptor, section 9.11, at 0x200000"
has out "sets         pir1=2 on=1 nv=0xf2 ndst=0x300"
has out "success, posted, message 0xfee03000 0x40f2: vector 0xf2 to physical 0x3, fixed, edge"
has out "2 reads, 2 updates"
expect_code 0 "$svasim" explain --id 2 trace.svt
has out "message 0xfee02000 0x4033: vector 0x33 to physical 0x2, fixed, edge; 1 reads, 0 updates"
has out "caches  iec missed, iec filled"
expect_code 0 "$svasim" explain --id 3 trace.svt
has out "FAILED       INT.26 it accepts this source id (section 5.1.4)"
has out "remedy  Let SID, SQ and SVT"
has out "fault INT.26, reason 0x26"
has out "record  FRCD[0] fi=0x5000000000000 sid=0x18 fr=0x26 f=1"
expect_code 0 "$svasim" explain --id 4 trace.svt
has out "success, posted, no message"
expect_code 0 "$svasim" explain --id 5 trace.svt
has out "fault INT.25"
lacks out "interrupt index"

expect_code 0 "$svasim" dump trace.svt
has out "interrupt remapping table at 0x40001000, 256 entries, xAPIC"
has out "interrupt 1: irte_posted at 0x40001010"
has out "p=1 im=1 vv=0x41 pdal=0x8000"
has out "posted to: posted_descriptor at 0x200000"
has out "pir1=2 on=1 nv=0xf2 ndst=0x300"
has out "interrupt 5: irte at 0x40001050"
lacks out "interrupt 6"
expect_code 0 "$svasim" dump --at 2 trace.svt
lacks out "interrupt remapping table"
expect_code 0 "$svasim" dump --limit 3 trace.svt
has out "stopped: the limit is reached"

expect_code 0 "$svasim" replay --functional --events events.jsonl trace.svt
has events.jsonl '"posted":true,"message":{"address":"0xfee03000","data":"0x40f2","vector":242,"destination":3,"logical":false,"hint":false,"delivery":"fixed","trigger":"edge"}'
has events.jsonl '"posted":true,"message":null'
has events.jsonl '"fault":{"code":38,"name":"INT.26","recorded":true},"reads":0'
expect_code 0 "$svasim" convert trace.svt trace.svb
expect_code 0 "$svasim" convert trace.svb again.svt
same trace.svt again.svt
expect_code 0 "$svasim" replay --functional --events again.jsonl trace.svb
same events.jsonl again.jsonl

# Both kinds of hits count: of four lookups (5 is in compatibility format) two.
expect_code 0 "$svasim" replay --functional trace.svt
cat err >>out
has out "int_cache"
has out "50.0 %"

trace >fails.svt <<'END'
irte 1 p=1 v=0x41 dst=0x7
posted 0x200000 sn=1
irte 2 p=1 im=1 pdal=0x8000
interrupt 00:02.0 id=1 index=1
expect 1 ok vector=0x42 destination=0x7 delivery=nmi trigger=level posted=1
interrupt 00:02.0 id=2 index=2
expect 2 ok vector=0x42
expect 2 ok pa=0x0
END
expect_code 1 "$svasim" check --functional fails.svt
cat out >>err
has err "expected posted=1, got 0; expected vector=0x42, got 0x41"
has err "expected delivery=nmi, got fixed; expected trigger=level, got edge"
has err "ok, message 0xfee07000 0x4041: vector 0x41 to physical 0x7, fixed, edge"
has err "no message goes to the processors"
has err "pa= does not apply to a interrupt record"

# One record each that cannot be.
refused() {
    trace >bad.svt
    expect_code 3 "$svasim" replay bad.svt
    has err "$1"
}
refused "give either index or address" <<'END'
interrupt id=1 00:02.0
END
refused "give either index or address" <<'END'
interrupt 00:02.0 id=1 index=1 address=0xfee00000
END
refused "sub: only with index" <<'END'
interrupt 00:02.0 id=1 address=0xfee00000 sub=1
END
refused "do not fit 16 bits" <<'END'
interrupt 00:02.0 id=1 index=65536
END
refused "not a multiple of 4 from 0xfee00000" <<'END'
interrupt 00:02.0 id=1 address=0xfef00000
END
refused "interrupt index 256: expected less than 256" <<'END'
irte 256 p=1
END
refused "expected a multiple of 64" <<'END'
posted 0x200020 on=1
END
refused "irte has no field" <<'END'
irte 0 vv=1
END
refused "is not a power of two" <<'END'
config machine.interrupts 100
irte 0 p=1
END

done_testing
