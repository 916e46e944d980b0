/* SPDX-License-Identifier: MIT */
/* check_interrupts.c - what becomes of an interrupt request? Each format and each bit of entries
 * and descriptors (sections 5.1.2 to 5.1.4, 5.2.3, 9.9 to 9.11), by both drivers. Bit ranges are
 * typed here from the specification and not taken from the layouts. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/interrupt_bed.h"
#include "conformance/suite.h"

#include <stdio.h>

static bool within(int bit, int lo, int hi)
{
    return bit >= lo && bit <= hi;
}

static svasim_message message_of(const svasim_response *r)
{
    svasim_message message;
    svasim_message_decode(r->address, r->data, &message);
    ck_assert(message.asserted);
    return message;
}

/* --- bits of entries and descriptors; the round is mode * 2 + driver, times the bits --- */

static bool remapped_reserved(int bit, int mode)
{
    bool of_xapic = within(bit, 32, 39) || within(bit, 48, 63);
    return within(bit, 12, 14) || within(bit, 24, 31) || within(bit, 84, 127) ||
           (mode == IBED_XAPIC && of_xapic);
}

START_TEST(each_bit_of_a_remapped_entry)
{
    struct ibed bed;
    int mode = _i / 2;
    ibed_open(&bed, NULL, mode);
    for (int bit = 1; bit < 128; bit++) {
        char fields[64];
        if (bit == 15)
            continue; /* another format */
        (void)snprintf(fields, sizeof fields, "p=1 bit%d=1", bit);
        ibed_entry(&bed, 3, fields);
        /* Bit 82 alone asks for source 00:00.0, bit 83 for bus 0. */
        svasim_fault expected = remapped_reserved(bit, mode) ? SVASIM_FAULT_INT_24
                                : bit == 82                  ? SVASIM_FAULT_INT_26
                                                             : SVASIM_FAULT_NONE;
        ibed_invalidate(&bed, 4);
        (void)ibed_expect(&bed, 3, _i & 1, expected);
        ck_assert_uint_eq(ibed_cached(&bed, 3), expected == SVASIM_FAULT_NONE);
    }
    ibed_close(&bed);
}
END_TEST

static bool posted_reserved(int bit)
{
    return within(bit, 2, 7) || within(bit, 12, 13) || within(bit, 24, 37) || within(bit, 84, 95) ||
           within(bit, 96 + 40 - 32, 127); /* the unit of this test has 40 address bits */
}

START_TEST(each_bit_of_a_posted_entry)
{
    struct ibed bed;
    ibed_open(&bed, "cap.haw=40", _i / 2);
    for (int bit = 1; bit < 128; bit++) {
        char fields[64];
        if (bit == 15)
            continue;
        (void)snprintf(fields, sizeof fields, "p=1 im=1 bit%d=1", bit);
        ibed_entry(&bed, 3, fields); /* most point to a descriptor at 0, or near it */
        svasim_fault expected = posted_reserved(bit) ? SVASIM_FAULT_INT_24
                                : bit == 82          ? SVASIM_FAULT_INT_26
                                                     : SVASIM_FAULT_NONE;
        ibed_invalidate(&bed, 4);
        svasim_response r = ibed_expect(&bed, 3, _i & 1, expected);
        ck_assert_uint_eq((r.flags & SVASIM_POSTED) != 0, expected == SVASIM_FAULT_NONE);
    }
    ibed_close(&bed);
}
END_TEST

static bool descriptor_reserved(int bit, int mode)
{
    bool of_xapic = within(bit, 288, 295) || within(bit, 304, 319);
    return within(bit, 258, 271) || within(bit, 280, 287) || within(bit, 320, 511) ||
           (mode == IBED_XAPIC && of_xapic);
}

START_TEST(each_bit_of_a_posted_descriptor)
{
    struct ibed bed;
    ibed_open(&bed, NULL, _i / 2);
    ibed_entry(&bed, 3, IBED_POSTED "vv=7");
    for (int bit = 0; bit < 512; bit++) {
        char fields[64];
        (void)snprintf(fields, sizeof fields, "bit%d=1", bit);
        ibed_descriptor(&bed, fields);
        bool reserved = descriptor_reserved(bit, _i / 2);
        (void)ibed_expect(&bed, 3, _i & 1, reserved ? SVASIM_FAULT_INT_28 : SVASIM_FAULT_NONE);
        ck_assert_uint_eq(ibed_word(&bed, 0) >> 7 & 1, !reserved || bit == 7);
    }
    ibed_close(&bed);
}
END_TEST

