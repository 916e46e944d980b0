#!/bin/sh
# SPDX-License-Identifier: MIT
# What the oracle writes of a trial is a scenario that stands by itself: machine, tables, damage and
# requests are complete, and the model meets what the oracle expects there too.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"
oracle=$(dirname "$svasim")/../tests/oracle_check

rm -rf cases
mkdir cases
expect_code 0 "$oracle" 700 cases
expect_code 0 "$svasim" check --jobs 2 cases
tail -n 1 out >last
has last '700 passed, 0 failed'
# They say something: faults and successes, all the fields.
for text in 'expect 1 ok completion=success' 'completion=ca' 'completion=ur' 'recorded=1 fault=SFS.' \
    'rights=rw priv=' 'at=translation' 'at=reserved' 'access=update' 'fail 0x'; do
    grep -rqF -e "$text" cases || fail "no case has $text"
done
# And they notice: another answer than the oracle's is not met.
one=$(grep -lE '^expect 1 ok .* pa=0x[1-9]' cases/*.svt | head -n 1)
sed 's/ pa=0x/ pa=0x7/' "$one" >cases/wrong.svt
expect_code 1 "$svasim" check cases/wrong.svt

expect_code 4 "$oracle" 10 nowhere
has err 'nowhere/case_000000.svt: cannot be written'
done_testing
