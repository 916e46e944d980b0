#!/bin/sh
# SPDX-License-Identifier: MIT
# Expectations on registers, fault records and messages say what was there instead, decoded.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

setup() {
    echo "entry pasid sid=00:01.0 pasid=5 p=1 pgtt=1 did=7 pwsnp=1"
    echo "reg 0x40 0xfee01000"
    echo "reg 0x3c 0x41"
    echo "reg 0x38 0x0"
    echo "dma id=1 read 00:01.0 0x1234 pasid=5"
}
# wrong LINE TEXT: the expectation on LINE fails and the message holds TEXT.
wrong() {
    { setup; echo "$1"; } | trace >wrong.svt
    expect_code 1 "$svasim" replay wrong.svt
    has out "$2"
}
wrong "holds 0x34 0x10 mask=0x12" "expected 0x10 (mask 0x12), got 0x2 (FSTS_REG 0x2: ppf=1)"
wrong "holds 0x100 0x1" "expected 0x1 (mask 0xffffffffffffffff), got 0x0"
wrong "register FSTS iqe=1 ppf=0" "expected iqe=1, got 0; expected ppf=0, got 1 (FSTS_REG 0x2: ppf=1)"
wrong "register RTADDR rta=0x1000" "expected rta=0x1000, got 0x40000000"
wrong "register IQERCD itesid=00:02.0" "expected itesid=00:02.0, got 00:00.0"
wrong "logged 0 sid=00:02.0 type=write fault=SFS.3" "expected sid=00:02.0, got 00:01.0"
has out "expected type=write, got read"
has out "expected fault=SFS.3 (code 0x72), got code 0x71"
has out "fi=0x1000 sid=0x8"
wrong "logged 0 pasid=6 address=0x2fff" "expected address=0x2000, got 0x1000; expected pasid=6, got 5"
wrong "logged 0 f=0" "fault record 0: expected f=0, got 1"
wrong "interrupted 0" "messages: expected count=0, got 1 (1 sent: 0xfee01000=0x41)"
wrong "interrupted 1 data=0x42" "messages: expected count=1, got 0 (1 sent: 0xfee01000=0x41)"

# refused LINE TEXT: LINE is a mistake of the trace.
refused() {
    { setup; echo "$1"; } | trace >refused.svt
    expect_code 3 "$svasim" replay refused.svt
    has err "$2"
}
refused "register FSTX iqe=0" 'name: "FSTX" is not a register'
refused "register FSTS xyz=1" 'FSTS_REG has no field "xyz"'
refused "register FSTS iqe=2" "iqe: expected a number of at most 0x1"
refused "register FSTS iqe" "iqe"
refused "register FSTS" "fields"
refused "logged 300" "there is no fault recording register 300"
done_testing