START_TEST(reserved_values)
{
    static const char *const fields[] = {"p=1 dlm=3", "p=1 dlm=6", "p=1 svt=3",
                                         IBED_POSTED "svt=3"};
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        ibed_entry(&bed, i, fields[i]);
        (void)ibed_expect(&bed, i, _i, SVASIM_FAULT_INT_24);
    }
    ibed_close(&bed);
}
END_TEST

/* Without PI bits 14 and 15 are reserved, whatever the rest says. */
START_TEST(posting_needs_pi)
{
    struct ibed bed;
    ibed_open(&bed, "cap.pi=off", IBED_X2APIC);
    ibed_entry(&bed, 1, IBED_POSTED);
    ibed_entry(&bed, 2, "p=1 bit14=1");
    (void)ibed_expect(&bed, 1, _i, SVASIM_FAULT_INT_24);
    (void)ibed_expect(&bed, 2, _i, SVASIM_FAULT_INT_24);
    ibed_close(&bed);
}
END_TEST

/* --- the message --- */

START_TEST(messages_as_they_leave)
{
    static const struct {
        int mode;
        const char *fields;
        uint64_t address;
        uint32_t data;
    } rows[] = {
        {IBED_XAPIC, "p=1 v=0x41 dst=0x300", 0xfee03000, 0x4041},
        {IBED_XAPIC, "p=1 v=0xff dst=0xff00 dm=1", 0xfeeff004, 0x40ff},
        {IBED_XAPIC, "p=1 rh=1 dlm=1 tm=1", 0xfee00008, 0xc100},
        {IBED_XAPIC, "p=1 dlm=2 tm=1", 0xfee00000, 0x4200},
        {IBED_XAPIC, "p=1 dlm=4 tm=1", 0xfee00000, 0x4400},
        {IBED_XAPIC, "p=1 dlm=5 tm=1", 0xfee00000, 0x4500},
        {IBED_XAPIC, "p=1 dlm=7 tm=1", 0xfee00000, 0x4700},
        {IBED_X2APIC, "p=1 v=0x20 dst=0x1", 0xfee01000, 0x4020},
        {IBED_X2APIC, "p=1 v=0x20 dst=0x12345678", UINT64_C(0x12345600fee78000), 0x4020},
        {IBED_X2APIC, "p=1 dst=0xffffffff dm=1 rh=1", UINT64_C(0xffffff00feeff00c), 0x4000},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ibed bed;
        ibed_open(&bed, NULL, rows[i].mode);
        ibed_entry(&bed, 9, rows[i].fields);
        svasim_response r = ibed_expect(&bed, 9, _i, SVASIM_FAULT_NONE);

        ck_assert_msg(r.address == rows[i].address && r.data == rows[i].data, "%s: 0x%llx 0x%x",
                      rows[i].fields, (unsigned long long)r.address, r.data);
        ibed_close(&bed);
    }
}
END_TEST

START_TEST(messages_are_taken_apart)
{
    svasim_message m;
    svasim_message_decode(UINT64_C(0x12345600fee7800c), 0xc1a5, &m);
    ck_assert_uint_eq(m.destination, 0x12345678);
    ck_assert_uint_eq(m.vector, 0xa5);
    ck_assert_uint_eq(m.delivery, 1);
    ck_assert(m.logical && m.hint && m.level && m.asserted);
    svasim_message_decode(0xfee00000, 0x0700, &m);
    ck_assert_uint_eq(m.destination, 0);
    ck_assert_uint_eq(m.delivery, 7);
    ck_assert(!m.logical && !m.hint && !m.level && !m.asserted);
}
END_TEST

/* --- the request --- */

