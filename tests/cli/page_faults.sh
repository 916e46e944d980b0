#!/bin/sh
# SPDX-License-Identifier: MIT
# Page requests that modelled software answers: the bundled trace is what its script writes, service
# times follow their seed and distribution, statistics and events tell of each answer.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

trace=$sources/traces/page_faults/page_faults.svt
sh "$sources/traces/page_faults/generate.sh" >made.svt
cmp -s made.svt "$trace" || fail "page_faults.svt is not what generate.sh writes"

# run OUT KEY=VALUE...: statistics of the trace with other keys.
run() {
    out_file=$1
    shift
    sets=
    for pair; do sets="$sets --set $pair"; done
    # shellcheck disable=SC2086
    "$svasim" replay $sets --stats "$out_file.json" --events "$out_file.events" "$trace" \
        >"$out_file.txt" || fail "replay $*"
}

# point FILE NAME: a number of the page requests' round trips.
point() {
    tr -d ' \n' <"$1.json" | grep -o '"page_request":{"count[^}]*' | tr '{,' '\n\n' |
        sed -n "s/^\"$2\"://p"
}

run one
run same
cmp -s one.json same.json || fail "the same seed gives other statistics"
run other service.seed=2
[ "$(point one p50)" != "$(point other p50)" ] || fail "another seed gives the same times"
has one.txt "page req."
[ "$(point one count)" = 65 ] || fail "count: $(point one count)"
[ "$(grep -c '"kind":"page_response"' one.events)" = 65 ] || fail "page_response events"
grep -q '"kind":"page_response","id":193,.*"status":"invalid"' one.events || fail "the last is invalid"

# Nobody waits for anybody: reads of the walk (the PASID entry is cached), 50, the service, and the
# response at once.
run fixed service.distribution=fixed service.slots=64
[ "$(point fixed p50)" -ge 20040 ] || fail "fixed: $(point fixed p50)" # to a part in 1024
[ "$(point fixed max)" = 20050 ] || fail "fixed: $(point fixed max) at most"

run uniform service.distribution=uniform service.spread=5000 service.slots=64
[ "$(point uniform p50)" -gt 18500 ] && [ "$(point uniform p50)" -lt 21500 ] ||
    fail "uniform: $(point uniform p50)"
[ "$(point uniform max)" -le 25050 ] || fail "uniform: $(point uniform max)"
[ "$(point uniform max)" -gt 24000 ] || fail "uniform: $(point uniform max), too narrow"

# The median of an exponential distribution is ln 2 of its mean.
run wide service.slots=64
[ "$(point wide p50)" -gt 9000 ] && [ "$(point wide p50)" -lt 19000 ] ||
    fail "exponential: $(point wide p50)"
[ "$(point wide max)" -gt 60000 ] || fail "exponential: $(point wide max) at most"

# With one thread requests wait for each other; nobody answers if there is none.
run narrow service.slots=1
[ "$(point narrow p50)" -gt "$(point one p50)" ] || fail "one thread is as fast as two"
"$svasim" replay --set service.slots=0 "$trace" >none.txt && fail "met without service"
has none.txt "64 of 193 expectations met"
done_testing
