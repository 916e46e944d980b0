/* SPDX-License-Identifier: MIT */
/* test_register_commands.c - what do commands to the unit set off? GCMD with its one-shot and level
 * bits (section 11.4.4), and invalidation through CCMD and IOTLB_REG (section 6.5.1). */
#include "unit_bed.h"

#define GCMD_OTHERS (UINT32_MAX & ~(GCMD_TE | GCMD_SRTP | GCMD_QIE))
#define COMMAND     (UINT64_C(1) << 63)

static uint64_t status(const struct unit_bed *bed)
{
    return unit_read(bed, REG_GSTS, 4);
}

/* Where a fresh request of a device goes; no cache is used. */
static svasim_response peek(struct unit_bed *bed, uint64_t address)
{
    svasim_response response = {0};
    svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, address, SVASIM_READ);
    assert_int_equal(svasim_peek(bed->unit, &request, &response), SVASIM_OK);
    return response;
}

/* Fill the caches: both devices, four pages each. */
static void fill(struct unit_bed *bed)
{
    for (unsigned i = 0; i < 8; i++) {
        svasim_response response = unit_ask(bed, i & 1 ? UNIT_OTHER_SID : UNIT_SID, SVASIM_NO_PASID,
                                            UNIT_VA + 4096 * (i / 2), SVASIM_READ);
        assert_int_equal(response.fault, SVASIM_FAULT_NONE);
    }
    assert_int_equal(unit_cached(bed, "iotlb_4k"), 8);
    assert_int_equal(unit_cached(bed, "context"), 2);
}

static bool holds(const struct unit_bed *bed, uint16_t sid, unsigned page)
{
    return svasim_cache_holds(bed->unit, "iotlb_4k", sid, SVASIM_NO_PASID, UNIT_VA + 4096 * page);
}

/* --- GCMD and GSTS --- */

static void levels_follow_and_one_shots_stay(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    assert_int_equal(status(&bed), 0);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE);
    assert_int_equal(status(&bed), GCMD_QIE);
    unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
    assert_int_equal(status(&bed), GCMD_QIE);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE | GCMD_SRTP);
    assert_int_equal(status(&bed), GCMD_QIE | GCMD_SRTP);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE | GCMD_TE); /* SRTP is not repeated: RTPS stays */
    assert_int_equal(status(&bed), GCMD_QIE | GCMD_TE | GCMD_SRTP);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE);
    assert_int_equal(status(&bed), GCMD_TE | GCMD_SRTP);
    unit_write(&bed, REG_GCMD, 4, 0);
    assert_int_equal(status(&bed), GCMD_SRTP);
    assert_int_equal(unit_read(&bed, REG_GCMD, 4), 0); /* write-only */
    assert_int_equal(unit_read(&bed, REG_GCMD, 8), (uint64_t)GCMD_SRTP << 32);
    unit_close(&bed);
}

static void commands_without_capability_do_nothing(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, UNIT_NO_IR);
    unit_write(&bed, REG_GCMD, 4, GCMD_OTHERS); /* no WBF, no interrupt remapping */
    assert_int_equal(status(&bed), 0);
    unit_write(&bed, REG_GSTS, 4, UINT32_MAX);
    assert_int_equal(status(&bed), 0);
    unit_write(&bed, REG_GCMD, 8, (uint64_t)UINT32_MAX << 32); /* GSTS is in the upper half */
    assert_int_equal(status(&bed), 0);
    unit_close(&bed);
    unit_open(&bed, UNIT_LEGACY, UNIT_NO_QI);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE);
    assert_int_equal(status(&bed), 0);
    unit_close(&bed);
}

static void translation_enable_switches(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
    unit_write(&bed, REG_GCMD, 4, GCMD_SRTP);
    assert_true(peek(&bed, UNIT_VA).flags & SVASIM_BYPASS);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE);
    assert_int_equal(peek(&bed, UNIT_VA + 0x48).address, UNIT_HPA + 0x48);
    assert_false(peek(&bed, UNIT_VA).flags & SVASIM_BYPASS);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE);
    assert_true(peek(&bed, UNIT_VA).flags & SVASIM_BYPASS);
    unit_close(&bed);
}

