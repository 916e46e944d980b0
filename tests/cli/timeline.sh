#!/bin/sh
# SPDX-License-Identifier: MIT
# replay --timeline: tracks, spans and counts agree with --events and --stats, watching changes no
# result, and the same bytes come out each time.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace >one.svt <<'END'
config memory.latency 100
entry pasid sid=00:01.0 pasid=5 p=1 pgtt=1 did=7 pwsnp=1
entry first sid=00:01.0 pasid=5 address=0x1000 level=1 p=1 rw=1 us=1 a=1 d=1 addr=0x90000000
@0 dma id=1 read 00:01.0 0x1000 pasid=5
@5 dma id=2 write 00:01.0 0x1000 pasid=5
@10 dma id=3 read 00:01.0 0x800000 pasid=5
END
expect_code 0 "$svasim" replay --set clock.freq_mhz=2000 --timeline one.json one.svt
has one.json '{"displayTimeUnit":"ns","traceEvents":['
has one.json '"name":"process_name","pid":1,"args":{"name":"one.svt"}'
has one.json '"args":{"name":"walker 0"}'
# 2000 MHz: 100 cycles are 50 ns. The first walk begins behind the lookup and ends with its last read.
has one.json '{"ph":"X","name":"memory","pid":1,"tid":1,"ts":0.001000,"dur":0.050000,"args":{"id":1}}'
has one.json '{"ph":"X","name":"read 0x1000","pid":1,"tid":1,"ts":0.000500,'
has one.json '"name":"00:01.0 read","id":2,"pid":1,"tid":0,"ts":0.000000,"args":{"id":1,"pasid":5,"iova":"0x1000","pa":"0x90000000",'
has one.json '{"ph":"i","s":"t","name":"SFS.2",'
# Who joins is counted there, and everybody leaves.
has one.json '{"ph":"C","name":"in join","pid":1,"ts":0.003000,"args":{"requests":1}}'
for stage in queue lookup join walk_lookup memory respond; do
    last=$(grep "\"name\":\"in $stage\"" one.json | tail -n 1)
    case $last in
    '' | *'"args":{"requests":0}}'*) ;;
    *) fail "in $stage at the end: $last" ;;
    esac
done
grep -q '"requests":-' one.json && fail "less than none"

# One span per request and per walk, with or without a link.
for more in "" "link.latency=50 link.rate=8000 data.latency=20 walk.lines=4"; do
    sets=
    for set in $more; do
        sets="$sets --set $set"
    done
    for kind in mix faults supervisor; do
        "$svasim" gen $kind --count 50 -o $kind.svb || fail "gen"
        # shellcheck disable=SC2086 # lists of words
        expect_code 0 "$svasim" replay $sets --timeline a.json --stats watched.json --events e.jsonl $kind.svb
        # shellcheck disable=SC2086
        expect_code 0 "$svasim" replay $sets --timeline b.json.gz --stats plain.json $kind.svb
        gzip -dc b.json.gz >b.json
        same a.json b.json
        # shellcheck disable=SC2086
        expect_code 0 "$svasim" replay $sets --stats plain.json $kind.svb
        same plain.json watched.json
        [ "$(grep -c '"ph":"b","cat":"request"' a.json)" -eq "$(grep -c '"kind":"translation"' e.jsonl)" ] ||
            fail "$kind: requests"
        walks=$(sed -n 's/^ *"walks": \([0-9]*\).*/\1/p' watched.json | head -n 1)
        [ "$(grep -cE '"ph":"X","name":"(read|write|atomic|ats|translated) 0x' a.json)" -eq "$walks" ] ||
            fail "$kind: walks, expected $walks"
        [ "$(grep -c '^{' a.json)" -gt 50 ] || fail "$kind: short"
        grep -vE '^(\{.*\},?|\]\}|\{"displayTimeUnit":"ns","traceEvents":\[)$' a.json | head -n 3 >odd
        [ -s odd ] && fail "$kind: $(cat odd)"
    done
done

# Two traces are two processes.
expect_code 0 "$svasim" replay --timeline two.json one.svt one.svt
has two.json '"name":"process_name","pid":2,'

# Engines that take time have tracks, and page requests that software answers their round trips.
expect_code 0 "$svasim" replay --timeline pages.json "$sources/traces/page_faults/page_faults.svt"
has pages.json '"name":"page request engine"'
has pages.json '"name":"invalidation engine"'
[ "$(grep -c '"ph":"b","cat":"page request"' pages.json)" = 65 ] || fail "round trips"
[ "$(grep -c '"ph":"X","name":"busy"' pages.json)" = 130 ] || fail "spans of engines"
has one.json '"ph"'
grep -q 'engine"' one.json && fail "an engine without time has a track"

expect_code 2 "$svasim" replay --functional --timeline f.json one.svt
has err 'a --functional run has no time'
expect_code 4 "$svasim" replay --timeline nowhere/f.json one.svt
has err 'nowhere/f.json'
if [ -w /dev/full ]; then
    expect_code 4 "$svasim" replay --timeline /dev/full one.svt
    has err 'cannot be written'
fi
done_testing
