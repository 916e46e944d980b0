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
drain
dma id=3 read 00:02.0 0x10040 pasid=7
dma id=4 read 00:02.0 0x30000 pasid=8
END

expect_code 0 "$svasim" explain --id 1 story.svt
has out "request 1: read by 00:02.0 at 0x10040, 64 bytes, pasid 7, user"
has out "PASID-table entry, section 9.6"
has out "level 4"
has out "sets         p=1 rw=1 us=1 a=1"
has out "      raw          "
has out "SFS.4 it can be read; SFS.2 it is present; SFS.3 no reserved bit is set;"
has out "passed       SGN.2 the page is a user's, or the request a supervisor's;"
has out "8 reads, 4 updates"
has out "caches  iotlb missed, context missed, context filled"
has out "iotlb_4k filled"
has out "time    1205 cycles = 1205 ns: lookup 1, walk_lookup 3, memory 1200, respond 1"
lacks out "record "
lacks out "remedy"
lacks out "FAILED"

expect_code 0 "$svasim" explain --id 2 story.svt
has out "fault SGN.6, reason 0x85: write permission missing (section 7.1.3)"
has out "the device gets Unsupported Request; logged"
has out "record  FRCD[0] fi=0x20000"
has out "FAILED       SGN.6 every level of every stage lets the page be written (section 3.6.1)"
has out "not reached  SGN.8.1, SFS.9, SFS.10"
has out "remedy  Set R/W in every first-stage entry of the page"

expect_code 0 "$svasim" explain --id 3 story.svt
has out "caches  iotlb_4k hit"

expect_code 0 "$svasim" explain --id 4 story.svt
has out "fault SPT.2"
has out "FAILED       SPT.2 it is present (section 9.6)"
has out "not reached  SPT.3, SPT.4.2"
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
has out "caches  context hit, hpt_4k hit"
has out "FAILED       HPT.5 the host page may be written"
has out "fault HPT.5"

# What a cache answers need not be what the tables say.
trace >stale.svt <<'END'
entry pasid sid=00:01.0 pasid=5 p=1 pgtt=1 did=7 pwsnp=1
entry first sid=00:01.0 pasid=5 address=0x1000 level=1 p=1 rw=1 us=1 a=1 d=1 addr=0x90000000
dma id=1 read 00:01.0 0x1000 pasid=5
drain
entry first sid=00:01.0 pasid=5 address=0x1000 level=1 p=0
dma id=2 read 00:01.0 0x1000 pasid=5
END
expect_code 0 "$svasim" explain --id 2 stale.svt
has out "fault SFS.2"
has out "STALE   the tables say the above, but the unit answered success, address 0x90000000"
expect_code 0 "$svasim" explain --id 1 stale.svt
lacks out "STALE"

# Updates that memory refuses are no matter of tables; a silenced fault says why.
trace >memory.svt <<'END'
entry pasid sid=00:01.0 pasid=5 p=1 fpd=1 pgtt=1 did=7 pwsnp=1
entry first sid=00:01.0 pasid=5 address=0x1000 level=1 p=1 rw=1 us=1 addr=0x90000000
fail entry=first sid=00:01.0 pasid=5 iova=0x1000 level=1 access=update
dma id=1 write 00:01.0 0x1000 pasid=5
END
expect_code 0 "$svasim" explain --id 1 memory.svt
has out "FAILED       SFS.10 the dirty flag is set, or memory takes it"
has out "not logged, as an entry on the way has FPD set"

# Before any table; and where nothing is checked.
trace >door.svt <<'END'
config machine.auto_enable off
entry context sid=00:01.0 p=1
dma id=1 read 00:01.0 0x1000
drain
reg 0x20 0x40000800 size=8
reg 0x18 0x40000000
reg 0x18 0x80000000
dma id=2 read 00:01.0 0x1000
END
expect_code 0 "$svasim" explain --id 1 door.svt
has out "passed through untranslated; 0 reads, 0 updates"
lacks out "passed  "
expect_code 0 "$svasim" explain --id 2 door.svt
has out "FAILED       RTA.1.2 the table mode is not a reserved one (section 11.4.5)"

# All of a trace, and JSON: one line for each request, in order.
expect_code 0 "$svasim" explain --all story.svt
[ "$(grep -c '^request ' out)" -eq 4 ] || fail "not four requests"
expect_code 0 "$svasim" explain --all --json story.svt
[ "$(wc -l <out)" -eq 4 ] || fail "not four lines"
for key in id request before steps result answer remedy record timed; do
    [ "$(grep -c "\"$key\":" out)" -eq 4 ] || fail "no key $key"
done
sed -n 2p out >second
has second '"op":"write","at":"untranslated","sid":"00:02.0","pasid":7,"privileged":false'
has second '"fault":"SGN.6","says":'
has second '"outcome":"failed"'
has second '"outcome":"not_reached"'
has second '"remedy":"Set R/W in'
has second '"record":{"index":0,"fields":{"fi":"0x20000"'
has second '"raw":["0x100001005"],"fields":{"p":"0x1","rw":"0x0"'
has second '"where":{'
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin]' <out || fail "no JSON"
fi

# Wherever a request faults, exactly one check fails: that of its fault; all else passed before it, or
# was not reached. Every scenario of the fault table, and every kind of interrupt fault.
for file in "$sources"/tests/conformance/faults/*.svt \
    "$sources"/tests/conformance/interrupt_remapping/*.svt; do
    "$svasim" explain --all --json "$file" 2>/dev/null
done | sed 's/"timed":.*//' | awk '
    {
        name = "none"
        if (match($0, /"answer":\{"status":"[a-z_]*","fault":\{"name":"[A-Z0-9.]*/)) {
            name = substr($0, RSTART, RLENGTH)
            sub(/.*"/, "", name)
            faults++
        }
        failed = 0
        late = 0
        n = split($0, part, /"fault":"/)
        for (i = 2; i <= n; i++) {
            if (part[i] ~ /"outcome":"failed"/) {
                failed++
                if (part[i] !~ "^" name "\"")
                    print "another check failed: " substr(part[i], 1, 20) ", not " name
            } else if (part[i] ~ /"outcome":"passed"/ && failed) {
                late++
            }
        }
        if (failed != (name != "none") || late)
            print name ": " failed " checks failed, " late " passed behind it"
    }
    END {
        if (faults < 400)
            print "only " faults " faults"
    }' >wrong
[ -s wrong ] && {
    fail "checks do not tell the fault"
    head wrong
}

expect_code 2 "$svasim" explain --id 1 --all story.svt
expect_code 2 "$svasim" explain --id 5 story.svt
has err "no dma, interrupt or submit record has the id 5"
expect_code 2 "$svasim" explain story.svt
expect_code 2 "$svasim" explain --id x story.svt
expect_code 2 "$svasim" explain --id 1 --set cap.pss=99 story.svt
done_testing