static void root_takes_effect_with_the_command(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    unit_write(&bed, REG_RTADDR, 8, UNIT_STATUS | 1u << 10); /* an empty table */
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_NONE);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE);
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_NONE);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_SRT_2);
    unit_write(&bed, REG_RTADDR, 4, (uint32_t)bed.rtaddr); /* in halves, and the mode too */
    unit_write(&bed, REG_RTADDR + 4, 4, 0);
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_SRT_2);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_NONE);
    unit_write(&bed, REG_RTADDR, 8, bed.rtaddr | 3u << 10); /* abort mode */
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_NONE);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
    assert_int_equal(peek(&bed, UNIT_VA).fault, SVASIM_FAULT_RTA_4);
    unit_close(&bed);
}

static void new_root_flushes_with_esrtps(void **state)
{
    (void)state;
    for (unsigned has = 0; has < 2; has++) {
        struct unit_bed bed;
        unit_open(&bed, UNIT_SCALABLE, has ? NULL : "cap.esrtps=off");
        unit_on(&bed);
        fill(&bed);
        uint32_t before = unit_cached(&bed, NULL);
        unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
        unit_write(&bed, REG_GCMD, 4, GCMD_TE);
        assert_int_equal(unit_cached(&bed, NULL), before);
        unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
        assert_int_equal(unit_cached(&bed, NULL), has ? 0 : before);
        unit_close(&bed);
    }
}

/* trap 76: without SMTS nothing is promised, and nothing goes. */
static void disabling_flushes_with_smts(void **state)
{
    (void)state;
    for (unsigned has = 0; has < 2; has++) {
        struct unit_bed bed;
        unit_open(&bed, has ? UNIT_SCALABLE : UNIT_LEGACY,
                  has ? "cap.esrtps=off" : UNIT_NO_SMTS "cap.esrtps=off");
        unit_on(&bed);
        fill(&bed);
        uint32_t before = unit_cached(&bed, NULL);
        unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_QIE);
        unit_write(&bed, REG_GCMD, 4, GCMD_TE);
        assert_int_equal(unit_cached(&bed, NULL), before);
        unit_write(&bed, REG_GCMD, 4, 0);
        assert_int_equal(unit_cached(&bed, NULL), has ? 0 : before);
        /* What is still cached is of no use to anybody. */
        svasim_response r = unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA + 0x40, SVASIM_READ);
        assert_true(r.flags & SVASIM_BYPASS);
        assert_int_equal(r.address, UNIT_VA + 0x40);
        unit_close(&bed);
    }
}

/* Without ESRTPS translations of another mode stay in the IOTLB; the mode is looked at first. */
static void no_cached_translation_gets_around_the_mode(void **state)
{
    static const struct {
        unsigned flags;
        const char *config;
        uint64_t bits; /* of RTADDR */
        svasim_fault fault, fault_with_pasid;
    } rows[] = {
        {UNIT_SCALABLE, "cap.esrtps=off", 3u << 10, SVASIM_FAULT_RTA_4, SVASIM_FAULT_RTA_4},
        {UNIT_SCALABLE, "cap.esrtps=off", 2u << 10, SVASIM_FAULT_RTA_1_2, SVASIM_FAULT_RTA_1_2},
        {UNIT_SCALABLE, "cap.esrtps=off", 0, SVASIM_FAULT_NONE, SVASIM_FAULT_RTA_2},
        {UNIT_LEGACY, "cap.esrtps=off cap.ssirws=on", 1u << 7, SVASIM_FAULT_RTA_1_4,
         SVASIM_FAULT_RTA_2},
        {UNIT_LEGACY, "cap.esrtps=off", 3u << 10, SVASIM_FAULT_RTA_4, SVASIM_FAULT_RTA_4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        unit_open(&bed, rows[i].flags, rows[i].config);
        unit_on(&bed);
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
        unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
        assert_true(holds(&bed, UNIT_SID, 0));
        unit_write(&bed, REG_RTADDR, 8, (bed.rtaddr & ~(uint64_t)(3u << 10)) | rows[i].bits);
        unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
        svasim_response r = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
        assert_int_equal(r.fault, rows[i].fault_with_pasid);
        r = unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
        if (rows[i].fault != SVASIM_FAULT_NONE)
            assert_int_equal(r.fault, rows[i].fault);
        unit_close(&bed);
    }
}

static void queue_disable_resets_the_head_only(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    unit_put_wait(&bed, 0, true, 1, 0);
    unit_put_wait(&bed, 32, true, 2, 0);
    unit_queue_on(&bed, 1, true);
    unit_write(&bed, REG_IQT, 8, 64);
    assert_int_equal(unit_read(&bed, REG_IQH, 8), 64);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE); /* translation off is no reason */
    assert_int_equal(unit_read(&bed, REG_IQH, 8), 64);
    unit_write(&bed, REG_GCMD, 4, 0);
    assert_int_equal(unit_read(&bed, REG_IQH, 8), 0);
    assert_int_equal(unit_read(&bed, REG_IQT, 8), 64);
    assert_int_equal(unit_read(&bed, REG_IQA, 8), UNIT_QUEUE | IQA_WIDE | 1);
    unit_close(&bed);
}