START_TEST(index_of_a_request)
{
    static const struct {
        uint64_t address;
        uint32_t data, index;
        svasim_fault fault;
    } rows[] = {
        {0xfee00010, 0, 0, SVASIM_FAULT_NONE},
        {0xfee00030, 0xffffffff, 1, SVASIM_FAULT_NONE}, /* no SHV: data ignored */
        {0xfee01ff0, 0, 255, SVASIM_FAULT_NONE},
        {0xfee02010, 0, 256, SVASIM_FAULT_INT_21},
        {0xfee00014, 0, 0x8000, SVASIM_FAULT_INT_21},
        {0xfee00018, 5, 5, SVASIM_FAULT_NONE},
        {0xfee000b8, 250, 255, SVASIM_FAULT_NONE},
        {0xfee000b8, 251, 256, SVASIM_FAULT_INT_21},
        {0xfeefffff & ~UINT64_C(3), 1, 0x10000, SVASIM_FAULT_INT_21}, /* does not wrap */
        {0xfee000b8, 0x10000, 5, SVASIM_FAULT_INT_20},
        {0xfee000b8, 0x80000001, 6, SVASIM_FAULT_INT_20},
    };
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    for (unsigned i = 0; i < IBED_ENTRIES; i++) {
        char fields[48];
        (void)snprintf(fields, sizeof fields, "p=1 v=%u dst=%u", i, i);
        ibed_entry(&bed, i, fields);
    }
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        svasim_request request = ibed_request(0);
        request.address = rows[i].address;
        request.data = rows[i].data;
        svasim_response r = ibed_ask(&bed, &request, _i);
        ck_assert_msg(r.fault == rows[i].fault, "row %u: %s", i, bed_fault_name(r.fault));
        ck_assert_uint_eq(svasim_interrupt_index(&request), rows[i].index);
        if (!r.fault)
            ck_assert_uint_eq(message_of(&r).destination, rows[i].index);
    }
    ibed_close(&bed);
}
END_TEST

/* Every bit of the source, compared or not by SQ (section 9.9). */
START_TEST(sources_compared)
{
    static const unsigned ignored[4] = {0, 1u << 2, 3u << 1, 7u};
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    for (unsigned sq = 0; sq < 4; sq++) {
        char fields[64];
        (void)snprintf(fields, sizeof fields, "p=1 svt=1 sid=0x5aa5 sq=%u", sq);
        ibed_entry(&bed, sq, fields);
        for (unsigned bit = 0; bit < 16; bit++) {
            svasim_request request = ibed_request(sq);
            request.source_id = (uint16_t)(0x5aa5 ^ 1u << bit);
            svasim_response r = ibed_ask(&bed, &request, _i);
            bool accepted = ignored[sq] >> bit & 1;
            ck_assert_msg(r.fault == (accepted ? SVASIM_FAULT_NONE : SVASIM_FAULT_INT_26),
                          "SQ %u, bit %u: %s", sq, bit, bed_fault_name(r.fault));
        }
    }
    ibed_close(&bed);
}
END_TEST

START_TEST(buses_compared)
{
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    ibed_entry(&bed, 1, "p=1 svt=2 sid=0x2030");
    ibed_entry(&bed, 2, "p=1 svt=2 sid=0x2020");
    ibed_entry(&bed, 3, "p=1 svt=2 sid=0x3020"); /* holds nobody */
    for (unsigned bus = 0; bus < 256; bus++)
        for (unsigned index = 1; index <= 3; index++) {
            svasim_request request = ibed_request(index);
            request.source_id = (uint16_t)(bus << 8 | 0xff);
            bool accepted =
                (index == 1 && bus >= 0x20 && bus <= 0x30) || (index == 2 && bus == 0x20);
            svasim_response r = ibed_ask(&bed, &request, _i);
            ck_assert_uint_eq(r.fault, accepted ? SVASIM_FAULT_NONE : SVASIM_FAULT_INT_26);
        }
    ibed_close(&bed);
}
END_TEST

/* --- posting --- */

