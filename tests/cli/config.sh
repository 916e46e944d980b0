#!/bin/sh
# SPDX-License-Identifier: MIT
# INI files and --set: what they set, who wins, and how mistakes are told.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

"$svasim" gen window --count 500 -o window.svt || fail "gen"
cat >good.ini <<'END'
# keys without a group
walk.walkers = 3
[iotlb_4k]
ways = 2   ; after a value
enabled = off
END
expect_code 0 "$svasim" replay -c good.ini --stats s.json window.svt
has s.json '"walk.walkers": 3'
has s.json '"iotlb_4k.ways": 2'
has s.json '"iotlb_4k.enabled": false'
# --set wins over files, files over the trace.
{ echo "config walk.walkers 7"; echo "config memory.latency 55"; sed 1d window.svt; } | trace >set.svt
expect_code 0 "$svasim" replay --set walk.walkers=5 -c good.ini --stats s.json set.svt
has s.json '"walk.walkers": 5'
has s.json '"memory.latency": 55'
expect_code 0 "$svasim" replay -c good.ini --stats s.json set.svt
has s.json '"walk.walkers": 3'

printf '[walk]\nwalkers = many\n' >bad.ini
expect_code 3 "$svasim" replay -c bad.ini window.svt
has err "bad.ini: line 2: walk.walkers"
printf '\n[walk]\n\nrunners = 3\n' >bad.ini
expect_code 3 "$svasim" replay -c bad.ini window.svt
has err "bad.ini: line 4: walk.runners"
printf 'walk.walkers = 3\nno equal sign\n' >bad.ini
expect_code 3 "$svasim" replay -c bad.ini window.svt
has err "bad.ini: line 2:"
awk 'BEGIN { printf "walk.walkers = "; for (i = 0; i < 500; i++) printf "0"; print 1 }' >bad.ini
expect_code 3 "$svasim" replay -c bad.ini window.svt
has err "bad.ini: line 1: longer than"

for preset in "$sources"/tools/presets/*.ini; do
    expect_code 0 "$svasim" replay -c "$preset" window.svt
done
# Each number of a preset says where it is from; the defaults are nobody's.
for preset in "$sources"/tools/presets/*.ini; do
    test "${preset##*/}" = default.ini && continue
    grep '^[^#]*=' "$preset" | grep -qvE '; [a-zA-Z0-9]' &&
        fail "$preset: a number without a source"
done
# The unit of a log reads back the registers of the log, but for what the preset assumes.
trace >registers.svt <<'END'
holds 0x8 0x19ed008c40780c66 size=8
holds 0x10 0x3ee9e86f050df size=8 mask=0xfffffeffdfffffff
holds 0x0 0x60
END
expect_code 0 "$svasim" replay -c "$sources/tools/presets/sapphire-rapids.ini" registers.svt
has out "3 of 3 expectations met"
done_testing