/* --- invalidation by register --- */

static void open_legacy(struct unit_bed *bed, const char *config)
{
    unit_open(bed, UNIT_LEGACY, config ? config : "cap.version_major=5");
    unit_on(bed);
    fill(bed);
}

/* CCMD command; the granularity done is returned. */
static unsigned ccmd(struct unit_bed *bed, unsigned granularity, uint64_t fields)
{
    unit_write(bed, REG_CCMD, 8, COMMAND | (uint64_t)granularity << 61 | fields);
    uint64_t value = unit_read(bed, REG_CCMD, 8);
    assert_false(value & COMMAND);
    return value >> 59 & 3;
}

static unsigned iotlb(struct unit_bed *bed, unsigned granularity, uint16_t did, uint64_t iva)
{
    unit_write(bed, REG_IVA, 8, iva);
    unit_write(bed, REG_IOTLB, 8, COMMAND | (uint64_t)granularity << 60 | (uint64_t)did << 32);
    uint64_t value = unit_read(bed, REG_IOTLB, 8);
    assert_int_equal(unit_read(bed, REG_IVA, 8), 0); /* write-only */
    assert_false(value & COMMAND);
    return value >> 57 & 3;
}

static void context_command_has_three_granularities(void **state)
{
    /* Source id and function mask of the device-selective one: 0x0110 is function 0. */
    static const struct {
        unsigned granularity;
        uint64_t fields;
        unsigned left;
        bool keeps_first;
    } rows[] = {
        {1, 0, 0, false},
        {2, UNIT_DID, 1, false},
        {2, UNIT_OTHER_DID, 1, true},
        {2, 99, 2, true},
        {3, UNIT_DID | (uint64_t)UNIT_SID << 16, 1, false},
        {3, UNIT_DID | (uint64_t)UNIT_OTHER_SID << 16, 2, true}, /* not of this domain */
        {3, UNIT_DID | (uint64_t)(UNIT_SID | 7) << 16, 2, true},
        {3, UNIT_DID | (uint64_t)(UNIT_SID | 7) << 16 | UINT64_C(3) << 32, 1, false},
        {3, UNIT_DID | (uint64_t)(UNIT_SID | 4) << 16 | UINT64_C(1) << 32, 1, false},
        {3, UNIT_DID | (uint64_t)(UNIT_SID | 2) << 16 | UINT64_C(1) << 32, 2, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        open_legacy(&bed, NULL);
        assert_int_equal(ccmd(&bed, rows[i].granularity, rows[i].fields), rows[i].granularity);
        assert_int_equal(unit_cached(&bed, "context"), rows[i].left);
        assert_int_equal(svasim_cache_holds(bed.unit, "context", UNIT_SID, SVASIM_NO_PASID, 0),
                         rows[i].keeps_first);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
        unit_close(&bed);
    }
}

/* Each bit of a field counts: with one of them wrong nothing of this device is found. */
static void fields_have_all_their_bits(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, NULL);
    for (unsigned bit = 0; bit < 16; bit++) {
        uint64_t did = UNIT_DID ^ 1u << bit, sid = UNIT_SID ^ 1u << bit;
        assert_int_equal(ccmd(&bed, 2, did), 2);
        assert_int_equal(ccmd(&bed, 3, UNIT_DID | sid << 16), 3);
        assert_int_equal(iotlb(&bed, 2, (uint16_t)did, 0), 2);
        assert_int_equal(unit_cached(&bed, "context"), 2);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    }
    for (unsigned bit = 14; bit < 57; bit++) { /* the pages of the device differ below */
        assert_int_equal(iotlb(&bed, 3, UNIT_DID, UNIT_VA ^ UINT64_C(1) << bit), 3);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    }
    assert_int_equal(iotlb(&bed, 3, UNIT_DID, UNIT_VA | 33), 0); /* a mask of six bits */
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    unit_close(&bed);
}

