#!/bin/sh
# SPDX-License-Identifier: MIT
# A device TLB changes what goes to the unit and when, but not what a descriptor comes to: the
# completions of generated traces are the same without one, with one page for each field, and with
# shared entries and pages looked up ahead.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# Completions by submission and place in the batch, without their times; engines may change order.
completions() {
    "$svasim" replay "$@" --events events.jsonl >out || fail "replay $*"
    grep '"kind":"completion"' events.jsonl |
        sed 's/"t_in":[0-9]*,//; s/"t_start":[0-9]*,//; s/"t_out":[0-9]*,//; s/"latency_[a-z]*":[0-9.]*,//g;' |
        sort
}

for kind in "copies --count 200" "mix --count 200" "mix --count 200 --page 2M --seed 7" \
    "supervisor --count 100"; do
    # shellcheck disable=SC2086 # words of a command line
    "$svasim" gen $kind -o trace.svb || fail "gen $kind"
    for driver in "" --functional; do
        # shellcheck disable=SC2086
        completions $driver trace.svb >without
        [ -s without ] || fail "$kind: no completions"
        grep -q '"op":"ats"' events.jsonl && fail "$kind: translation requests without device TLB"
        for atc in "--set dsa.atc=1" "--set dsa.atc=1 --set dsa.atc_ahead=128 --set dsa.lines=96" \
            "--set dsa.atc=8 --set dsa.atc_shared=on --set dsa.atc_misses=1 --set dsa.atc_latency=9 \
             --set dsa.line_interval=2 --set dsa.submit_latency=40 --set dsa.dispatch_latency=20 \
             --set dsa.record_latency=30"; do
            # shellcheck disable=SC2086
            completions $driver $atc trace.svb >with
            grep -q '"op":"ats"' events.jsonl || fail "$kind: no translation requests"
            same without with
        done
    done
done
done_testing