START_TEST(when_a_posting_notifies)
{
    struct ibed bed;
    unsigned on = _i & 1, sn = _i >> 1 & 1, urg = _i >> 2 & 1;
    bool notifies = !on && (urg || !sn), timed = _i >> 3 & 1;
    char fields[96];
    ibed_open(&bed, NULL, IBED_X2APIC);
    (void)snprintf(fields, sizeof fields, IBED_POSTED "vv=0x81 urg=%u", urg);
    ibed_entry(&bed, 1, fields);
    (void)snprintf(fields, sizeof fields, "on=%u sn=%u nv=0xf2 ndst=0xabcdef01 pir0=0x10", on, sn);
    ibed_descriptor(&bed, fields);
    svasim_response r = ibed_expect(&bed, 1, timed, SVASIM_FAULT_NONE);
    ck_assert(r.flags & SVASIM_POSTED);
    ck_assert_uint_eq(r.address, notifies ? UINT64_C(0xabcdef00fee01000) : 0);
    ck_assert_uint_eq(r.data, notifies ? 0x40f2 : 0);
    ck_assert_uint_eq(ibed_word(&bed, 0), 0x10);
    ck_assert_uint_eq(ibed_word(&bed, 2), 2);
    ck_assert_uint_eq(ibed_word(&bed, 4), UINT64_C(0xabcdef0100f20000) | (on | notifies) | sn << 1);
    ck_assert_uint_eq(ibed_counter(&bed, "interrupts_posted"), 1);
    ck_assert_uint_eq(ibed_counter(&bed, "notifications"), notifies);
    ck_assert_uint_eq(ibed_counter(&bed, "posted_updates"), 2);
    ck_assert_uint_eq(ibed_counter(&bed, "iommu_atomic_ad_update"), 0);
    ibed_close(&bed);
}
END_TEST

START_TEST(every_vector_has_its_bit)
{
    struct ibed bed;
    uint64_t expected[4] = {0};
    ibed_open(&bed, NULL, IBED_XAPIC);
    for (unsigned vector = 0; vector < 256; vector++) {
        char fields[64];
        (void)snprintf(fields, sizeof fields, IBED_POSTED "vv=%u", vector);
        ibed_entry(&bed, vector, fields);
        (void)ibed_expect(&bed, vector, _i, SVASIM_FAULT_NONE);
        expected[vector / 64] |= UINT64_C(1) << vector % 64;
        for (unsigned i = 0; i < 4; i++)
            ck_assert_uint_eq(ibed_word(&bed, i), expected[i]);
    }
    ibed_close(&bed);
}
END_TEST

/* Software and unit change one descriptor at once: nothing that either writes is lost. */
START_TEST(software_meddles_with_vectors)
{
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    ibed_entry(&bed, 1, IBED_POSTED "vv=3");
    bed.meddle_at = IBED_DESCRIPTOR;
    bed.meddle = 1;
    bed.meddle_times = 1;
    svasim_response r = ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(ibed_word(&bed, 0), 9);
    ck_assert_uint_eq(r.updates, 3);
    ck_assert_uint_eq(ibed_counter(&bed, "update_lost"), 1);
    ibed_close(&bed);
}
END_TEST

/* ON was set when the unit read the descriptor; software clears it, to scan PIR afterwards: then
 * it must be notified again. The other way round it must not. */
