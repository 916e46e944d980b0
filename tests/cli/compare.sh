#!/bin/sh
# SPDX-License-Identifier: MIT
# Two runs side by side: exact text for two small ones written by hand, laws on runs of a bundled
# trace, and every way in which a file can be no such file.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# --- two runs in which every number can be worked out by hand ---

cat >a.json <<'END'
{"svasim": "0.1.0", "file": "some.svt", "mode": "timed", "complete": true, "records": 12,
 "cycles": 2000, "nanoseconds": 2000.0, "requests": 100,
 "counters": {"iommu_requests": 100, "iommu_mrds": 400, "int_cache_lookup": 10,
   "int_cache_hit_nonposted": 3, "int_cache_hit_posted": 2, "iotlb_lookup": 100, "iotlb_hit": 50,
   "hpt_leaf_lookup": 0, "hpt_leaf_hit": 0, "walks": 50, "faults": 0, "old": 7},
 "faults": {},
 "descriptors": {"submits": 1, "completed": 1, "by_status": {"0x01": {"name": "ok", "count": 1}}},
 "expectations": {"total": 5, "met": 5}, "observations": {"total": 0, "differ": 0},
 "invalidations": {"processed": 0, "errors": 0},
 "latency_cycles": {
   "read": {"count": 100, "mean": 20.5, "p50": 10, "p99": 100, "p99.99": 300, "max": 400},
   "write": {"count": 0, "mean": 0.0, "p50": 0, "p99": 0, "p99.99": 0, "max": 0}},
 "stage_cycles": {"queue": 50, "memory": 2000},
 "resources": {"walk.walkers": {"slots": 2, "busy_cycles": 3000, "stalled_cycles": 9}},
 "bottleneck": "walk.walkers",
 "config": {"walk.walkers": 2, "walk.join": true, "iotlb_4k.policy": "lru", "gone.key": 1}}
END
sed -e 's/"cycles": 2000, "nanoseconds": 2000.0/"cycles": 1000, "nanoseconds": 1000.0/' \
    -e 's/"iommu_mrds": 400/"iommu_mrds": 399/' -e 's/"iotlb_hit": 50/"iotlb_hit": 75/' \
    -e 's/_hit_posted": 2/_hit_posted": 0/' -e 's/"old": 7/"new": 7/' \
    -e 's/"hpt_leaf_lookup": 0/"hpt_leaf_lookup": 4/' -e 's/"walks": 50, "faults": 0/"walks": 25, "faults": 3/' \
    -e 's/"faults": {}/"faults": {"SFS.2": {"code": 113, "count": 3}}/' \
    -e 's/"0x01": {"name": "ok", "count": 1}/"0x03": {"name": "no", "count": 1}/' \
    -e 's/"p50": 10, "p99": 100, "p99.99": 300, "max": 400/"p50": 20, "p99": 25, "p99.99": 300, "max": 401/' \
    -e 's/"mean": 20.5/"mean": 10.5/' -e 's/"queue": 50, "memory": 2000/"queue": 52, "memory": 1000/' \
    -e 's/"slots": 2, "busy_cycles": 3000/"slots": 8, "busy_cycles": 2000/' \
    -e 's/"bottleneck": "walk.walkers"/"bottleneck": "memory"/' \
    -e 's/"walk.walkers": 2, "walk.join": true/"walk.walkers": 8, "walk.join": false/' \
    -e 's/, "gone.key": 1}/}, "config_files": ["w.ini"]/' a.json >b.json

expect_code 0 "$svasim" compare a.json b.json
[ -s err ] && fail "text on standard error"
cp out text
same out "$sources/tests/cli/compare.golden"

# What is equal is shown on demand; what has nothing to measure in either run never is.
lacks text "read p99.99"
lacks text "iommu_requests"
expect_code 0 "$svasim" compare --all a.json b.json
has out "read p99.99"
has out "iommu_requests"
lacks out "write p50"
lacks out "no differences"
expect_code 0 "$svasim" compare --threshold 50 a.json b.json
has out "read p99  "
has out "+100.0 %"
has out "SFS.2"
lacks out "read mean"
lacks out "iommu_mrds"
lacks out "  iotlb "
has out "smaller differences not shown"
expect_code 0 "$svasim" compare --threshold 48.78 a.json b.json
has out "read mean"

# The same rows as one object.
expect_code 0 "$svasim" compare --json a.json b.json
[ "$(wc -l <out)" -eq 1 ] || fail "--json prints more than a line"
has out '"a":{"stats":"a.json","file":"some.svt","mode":"timed","complete":true}'
has out '"config_files":["w.ini"]'
has out '{"group":"latency","name":"read p99","kind":"number","a":100,"b":25,"change":-75,"percent":-75,"only":null}'
has out '{"group":"caches","name":"iotlb","kind":"percent","a":50,"b":75,"change":25,"percent":null,"only":null}'
has out '{"group":"others","name":"old","kind":"number","a":7,"b":null,"change":null,"percent":null,"only":"A"}'
rows=$(grep -o '"group"' out | wc -l)
[ "$rows" -eq "$(grep -c '^  [a-zA-Z]' text)" ] || fail "--json has $rows rows"

# --- laws, on a bundled trace ---

