#!/bin/sh
# SPDX-License-Identifier: MIT
# `svasim vectors`: every scenario becomes a file, or is left out for a reason; a program that knows
# nothing but these files (docs/examples/vectors) plays them on a fresh unit and gets the same
# results; what is wrong is told.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"
player=${SVASIM_VECTORS_PLAYER:-$(dirname "$svasim")/../tests/example_vectors}
schema=$sources/docs/vectors.schema.json
here=$PWD
rm -rf all twice once set bad outside

# --- all of them ---

(cd "$sources" && "$svasim" vectors --no-depends "$here/all") >out 2>err || fail "vectors of all"
"$svasim" check --list "$sources/tests/conformance" | sed "s|^$sources/||" | sort >listed
(cd "$sources" && grep -rlE '^config machine.timed_only on' tests/conformance --include='*.svt') |
    sort >timed
total=$(wc -l <listed)
left_out=$(wc -l <timed)
written=$((total - left_out))
[ "$total" -gt 300 ] || fail "only $total scenarios"
has out "$total scenarios: $written written ("
has out "), $left_out left out (timed), 0 failed"
expect_code 0 "$player" --schema "$schema" all
tail -n 1 out
has out "$written scenarios played: $written as expected, 0 differ, 0 malformed ("
has out "; $left_out left out"
# Played or left out: each one, and left out only what has no meaning without time.
sed -n 's/^left out: \(.*\) (timed)$/\1/p' out | sort >told
same told timed
sed -n 's/.*"source":"\([^"]*\)".*/\1/p' all/index.jsonl | sort >told
same told listed
[ "$(find all -name '*.jsonl' | wc -l)" -eq $((written + 1)) ] || fail "files that no index names"

# --- what one looks like ---

one=all/walks/first_stage_4k_page.jsonl
has $one '"source":"tests/conformance/walks/first_stage_4k_page.svt"'
has $one '"sections":["3.6","9.6","9.7"]'
has $one '{"kind":"memory","address":"0x40026008","words":["0x90000067"]}'
has $one '"do":"write_register","name":"RTADDR_REG","offset":"0x20","bytes":8,"value":"0x40000400"'
has $one '"status":"success","address":"0x90000240"'
has $one '{"address":"0x40025000","bytes":8,"old":"0x40026007","new":"0x40026027","locked":true}'
has $one '"asserted":["expect.status","expect.address","internal.page_bytes","internal.reads"'
has $one '"fault":{"code":113,"name":"SFS.2"}'
has $one '"fault_records":[{"index":0,"offset":"0x1000","words":["0x7f0000002000","0xc000057180000008"]}]'
has all/faults/collapsed.jsonl '"traps":[102]'
has all/completion/crc.jsonl '"of":"descriptor"'
has all/completion/crc.jsonl '"by":"device"'
has all/memory/stores_wait_in_cpu_caches.jsonl '"kept":true'
has all/page_requests/retry_after_response.jsonl '"page_responses":[{"source_id":8,"pasid":5,"group":7,"code":0}]'
has all/device_tlb/silence.jsonl '"do":"advance","tick":12000,"timed":true'

# --- what depends on what; the same bytes each time ---

for directory in once twice; do
    (cd "$sources" && "$svasim" vectors "$here/$directory" tests/conformance/policies \
        tests/conformance/staleness) >$directory.out 2>err || fail "vectors of $directory"
done
same once.out twice.out
diff -r once twice >differences || fail "not the same bytes: $(head -n 3 differences)"
expect_code 0 "$player" --schema "$schema" once
grep -q '"do":"request".*"depends_on":\["caches"\]' once/unmap_without_flush.jsonl ||
    fail "a stale answer does not depend on caches"
grep -q '"do":"request".*"depends_on":\[.*"policy.legacy_atomic"' once/legacy_atomic_default.jsonl ||
    fail "the fault of a legacy atomic does not depend on its policy"
grep '"do":"request"' once/unmap_with_flush.jsonl | head -n 1 | grep -q '"depends_on":\["caches"' &&
    fail "a first request depends on caches"

# Another unit that is right as well passes: one without caches, one that decides open points otherwise.
without=
for cache in $(sed -n 's/^CACHE([A-Z0-9_]*, *"\([a-z0-9_]*\)".*/\1/p' "$sources/libsvasim/spec/caches.def"); do
    without="$without --set $cache.enabled=off"
done
[ "$(echo "$without" | wc -w)" -ge 40 ] || fail "only these caches: $without"
# shellcheck disable=SC2086 # words on purpose
expect_code 0 "$player" $without once
lacks out "0 scenarios played"
for key in us_check=early iotlb_denied=walk collapse_faults=on nested_read_only_table=sgn6 \
    legacy_atomic=read page_event_pending=ppr am_above_mamv=accept; do
    expect_code 0 "$player" --set policy.$key once
done
sed 's/,"depends_on":\[[^]]*\]}$/}/' once/unmap_without_flush.jsonl >unmarked.jsonl
expect_code 1 "$player" --set iotlb_4k.enabled=off unmarked.jsonl
has out 'expect.status: expected "success", got "unsupported_request"'

