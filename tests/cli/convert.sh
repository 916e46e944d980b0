#!/bin/sh
# SPDX-License-Identifier: MIT
# Conversion loses nothing, in either direction and through pipes.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

for kind in copies tenants mix faults; do
    "$svasim" gen $kind --count 300 --pasids 9 --interval 7 -o $kind.svt || fail "gen $kind"
    expect_code 0 "$svasim" convert $kind.svt $kind.svb
    expect_code 0 "$svasim" convert $kind.svb back.svt
    same $kind.svt back.svt
    expect_code 0 "$svasim" convert back.svt again.svb
    same $kind.svb again.svb
    "$svasim" convert --binary - - <$kind.svt | "$svasim" convert - piped.svt
    same $kind.svt piped.svt
    "$svasim" convert $kind.svb - >piped.svt
    same $kind.svt piped.svt
    # --text and --binary win over the name.
    expect_code 0 "$svasim" convert --text $kind.svb forced.svb
    same $kind.svt forced.svb
    expect_code 0 "$svasim" info $kind.svb
    has out binary
    expect_code 0 "$svasim" info forced.svb
    has out text
    # Both forms run alike; only the name differs.
    "$svasim" replay $kind.svt | sed 1d >text.out
    "$svasim" replay $kind.svb | sed 1d >binary.out
    same text.out binary.out
done
done_testing
