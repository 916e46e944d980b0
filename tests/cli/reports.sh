#!/bin/sh
# SPDX-License-Identifier: MIT
# --stats and --events: keys that others rely on, the same bytes on every run, and compression.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

"$svasim" gen faults --count 400 -o faults.svb || fail "gen"
"$svasim" gen mix --count 60 -o mix.svb || fail "gen"
for trace in faults.svb mix.svb; do
    expect_code 0 "$svasim" replay --stats a.json --events a.jsonl $trace
    expect_code 0 "$svasim" replay --stats b.json --events b.jsonl.gz $trace
    same a.json b.json
    gzip -dc b.jsonl.gz >b.jsonl || fail "not compressed"
    same a.jsonl b.jsonl
    cp b.jsonl.gz first.gz
    "$svasim" replay --events b.jsonl.gz $trace >/dev/null
    same first.gz b.jsonl.gz
done
cp a.jsonl mix.jsonl
has mix.jsonl '{"kind":"submit","id":1,'
has mix.jsonl '{"kind":"completion","id":1,'

# The keys of a translation, in order.
"$svasim" replay --events e.jsonl --stats s.json faults.svb >/dev/null
keys='^\{"kind":"translation","id":[0-9]+,"t_in":[0-9]+,"t_out":[0-9]+,"latency_cycles":[0-9]+'
keys="$keys"',"latency_ns":[0-9.]+,"sid":"[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]","pasid":(null|[0-9]+)'
keys="$keys"',"pr":(true|false),"op":"(read|write|atomic|ats|translated)","iova":"0x[0-9a-f]+"'
keys="$keys"',"status":"(ok","pa":"0x[0-9a-f]+","page_bytes":[0-9]+,"fault":null'
keys="$keys"'|fault","pa":null,"page_bytes":null,"fault":\{"code":[0-9]+,"name":"[A-Z0-9.]+",'
keys="$keys"'"recorded":(true|false)\}),"reads":[0-9]+,"where":\{("[a-z_]+":[0-9]+,?)+\}\}$'
[ "$(grep -c '"kind":"translation"' e.jsonl)" -eq 400 ] || fail "not one event per request"
grep '"kind":"translation"' e.jsonl | grep -qvE "$keys" && fail "keys of a translation"

# Latency is the difference of the times, and the sum of its parts.
grep '"kind":"translation"' e.jsonl | awk '
    function number(key) { match($0, "\"" key "\":[0-9]+"); n = length(key) + 3
        return substr($0, RSTART + n, RLENGTH - n) }
    {
        latency = number("latency_cycles")
        if (number("t_out") - number("t_in") != latency) bad = 1
        where = $0; sub(/.*"where":\{/, "", where); gsub(/[^0-9,]/, "", where)
        count = split(where, part, ","); sum = 0
        for (i = 1; i <= count; i++) sum += part[i]
        if (sum != latency) bad = 1
    }
    END { exit bad }' || fail "latency is not the sum of its parts"

for key in counters iotlb_lookup iotlb_hit pasid_cache_lookup iommu_requests faults descriptors \
    expectations latency_cycles p99.9 p99.99 config_files stage_cycles resources config cap.haw bottleneck; do
    has s.json "\"$key\":"
done
has s.json '"met": 400'
"$svasim" replay --functional --stats - faults.svb >out
has out '"mode": "functional"'
has out '"bottleneck": null'

# Several files: an array.
"$svasim" replay --stats s.json mix.svb mix.svb >/dev/null
[ "$(head -c 1 s.json)" = "[" ] || fail "several files are no array"
[ "$(grep -c '"svasim":' s.json)" -eq 2 ] || fail "not two objects"

# Stale answers are events of their own.
trace >stale.svt <<'END'
space app kind=user
map app 0x10000 bytes=0x1000
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1
unmap app 0x10000 bytes=0x1000 no_flush
dma id=2 read 00:01.0 0x10000 pasid=1
END
expect_code 0 "$svasim" replay --check-stale --events e.jsonl stale.svt
has out "1 stale answers"
has out "stale: id 2 00:01.0 pasid 1 0x10000"
has out "the tables say SFS.2"
has e.jsonl '{"kind":"stale","id":2,'
has e.jsonl '"fresh":{"status":"fault"'
done_testing