/* The granularity done takes the place of what was there, and what was asked for stays. */
static void command_registers_report(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, NULL);
    for (unsigned g = 1; g < 4; g++) {
        ccmd(&bed, g, 99);
        assert_int_equal(unit_read(&bed, REG_CCMD, 8) >> 59, g << 2 | g);
        ccmd(&bed, 0, 99);
        assert_int_equal(unit_read(&bed, REG_CCMD, 8) >> 59, 0);
        iotlb(&bed, g, 99, 0);
        assert_int_equal(unit_read(&bed, REG_IOTLB, 8) >> 57, g << 3 | g);
        iotlb(&bed, 0, 99, 0);
        assert_int_equal(unit_read(&bed, REG_IOTLB, 8) >> 57, 0);
    }
    unit_write(&bed, REG_IOTLB, 8, ~COMMAND);
    assert_int_equal(unit_read(&bed, REG_IOTLB, 8), UINT64_C(0x3003ffff00000000));
    unit_write(&bed, REG_CCMD, 8, ~COMMAND);
    assert_int_equal(unit_read(&bed, REG_CCMD, 8) >> 59, 3u << 2);
    unit_close(&bed);
}

static void the_top_byte_triggers(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, NULL);
    unit_write(&bed, REG_CCMD + 4, 4, 1u << 29); /* global, if it were to run */
    unit_write(&bed, REG_CCMD, 4, 1u << 31);     /* bit 31 of the low half is none */
    assert_int_equal(unit_cached(&bed, "context"), 2);
    unit_write(&bed, REG_CCMD, 4, UNIT_DID);
    unit_write(&bed, REG_CCMD + 4, 4, 2u << 29); /* all but ICC */
    assert_int_equal(unit_cached(&bed, "context"), 2);
    unit_write(&bed, REG_CCMD + 4, 4, 1u << 31 | 2u << 29);
    assert_int_equal(unit_cached(&bed, "context"), 1);
    assert_int_equal(unit_read(&bed, REG_CCMD, 8) >> 59, 2u << 2 | 2);
    unit_write(&bed, REG_IOTLB + 4, 4, 2u << 28 | UNIT_DID); /* all but IVT */
    unit_write(&bed, REG_IOTLB, 4, UINT32_MAX);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    unit_write(&bed, REG_IOTLB + 4, 4, 1u << 31 | 2u << 28 | UNIT_DID);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 4);
    unit_close(&bed);
}

static void iotlb_command_has_three_granularities(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, NULL);
    assert_int_equal(iotlb(&bed, 3, UNIT_DID, (UNIT_VA + 0x2000) | 1), 3);
    for (unsigned page = 0; page < 4; page++) {
        assert_int_equal(holds(&bed, UNIT_SID, page), page < 2);
        assert_true(holds(&bed, UNIT_OTHER_SID, page));
    }
    assert_int_equal(iotlb(&bed, 3, UNIT_DID, UNIT_VA), 3);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 5);
    assert_int_equal(iotlb(&bed, 2, UNIT_OTHER_DID, 0), 2);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 1);
    assert_true(holds(&bed, UNIT_SID, 1));
    assert_int_equal(iotlb(&bed, 1, 99, 0), 1);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 0);
    assert_int_equal(unit_cached(&bed, "context"), 2);
    unit_close(&bed);
}