# --- the player would notice ---

# changed FILE CODE SED: a copy that sed changed ends with this exit code.
changed() {
    sed "$3" "$1" >changed.jsonl
    cmp -s "$1" changed.jsonl && fail "nothing changed: $3"
    expect_code "$2" "$player" --schema "$schema" changed.jsonl
}
changed $one 1 's/"address":"0x90000240"/"address":"0x90000280"/'
changed $one 1 's/"words":\["0x90000067"\]/"words":["0x90001067"]/'
changed $one 1 's/"words":\["0x40024007"\]/"words":["0x0"]/'
changed $one 1 's/"new":"0x40026027"/"new":"0x40026007"/'
changed $one 1 's/,"changes":\[[^]]*\]//'
changed $one 1 's/"reads":8/"reads":7/'
changed $one 1 's/"fault_records":\[.*\]}\]/"recorded":true/'
changed $one 1 's/{"name":"FSTS_REG","offset":"0x34","bytes":4,"value":"0x2"},//'
changed $one 1 's/"value":"0x40000400"/"value":"0x40000000"/'
changed $one 1 's/"pasid":5/"pasid":6/'
changed $one 3 's/"do":"request"/"do":"guess"/'
changed $one 3 's/"status":"success"/"status":"fine"/'
changed $one 3 's/"length":64/"length":"64"/'
changed $one 3 's/"op":"read",//'
changed $one 3 's/"memory":8/"memory":7/'
changed $one 3 '/"kind":"end"/d'
changed $one 3 '2,3d'
changed $one 3 's/^{"kind":"scenario"/{"kind":"scenario","extra":1/'
expect_code 2 "$player"

# --- names and what goes wrong ---

expect_code 2 "$svasim" vectors
has err "a directory for the vectors is missing"
expect_code 2 "$svasim" vectors --jobs 1 set
expect_code 2 "$svasim" vectors set -
expect_code 2 "$svasim" vectors set "$sources/tests/conformance" --filter nowhere
has err "nowhere"
expect_code 2 "$svasim" vectors --set walk.walkers=none set "$sources/docs/examples/first.svt"
expect_code 4 "$svasim" vectors set ./no/such.svt
has err "no/such.svt"
has out "1 scenarios: 0 written"

mkdir -p bad/deep outside
head='space app kind=user
map app 0x10000 bytes=0x1000 target=0x90000000
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1'
printf '%s\nexpect 1 ok pa=0x90000000\n' "$head" | trace >bad/deep/good.svt
printf '%s\nexpect 1 ok pa=0x1000\n' "$head" | trace >bad/unmet.svt
printf '%s\nfly 1\n' "$head" | trace >bad/wrong.svt
expect_code 3 "$svasim" vectors set/new bad
has err "bad/wrong.svt: line 6"
has err "bad/unmet.svt: 1 of 1 expectations are not met: no vectors"
has out "3 scenarios: 1 written"
has out "2 failed"
[ -f set/new/deep/good.jsonl ] || fail "the good one is missing"
[ -f set/new/unmet.jsonl ] && fail "vectors of an expectation that is not met"
expect_code 1 "$svasim" vectors set/new bad --filter unmet
expect_code 0 "$player" --schema "$schema" set/new/deep/good.jsonl
# Numbers that JSON has no integer for.
printf 'dma id=18446744073709551615 read 00:01.0 0xffffffffffffffc0\nexpect 18446744073709551615 ok pa=0xffffffffffffffc0\n' |
    trace >outside/wide.svt
expect_code 0 "$svasim" vectors set/wide outside/wide.svt
has set/wide/wide.jsonl '"id":"0xffffffffffffffff"'
has set/wide/wide.jsonl '"asserted":["expect.status","expect.address"]'
expect_code 0 "$player" --schema "$schema" set/wide/wide.jsonl
rm outside/wide.svt
# Binary traces, and a trace without any request.
"$svasim" convert bad/deep/good.svt outside/good.svb
trace </dev/null >outside/empty.svt
expect_code 0 "$svasim" vectors set/binary outside
expect_code 0 "$player" --schema "$schema" set/binary
has out "2 scenarios played: 2 as expected"
expect_code 2 "$svasim" vectors set/two bad/deep outside
has err "both would be good.jsonl"

echo file >outside/file
expect_code 4 "$svasim" vectors outside/file/below bad/deep
has err "outside/file"
if [ -w /dev/full ]; then
    mkdir -p set/full
    ln -s /dev/full set/full/good.jsonl
    expect_code 4 "$svasim" vectors set/full bad/deep
    has err "set/full/good.jsonl: No space left on device"
    [ -e set/full/good.jsonl ] && fail "half a file stays"
    ln -sf /dev/full set/full/index.jsonl
    expect_code 4 "$svasim" vectors set/full bad/deep
    has err "set/full/index.jsonl: No space left on device"
fi

done_testing
