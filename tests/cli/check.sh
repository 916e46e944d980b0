#!/bin/sh
# SPDX-License-Identifier: MIT
# `svasim check`: verdicts, exit codes, order, TAP and JUnit, and a crash that stays alone.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# Output without the times, which differ from run to run.
timeless() {
    sed -E 's/, [0-9]+\.[0-9]+ s$//' "$1"
}

rm -rf set
mkdir -p set/b/deep set/a
head='space app kind=user
map app 0x10000 bytes=0x1000 target=0x90000000
bind 00:01.0 app pasid=1
dma id=1 read 00:01.0 0x10000 pasid=1'
# IOTLB, three caches, eight reads and four accessed flags, the answer.
printf '%s\nexpect 1 ok pa=0x90000000 latency=1205\n' "$head" | trace >set/b/deep/good.svt
"$svasim" convert set/b/deep/good.svt set/a/good.svb || fail "convert"
echo "no trace" >set/a/notes.txt
printf '%s\n' "$head" | trace >set/silent.svt
expect_code 0 "$svasim" check --list set
printf 'set/a/good.svb\nset/b/deep/good.svt\nset/silent.svt\n' >wanted
same out wanted
expect_code 0 "$svasim" check --list set set/silent.svt ./set/silent.svt --filter silent
printf './set/silent.svt\nset/silent.svt\n' >wanted
same out wanted

# Both modes by default; latency is judged with timing only.
expect_code 0 "$svasim" check set/a set/b
timeless out >plain
printf '%s\n' 'ok      set/a/good.svb: 2 of 2 met' 'ok      set/b/deep/good.svt: 2 of 2 met' \
    '2 passed, 0 failed' >wanted
same plain wanted
expect_code 0 "$svasim" check --functional --set memory.latency=7 set/a
has out "1 of 1 met"
expect_code 1 "$svasim" check --timed --set memory.latency=7 set/a
has out "FAILED  set/a/good.svb: 0 of 1 met"
has out "  timed: set/a/good.svb: record 5: expected latency="
printf '[memory]\nlatency = 7\n' >fast.ini
expect_code 1 "$svasim" check --both -c fast.ini set/a
has out "1 of 2 met"

# No expectation is a failure.
expect_code 1 "$svasim" check set/silent.svt
has out "FAILED  set/silent.svt: 0 of 0 met"
has out "set/silent.svt: has no expectation"

# What failed, and how it was answered.
printf '%s\nexpect 1 ok pa=0x1230\nloaded 0x5000 0x1\n' "$head" | trace >'set/<"wrong"> & #1.svt'
expect_code 1 "$svasim" check 'set/<"wrong"> & #1.svt'
has out '  functional: set/<"wrong"> & #1.svt:6: expected pa=0x1230, got 0x90000000'
has out '      id 1: read 00:01.0 pasid 1 0x10000: ok 0x90000000 (4 KiB, rw), 8 reads'
has out '  timed: set/<"wrong"> & #1.svt:7: memory 0x5000: expected 0x1'
grep -q 'cycles: .*lookup [0-9]* .*memory [0-9]* .*respond [0-9]*$' out || fail "no stages"
trace >descriptor.svt <<'END'
device dsa0 sid=00:01.0
wq dsa0 0 mode=shared size=4
space app kind=user
bind dsa0 app pasid=1
submit id=1 enqcmd dsa0 portal=0x0 msr_pasid=1 op=memmove flags=0xc cr=0x1000 src=0x2000 dst=0x3000 size=64
expect 1 ok status=0x1
page_request id=2 00:01.0 0x1000 pasid=1
expect 2 ok
END
expect_code 1 "$svasim" check --functional descriptor.svt
has out "descriptor.svt:7: expected ok, got fault; expected status=0x1, got 0x20"
has out "id 1: enqcmd accepted after 1 tries; memmove pasid 1: read error (0x20)"
has out "first fault: read 00:01.0 pasid 1 0x2000: SFS.2 (0x71, recorded)"
has out "id 2: page request 00:01.0 pasid 1 0x1000 read group 0: invalid, SCT.8 (0x47)"

# Errors beat failures, and the others run.
echo nonsense | trace >set/broken.svt
printf '%s\nbind nobody app pasid=3\nexpect 1 ok\n' "$head" | trace >set/unknown.svt
expect_code 3 "$svasim" check set
has out "ERROR   set/broken.svt: 0 of 0 met"
has out "set/broken.svt: line 2"
has out "ERROR   set/unknown.svt"
has out "ok      set/b/deep/good.svt"
tail -n 1 out | grep -qx '2 passed, 4 failed' || fail "last line: $(tail -n 1 out)"
expect_code 4 "$svasim" check set missing.svt
has out "ERROR   missing.svt"
tail -n 1 out | grep -qx '2 passed, 5 failed' || fail "last line: $(tail -n 1 out)"

# The same lines in the same order, however many run at once.
"$svasim" check --jobs 1 set missing.svt >serial 2>&1
"$svasim" check --jobs 8 set missing.svt >parallel 2>&1
timeless serial >a
timeless parallel >b
same a b

# TAP: a plan, a line for each, and nothing that is neither.
expect_code 3 "$svasim" check --tap set
[ "$(head -n 1 out)" = "TAP version 13" ] || fail "no TAP version"
[ "$(sed -n 2p out)" = "1..6" ] || fail "no plan"
sed 1,2d out | grep -vE '^(ok|not ok) [0-9]+ - |^# ' && fail "lines that are no TAP"
grep -E '^(ok|not ok) ' out | awk '{ n = $1 == "ok" ? $2 : $3; if (n != NR) exit 1 }' ||
    fail "numbers of TAP"
[ "$(grep -c '^ok ' out)" -eq 2 ] || fail "not two ok"
has out 'not ok 1 - set/<"wrong"> & \#1.svt'
tail -n 1 out | grep -qx '# 2 passed, 4 failed' || fail "last line of TAP"

# JUnit: well-formed, and everything is there.
expect_code 3 "$svasim" check --junit report.xml set
has report.xml 'tests="6" failures="2" errors="2"'
has report.xml 'name="&lt;&quot;wrong&quot;&gt; &amp; #1.svt"'
[ "$(grep -c '<testcase classname=".*" name=".*" time="[0-9]*\.[0-9]*"' report.xml)" -eq 6 ] ||
    fail "not six cases with a time"
if command -v python3 >/dev/null; then
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' report.xml ||
        fail "report.xml is not well-formed"
fi
printf '%s\nexpect 1 ok pa=0x1230\n' "$head" | trace >"$(printf 'bad\377\001name.svt')"
expect_code 1 "$svasim" check --junit report.xml "$(printf 'bad\377\001name.svt')"
has report.xml 'name="bad??name.svt"'
expect_code 4 "$svasim" check --junit no/such/directory/report.xml set/a

# A process that is killed (here: its result grows beyond the limit for files) ends alone.
i=2
{
    echo "$head"
    while [ $i -le 200 ]; do
        echo "dma id=$i read 00:01.0 0x10000 pasid=1"
        echo "expect $i ok pa=0x1230"
        i=$((i + 1))
    done
} | trace >set/a/large.svt
{
    (
        ulimit -c 0
        ulimit -f 8
        "$svasim" check set/a
        echo "exit code $?"
    ) 2>&1
} | cat >out
has out "ERROR   set/a/large.svt"
grep -q '^  crashed: signal ' out || fail "no signal"
has out "ok      set/a/good.svb"
has out "1 passed, 1 failed"
has out "exit code 4"
done_testing