# names FILE: the rows in their order; columns FILE: name, A, B and change without its sign.
names() { grep '^  [a-zA-Z]' "$1" | cut -c 1-46; }
trace=$sources/traces/quickstart/quickstart.svt
cp "$trace" quickstart.svt
"$svasim" replay --set walk.walkers=1 --stats one.json quickstart.svt >/dev/null || fail "replay"
"$svasim" replay --stats eight.json quickstart.svt >/dev/null || fail "replay"
expect_code 0 "$svasim" compare one.json eight.json
cp out there
has there "A  one.json: quickstart.svt, timed"
has there "   1 key not at the default"
grep -q '^  walk.walkers  *1  *8$' there || fail "the setting is not shown"
expect_code 0 "$svasim" compare eight.json one.json
cp out back
awk 'length > 110 { print; exit 1 }' there back || fail "wider than 110 columns"
grep -q ' $' there && fail "trailing blanks"

# Swapped: the same rows in the same order, with the columns changed and the signs mirrored.
cells() { grep '^  [a-zA-Z]' "$1" | cut -c 1-94; }
cells there | awk '{ sign = substr($0, 79)
    if (sign ~ /\+/) sub(/\+/, "-", sign); else sub(/-/, "+", sign)
    print substr($0, 1, 46) substr($0, 63, 16) substr($0, 47, 16) sign }' >mirrored
cells back >swapped
same mirrored swapped

# Elapsed cycles, the change of them, and the share of it, from the files.
cycles() { awk -F '[:,]' '/^  "cycles"/ { print $2 + 0 }' "$1"; }
before=$(cycles one.json)
after=$(cycles eight.json)
[ "$before" -gt "$after" ] || fail "eight walkers are not faster than one"
percent=$(awk -v a="$before" -v b="$after" 'BEGIN { printf "%+.1f", (b - a) / a * 100 }')
grep '^  cycles ' there | tr -d ',' >line
grep -q " $before  *$after  *-$((before - after))  *$percent %\$" line || fail "cycles: $(cat line)"

# Equal runs, and the same bytes each time.
expect_code 0 "$svasim" compare one.json one.json
has out "no differences"
[ "$(wc -l <out)" -eq 6 ] || fail "equal runs have rows"
expect_code 0 "$svasim" compare one.json eight.json
same out there

# Without time there is nothing to say of latencies; with a configuration file it is named.
"$svasim" replay --functional -c "$sources/tools/presets/minimal.ini" --stats f.json quickstart.svt \
    >/dev/null || fail "replay"
expect_code 0 "$svasim" compare one.json f.json
has out "B  f.json: quickstart.svt, functional"
has out "presets/minimal.ini"
grep -q '^  read p50  *[0-9]*  *-$' out || fail "a latency without time"

# --- no such file ---

# refused TEXT MESSAGE: a.json with sed's TEXT is bad input.
refused() {
    sed "$1" a.json >bad.json
    cmp -s a.json bad.json && fail "nothing changed by $1"
    expect_code 3 "$svasim" compare a.json bad.json
    has err "svasim: bad.json: $2"
    [ -s out ] && fail "text on standard output"
    expect_code 3 "$svasim" compare --json bad.json a.json
    has err "svasim: bad.json: $2"
}
refused 's/"cycles": 2000/"cycles": -1/' "cycles: expected a number"
refused 's/"cycles": 2000/"cycles": "many"/' "cycles: expected a number"
refused 's/"cycles": 2000, //' "cycles: is missing"
refused 's/"walks": 50/"walks": [50]/' "counters.walks: expected a number"
refused 's/"faults": {},/"faults": [],/' "faults: expected an object"
refused 's/"faults": {},/"faults": {"SFS.2": {"code": 1}},/' "faults.SFS.2.count: is missing"
refused 's/"slots": 2, //' "resources.walk.walkers.slots: is missing"
refused 's/"p50": 10/"p50": null/' "latency_cycles.read.p50: expected a number"
refused 's/"walk.join": true/"walk.join": {}/' "config.walk.join: expected a string, a number, true or false"
refused 's/"mode": "timed"/"mode": 1/' "mode: expected a string"
refused 's/"complete": true/"complete": 1/' "complete: expected true or false"
refused 's/"count": 1}}/"count": true}}/' "descriptors.by_status.0x01.count: expected a number"
refused 's/"old": 7/"old": 7, "old": 8/' "line 5 "
refused 's/"faults": {},/"faults": {/' "line"
echo '[1, 2]' >bad.json
expect_code 3 "$svasim" compare bad.json a.json
has err "bad.json: holds 2 runs, expected the object of one"
echo '"text"' >bad.json
expect_code 3 "$svasim" compare bad.json a.json
has err "bad.json: "
: >bad.json
expect_code 3 "$svasim" compare a.json bad.json
# Counts above what a JSON integer holds are strings; names may hold anything.
sed 's/"old": 7/"ol\\u001bd\\n": "18446744073709551615"/' a.json >large.json
expect_code 0 "$svasim" compare a.json large.json
has out "  ol?d? "
has out "1.844674e+19"

expect_code 2 "$svasim" compare a.json
has err "two files are compared, not 1"
expect_code 2 "$svasim" compare a.json b.json a.json
expect_code 2 "$svasim" compare --threshold much a.json b.json
has err '--threshold: "much" is not a percentage'
expect_code 2 "$svasim" compare --threshold -1 a.json b.json
expect_code 4 "$svasim" compare a.json missing.json
has err "missing.json: No such file"
expect_code 4 "$svasim" compare . a.json
done_testing
