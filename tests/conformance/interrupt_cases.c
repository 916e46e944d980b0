/* SPDX-License-Identifier: MIT */
/* interrupt_cases.c - the rows of interrupt_cases.h. 29h needs no remapping and is among the other
 * cases. */
#include "conformance/interrupt_cases.h"

/* Code, whether FPD silences it, whether it records the index. */
#define ROW(reason, silenced, indexed)                                                             \
    .fault = SVASIM_FAULT_INT_##reason, .code = 0x##reason, .qualified = silenced,                 \
    .has_index = indexed

const struct interrupt_case interrupt_cases[] = {
    {ROW(20, false, false), .entry = "p=1 fpd=%", .address = 0xfee00018, .data = 0x10000},
    {ROW(21, false, true), .entry = "p=1 fpd=%", .address = 0xfee014b8, .data = 0x80},
    {ROW(22, true, true), .entry = "p=0 fpd=%"},
    {ROW(23, false, true), .entry = "p=1 fpd=%", .table_fails = true},
    {ROW(24, true, true), .entry = "p=1 fpd=% bit12=1"},
    {ROW(24, true, true), .entry = "p=1 fpd=% dst=0x10000"},
    {ROW(24, true, true), .entry = IBED_POSTED "fpd=%", .config = "cap.pi=off"},
    {ROW(24, true, true), .entry = IBED_POSTED "fpd=% bit5=1"},
    {ROW(25, false, false), .entry = "p=1 fpd=%", .address = 0xfee00000},
    {ROW(26, true, true), .entry = "p=1 fpd=% svt=1 sid=0x11"},
    {ROW(26, true, true), .entry = "p=1 fpd=% svt=2 sid=0x0102"},
    /* The source comes before the format (section 5.1.4). */
    {ROW(26, true, true), .entry = "p=1 fpd=% svt=1 sid=0x11 bit12=1"},
    {ROW(27, true, true), .entry = IBED_POSTED "fpd=%", .descriptor_fails = true},
    {ROW(27, true, true), .entry = IBED_POSTED "fpd=%", .update_fails = true},
    {ROW(28, true, true), .entry = IBED_POSTED "fpd=%", .descriptor = "bit310=1"},
    {ROW(28, true, true), .entry = IBED_POSTED "fpd=%", .descriptor = "bit400=1"},
    {ROW(2A, false, false), .entry = "p=1 fpd=%", .config = "cap.eimer=on"},
    {ROW(2B, false, false), .entry = "p=1 fpd=%", .config = "cap.irreq=on", .off = true},
};
const unsigned interrupt_case_count = sizeof interrupt_cases / sizeof interrupt_cases[0];