START_TEST(software_meddles_with_on)
{
    struct ibed bed;
    bool was_on = _i & 1, timed = _i >> 1;
    ibed_open(&bed, NULL, IBED_X2APIC);
    ibed_entry(&bed, 1, IBED_POSTED "vv=3");
    ibed_descriptor(&bed, was_on ? "on=1 nv=0x50" : "on=0 nv=0x50");
    bed.meddle_at = IBED_DESCRIPTOR + 32;
    bed.meddle = 1;
    bed.meddle_times = 1;
    svasim_response r = ibed_expect(&bed, 1, timed, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(ibed_word(&bed, 4) & 1, 1);
    ck_assert_uint_eq(r.address != 0, was_on);
    ibed_close(&bed);
}
END_TEST

START_TEST(updates_lost_for_ever)
{
    struct ibed bed;
    unsigned quadword = _i & 1 ? 4 : 0;
    ibed_open(&bed, "policy.update_tries=5", IBED_X2APIC);
    ibed_entry(&bed, 1, IBED_POSTED);
    bed.meddle_at = IBED_DESCRIPTOR + 8 * quadword;
    bed.meddle = UINT64_C(1) << 17; /* a bit of PIR, or of NV */
    bed.meddle_times = UINT32_MAX;
    svasim_response r = ibed_expect(&bed, 1, _i >> 1, SVASIM_FAULT_INT_27);
    ck_assert_uint_eq(r.updates, quadword ? 6 : 5);
    ck_assert(!ibed_cached(&bed, 1));
    ibed_close(&bed);
}
END_TEST

/* --- the switches --- */

START_TEST(formats_and_switches)
{
    static const struct {
        const char *config;
        bool ire, cfi, extended;
        svasim_fault compatible, remappable;
    } rows[] = {
        {NULL, false, false, false, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
        {NULL, false, true, true, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
        {NULL, true, false, false, SVASIM_FAULT_INT_25, SVASIM_FAULT_NONE},
        {NULL, true, true, false, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
        {NULL, true, false, true, SVASIM_FAULT_INT_25, SVASIM_FAULT_NONE},
        {NULL, true, true, true, SVASIM_FAULT_INT_25, SVASIM_FAULT_NONE},
        {"cap.irreq=on", false, true, true, SVASIM_FAULT_INT_2B, SVASIM_FAULT_INT_2B},
        {"cap.irreq=on", true, true, false, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
        {"cap.eimer=on", true, true, false, SVASIM_FAULT_INT_2A, SVASIM_FAULT_INT_2A},
        {"cap.eimer=on", true, true, true, SVASIM_FAULT_INT_25, SVASIM_FAULT_NONE},
        {"cap.eimer=on", false, false, false, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
        /* Without EIM the field cannot be set. */
        {"cap.eim=off", true, true, true, SVASIM_FAULT_NONE, SVASIM_FAULT_NONE},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ibed bed;
        ibed_open(&bed, rows[i].config, rows[i].extended ? IBED_X2APIC : IBED_XAPIC);
        ibed_entry(&bed, 1, "p=1 v=0x77");
        ibed_command(&bed, (rows[i].ire ? 1u << 25 : 0) | (rows[i].cfi ? 1u << 23 : 0));
        svasim_request request = ibed_request(1);
        svasim_response r = ibed_ask(&bed, &request, _i);
        ck_assert_msg(r.fault == rows[i].remappable, "row %u: %s", i, bed_fault_name(r.fault));
        if (!r.fault)
            ck_assert_uint_eq(r.address, rows[i].ire ? 0xfee00000 : request.address);
        request.address = 0xfee05004;
        request.data = 0x8123;
        r = ibed_ask(&bed, &request, _i);
        ck_assert_msg(r.fault == rows[i].compatible, "row %u: %s", i, bed_fault_name(r.fault));
        if (!r.fault)
            ck_assert(r.address == request.address && r.data == 0x8123 && r.reads == 0);
        ibed_close(&bed);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupts");
    suite_add(suite, "remapped bits", each_bit_of_a_remapped_entry, 4);
    suite_add(suite, "posted bits", each_bit_of_a_posted_entry, 4);
    suite_add(suite, "descriptor bits", each_bit_of_a_posted_descriptor, 4);
    suite_add(suite, "reserved values", reserved_values, 2);
    suite_add(suite, "PI", posting_needs_pi, 2);
    suite_add(suite, "messages", messages_as_they_leave, 2);
    suite_add(suite, "decoded", messages_are_taken_apart, 1);
    suite_add(suite, "index", index_of_a_request, 2);
    suite_add(suite, "sources", sources_compared, 2);
    suite_add(suite, "buses", buses_compared, 2);
    suite_add(suite, "notifications", when_a_posting_notifies, 16);
    suite_add(suite, "vectors", every_vector_has_its_bit, 2);
    suite_add(suite, "vectors lost", software_meddles_with_vectors, 2);
    suite_add(suite, "ON lost", software_meddles_with_on, 4);
    suite_add(suite, "updates lost", updates_lost_for_ever, 4);
    suite_add(suite, "switches", formats_and_switches, 2);
    return suite_run(suite);
}
