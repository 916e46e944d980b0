#!/bin/sh
# SPDX-License-Identifier: MIT
# `svasim check --coverage`: what counts, that it does not depend on who runs when, and that our own
# scenarios reach every fault row, every cell of the invalidation table and every step of a walk.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

rm -rf set
mkdir set
trace >set/granted.svt <<'END'
config cap.pss 15
space app kind=user
map app 0x10000 bytes=0x1000
bind 00:02.0 app pasid=7
dma id=1 read 00:02.0 0x10040 pasid=7
expect 1 ok
drain
inv inv_iotlb g=1
END
trace >set/refused.svt <<'END'
space app kind=user
bind 00:02.0 app pasid=7
dma id=1 read 00:02.0 0x10040 pasid=7
expect 1 fault fault=SFS.2
END
# reached FILE ROW COLUMN OUTCOME: is this cell among those that were reached? One value a line.
reached() {
    tr -d '\n' <"$1" | sed 's/.*"reached": \[//; s/}/}\n/g' |
        grep -F "\"row\": \"$2\"" | grep -F "\"column\": \"$3\"" | grep -qF "\"outcome\": \"$4\""
}
has_cell() {
    reached "$@" || fail "not reached: $2 $3 $4"
}
lacks_cell() {
    ! reached "$@" || fail "reached: $2 $3 $4"
}

expect_code 0 "$svasim" check --coverage all.json set
grep -q '^coverage of 2 scenarios$' out || fail "no table"
has_cell all.json SFS.2 untranslated_pasid logged
lacks_cell all.json SFS.2 untranslated_pasid silenced
lacks_cell all.json SFS.3 untranslated_pasid answered
has_cell all.json "first_leaf_4k level 1" first read
has_cell all.json iotlb_4k first fill
lacks_cell all.json iotlb_4k first hit
has_cell all.json "inv_iotlb 1" "iotlb_4k first" removes
has_cell all.json "inv_iotlb 1" context leaves
lacks_cell all.json "inv_iotlb 1" "iotlb_4k second" removes
has_cell all.json cap.pss other set
has_cell all.json cap.pss default set
has all.json '"why": "a unit without scalable mode'
grep -q '^not reached$' out || fail "no list of unreached cells"

# What fails counts for nothing.
echo 'expect 1 pa=0x1' >>set/refused.svt
expect_code 1 "$svasim" check --coverage some.json set
grep -q '^coverage of 1 scenarios$' out || fail "a failed scenario counts"
lacks_cell some.json SFS.2 untranslated_pasid logged
has_cell some.json iotlb_4k first fill

# A file that cannot be written.
expect_code 4 "$svasim" check --coverage no/such/file.json set/granted.svt

# TAP stays TAP.
expect_code 0 "$svasim" check --tap --coverage tap.json set/granted.svt
sed 1,2d out | grep -vE '^(ok|not ok) [0-9]+ - |^#' && fail "lines that are no TAP"

# The project's own scenarios; --jobs changes no byte.
cd "$sources" || exit 1
"$svasim" check --coverage "$OLDPWD/one.json" --jobs 1 tests/conformance/faults >/dev/null
"$svasim" check --coverage "$OLDPWD/four.json" --jobs 4 tests/conformance/faults >/dev/null
"$svasim" check --coverage "$OLDPWD/own.json" tests/conformance >"$OLDPWD/own.out"
cd "$OLDPWD" || exit 1
same one.json four.json
for group in faults invalidation steps; do
    awk -v group=$group '$1 == group { found = $2 == $3 && $2 > 0 } END { exit !found }' own.out || {
        fail "not every cell of $group is reached by tests/conformance"
        sed -n '/^not reached/,$p' own.out | grep "^  $group"
    }
done
done_testing
