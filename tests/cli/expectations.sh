#!/bin/sh
# SPDX-License-Identifier: MIT
# Failed expectations come first, at most twenty of them, and the exit code is 1.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

{
    echo "space app kind=user"
    echo "map app 0x10000 bytes=0x1000 target=0x200000000"
    echo "bind 00:01.0 app pasid=1"
    i=1
    while [ $i -le 30 ]; do
        echo "dma id=$i read 00:01.0 0x10000 pasid=1"
        echo "expect $i ok pa=0x200000000"
        echo "dma id=10$i read 00:01.0 0x10000 pasid=1"
        echo "expect 10$i ok pa=0x3000"
        i=$((i + 1))
    done
} | trace >wrong.svt
for mode in "" --functional; do
    # shellcheck disable=SC2086 # no word if empty
    expect_code 1 "$svasim" replay $mode wrong.svt
    has out "30 of 60 expectations met"
    has out "... and 10 more failed expectations"
    [ "$(grep -c FAILED out)" -eq 20 ] || fail "not twenty failures listed"
    head -n 1 out | grep -q '^wrong.svt: line [0-9]*: FAILED: ' || fail "failures do not come first"
done

# A register that holds something else is shown with both values; a size that is none is bad input.
echo 'holds 0x38 0x1 mask=0xf' | trace >register.svt
expect_code 1 "$svasim" replay register.svt
has out "register 0x38: expected 0x1 (mask 0xf), got 0x80000000"
echo 'holds 0x38 0x1 size=2' | trace >size.svt
expect_code 3 "$svasim" replay size.svt
has err "register access: 4 or 8 bytes"

# The worst of several files decides.
echo 'space app kind=user' | trace >good.svt
echo 'nonsense' | trace >bad.svt
expect_code 1 "$svasim" replay wrong.svt good.svt
expect_code 3 "$svasim" replay wrong.svt bad.svt good.svt
has out "good.svt: 1 records"
done_testing