/* IH: leaves only, the tables that lead to them stay cached. */
static void invalidation_hint_spares_tables(void **state)
{
    (void)state;
    for (unsigned hint = 0; hint < 2; hint++) {
        struct unit_bed bed;
        open_legacy(&bed, NULL);
        uint32_t tables = unit_cached(&bed, "ss_pde");
        assert_int_equal(tables, 2);
        iotlb(&bed, 3, UNIT_DID, UNIT_VA | hint << 6);
        assert_int_equal(unit_cached(&bed, "ss_pde"), hint ? 2 : 1);
        unit_close(&bed);
    }
}

static void without_page_selection_the_domain_goes(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, "cap.version_major=5 cap.psi=off");
    assert_int_equal(iotlb(&bed, 3, UNIT_DID, UNIT_VA), 2);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 4);
    assert_true(holds(&bed, UNIT_OTHER_SID, 0));
    unit_close(&bed);
}

static void the_largest_mask_is_mamv(void **state)
{
    (void)state;
    for (unsigned am = 3; am <= 5; am++) {
        struct unit_bed bed;
        open_legacy(&bed, "cap.version_major=5 cap.mamv=4");
        assert_int_equal(iotlb(&bed, 2, 99, 0), 2); /* IAIG must not be left over */
        assert_int_equal(iotlb(&bed, 3, UNIT_DID, UNIT_VA | am), am <= 4 ? 3 : 0);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), am <= 4 ? 4 : 8);
        unit_close(&bed);
    }
}

static void refused(struct unit_bed *bed)
{
    uint32_t before = unit_cached(bed, NULL);
    for (unsigned granularity = 0; granularity < 4; granularity++) {
        assert_int_equal(ccmd(bed, granularity, UNIT_DID | (uint64_t)UNIT_SID << 16), 0);
        assert_int_equal(iotlb(bed, granularity, UNIT_DID, UNIT_VA), 0);
    }
    assert_int_equal(unit_cached(bed, NULL), before);
}

static void registers_refuse_what_belongs_to_the_queue(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, "cap.version_major=6");
    refused(&bed);
    unit_close(&bed);
    unit_open(&bed, UNIT_SCALABLE, "cap.version_major=5");
    unit_on(&bed);
    fill(&bed);
    refused(&bed);
    unit_close(&bed);
    open_legacy(&bed, NULL);
    assert_int_equal(ccmd(&bed, 2, 99), 2);
    assert_int_equal(iotlb(&bed, 2, 99, 0), 2);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_QIE);
    refused(&bed);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE);
    assert_int_equal(ccmd(&bed, 0, UNIT_DID), 0);
    assert_int_equal(iotlb(&bed, 0, UNIT_DID, UNIT_VA), 0);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    assert_int_equal(unit_cached(&bed, "context"), 2);
    assert_int_equal(iotlb(&bed, 1, 0, 0), 1);
    unit_close(&bed);
}

static void registers_work_while_translation_is_off(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_legacy(&bed, UNIT_NO_QI "cap.version_major=5");
    unit_write(&bed, REG_GCMD, 4, 0);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 8);
    assert_int_equal(iotlb(&bed, 1, 0, 0), 1);
    assert_int_equal(ccmd(&bed, 1, 0), 1);
    assert_int_equal(unit_cached(&bed, NULL), 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_follow_and_one_shots_stay),
        cmocka_unit_test(commands_without_capability_do_nothing),
        cmocka_unit_test(translation_enable_switches),
        cmocka_unit_test(root_takes_effect_with_the_command),
        cmocka_unit_test(new_root_flushes_with_esrtps),
        cmocka_unit_test(disabling_flushes_with_smts),
        cmocka_unit_test(no_cached_translation_gets_around_the_mode),
        cmocka_unit_test(queue_disable_resets_the_head_only),
        cmocka_unit_test(context_command_has_three_granularities),
        cmocka_unit_test(fields_have_all_their_bits),
        cmocka_unit_test(command_registers_report),
        cmocka_unit_test(the_top_byte_triggers),
        cmocka_unit_test(iotlb_command_has_three_granularities),
        cmocka_unit_test(invalidation_hint_spares_tables),
        cmocka_unit_test(without_page_selection_the_domain_goes),
        cmocka_unit_test(the_largest_mask_is_mamv),
        cmocka_unit_test(registers_refuse_what_belongs_to_the_queue),
        cmocka_unit_test(registers_work_while_translation_is_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
