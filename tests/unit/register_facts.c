/* SPDX-License-Identifier: MIT */
/* register_facts.c - the register map of section 11.4, and ways to read and write it. */
#define _POSIX_C_SOURCE 200809L
#include "register_facts.h"

#include <stdio.h>
#include <string.h>

#define ALL       UINT64_MAX
#define PAGE_BASE UINT64_C(0x000ffffffffff000)
#define ABOVE_HAW UINT64_C(0xfff0000000000000) /* may not be implemented */

#define NO_QI  UNIT_NO_QI
#define IR     REGISTER_IR
#define NO_IR  REGISTER_NO_IR
#define NO_PRS "cap.prs=off cap.sms=off"
#define EC     "cap.ecmds=on"
#define PM     "cap.ecmds=on cap.pms=on"
#define NO_PM  "cap.pms=off"
#define MT     "cap.mts=on"
#define VC     "cap.vcs=on"
#define NO_VC  "cap.vcs=off"

/* Short forms of the columns. */
#define RO(name, at, bytes, with, without)                                                         \
    {                                                                                              \
        name, at, bytes, REGISTER_RO, 0, 0, 0, with, without, true                                 \
    }
#define FIXED(name, at, bytes, with, without)                                                      \
    {                                                                                              \
        name, at, bytes, REGISTER_FIXED, 0, 0, 0, with, without, true                              \
    }
#define RW(name, at, bytes, must, may, with, without)                                              \
    {                                                                                              \
        name, at, bytes, REGISTER_RW, 0, must, may, with, without, true                            \
    }
#define W1C(name, at, with, without)                                                               \
    {                                                                                              \
        name, at, 4, REGISTER_RW1C, 0, 0, 0, with, without, true                                   \
    }
#define COMMAND(name, at, bytes, must, may, with, without)                                         \
    {                                                                                              \
        name, at, bytes, REGISTER_COMMAND, 0, must, may, with, without, true                       \
    }
/* Event control (mask set at reset), data, address and upper address. The specification allows an
 * upper address without storage where there is no extended interrupt mode. */
#define EVENT(name, ctl, data, with, without)                                                      \
    {name "CTL_REG", ctl, 4, REGISTER_RW, 0x80000000, 0x80000000, 0, with, without, true},         \
        RW(name "DATA_REG", data, 4, 0xffff, 0, with, without),                                    \
        RW(name "ADDR_REG", data + 4, 4, 0xfffffffc, 0, with, without),                            \
        RW(name "UADDR_REG", data + 8, 4, 0xffffffff, 0, with, without)

const struct register_fact register_facts[] = {
    FIXED("VER_REG", 0x000, 4, NULL, NULL),
    FIXED("CAP_REG", 0x008, 8, NULL, NULL),
    FIXED("ECAP_REG", 0x010, 8, NULL, NULL),
    COMMAND("GCMD_REG", 0x018, 4, 0, 0, NULL, NULL),
    RO("GSTS_REG", 0x01c, 4, NULL, NULL),
    RW("RTADDR_REG", 0x020, 8, PAGE_BASE | 0xc00, ABOVE_HAW, NULL, NULL),
    /* FM and SID are write-only; ICC clears itself, CAIG is the unit's. */
    COMMAND("CCMD_REG", 0x028, 8, UINT64_C(3) << 61 | 0xffff, UINT64_C(0x3ffff) << 16, NULL, NULL),
    W1C("FSTS_REG", 0x034, NULL, NULL),
    EVENT("FE", 0x038, 0x03c, NULL, NULL),
    COMMAND("PMEN_REG", 0x064, 4, 0x80000000, 1, NULL, NULL),
    RW("PLMBASE_REG", 0x068, 4, 0xffe00000, 0, "cap.plmr=on", "cap.plmr=off"),
    RW("PLMLIMIT_REG", 0x06c, 4, 0xffe00000, 0, "cap.plmr=on", "cap.plmr=off"),
    RW("PHMBASE_REG", 0x070, 8, ~UINT64_C(0x1fffff), 0, "cap.phmr=on", "cap.phmr=off"),
    RW("PHMLIMIT_REG", 0x078, 8, ~UINT64_C(0x1fffff), 0, "cap.phmr=on", "cap.phmr=off"),
    RO("IQH_REG", 0x080, 8, NULL, NO_QI),
    RW("IQT_REG", 0x088, 8, 0x7fff0, 0, NULL, NO_QI),
    RW("IQA_REG", 0x090, 8, PAGE_BASE | 0x807, ABOVE_HAW, NULL, NO_QI),
    W1C("ICS_REG", 0x09c, NULL, NO_QI),
    EVENT("IE", 0x0a0, 0x0a4, NULL, NO_QI),
    RO("IQERCD_REG", 0x0b0, 8, NULL, NO_QI),
    RW("IRTA_REG", 0x0b8, 8, PAGE_BASE | 0xf, ABOVE_HAW | 0x800, IR, NO_IR),
    RW("PQH_REG", 0x0c0, 8, 0x7ffe0, 0, NULL, NO_PRS),
    RW("PQT_REG", 0x0c8, 8, 0x7ffe0, 0, NULL, NO_PRS),
    RW("PQA_REG", 0x0d0, 8, PAGE_BASE | 0x7, ABOVE_HAW, NULL, NO_PRS),
    W1C("PRS_REG", 0x0dc, NULL, NO_PRS),
    EVENT("PE", 0x0e0, 0x0e4, NULL, NO_PRS),
    {"MTRRCAP_REG", 0x100, 8, REGISTER_RO, 0x50a, 0, 0, MT, "cap.mts=off", true},
    RW("MTRRDEF_REG", 0x108, 8, 0xcff, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX64K_00000_REG", 0x120, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX16K_80000_REG", 0x128, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX16K_A0000_REG", 0x130, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_C0000_REG", 0x138, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_C8000_REG", 0x140, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_D0000_REG", 0x148, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_D8000_REG", 0x150, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_E0000_REG", 0x158, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_E8000_REG", 0x160, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_F0000_REG", 0x168, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_FIX4K_F8000_REG", 0x170, 8, ALL, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE0_REG", 0x180, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK0_REG", 0x188, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE1_REG", 0x190, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK1_REG", 0x198, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE2_REG", 0x1a0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK2_REG", 0x1a8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE3_REG", 0x1b0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK3_REG", 0x1b8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE4_REG", 0x1c0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK4_REG", 0x1c8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE5_REG", 0x1d0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK5_REG", 0x1d8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE6_REG", 0x1e0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK6_REG", 0x1e8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE7_REG", 0x1f0, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK7_REG", 0x1f8, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE8_REG", 0x200, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK8_REG", 0x208, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSBASE9_REG", 0x210, 8, PAGE_BASE | 0xff, 0, MT, "cap.mts=off"),
    RW("MTRR_PHYSMASK9_REG", 0x218, 8, PAGE_BASE | 0x800, 0, MT, "cap.mts=off"),
    FIXED("PERFCAP_REG", 0x300, 8, PM, NO_PM),
    FIXED("PERFCFGOFF_REG", 0x310, 4, PM, NO_PM),
    FIXED("PERFFRZOFF_REG", 0x314, 4, PM, NO_PM),
    FIXED("PERFOVFOFF_REG", 0x318, 4, PM, NO_PM),
    FIXED("PERFCNTROFF_REG", 0x31c, 4, PM, NO_PM),
    W1C("PERFINTRSTS_REG", 0x324, PM, NO_PM),
    EVENT("PERFINTR", 0x328, 0x32c, PM, NO_PM),
    FIXED("PERFEVNTCAP0_REG", 0x380, 8, PM, NO_PM),
    FIXED("PERFEVNTCAP1_REG", 0x388, 8, PM, NO_PM),
    FIXED("PERFEVNTCAP2_REG", 0x390, 8, PM, NO_PM),
    FIXED("PERFEVNTCAP3_REG", 0x398, 8, PM, NO_PM),
    FIXED("PERFEVNTCAP4_REG", 0x3a0, 8, PM, NO_PM),
    RW("RDTC_REG", 0xdc0, 8, UINT64_C(0x1f00000fff), 0, "cap.rdts=on", "cap.rdts=off"),
    COMMAND("ECMD_REG", 0x400, 8, 0, 0, EC, NO_PM),
    COMMAND("ECEO_REG", 0x408, 8, 0, ALL, EC, NO_PM),
    RO("ECRSP_REG", 0x410, 8, EC, NO_PM),
    FIXED("ECCAP3_REG", 0x448, 8, EC, NO_PM),
    COMMAND("VCMD_REG", 0xe00, 8, ~UINT64_C(0xff00), 0, VC, NO_VC),
    RW("VCMD_EO_REG", 0xe08, 8, ALL, 0, VC, NO_VC),
    RO("VCRSP_REG", 0xe10, 8, VC, NO_VC),
    FIXED("VCCAP_REG", 0xe30, 8, VC, NO_VC),
    /* At offsets that CAP and ECAP name. Write-only, and as CCMD. */
    {"IVA_REG", REG_IVA, 8, REGISTER_COMMAND, 0, 0, ALL, NULL, NULL, false},
    {"IOTLB_REG", REG_IOTLB, 8, REGISTER_COMMAND, 0, UINT64_C(0x3003ffff) << 32, 0, NULL, NULL,
     false},
};
const unsigned register_fact_count = sizeof register_facts / sizeof register_facts[0];

/* --- capabilities --- */

static int no_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    (void)host, (void)hpa, (void)out, (void)bytes;
    return 1;
}

static svasim_update no_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                               uint64_t *seen)
{
    (void)host, (void)hpa, (void)expected, (void)desired, (void)seen;
    return SVASIM_UPDATE_FAILED;
}

bool config_is_possible(const char *pairs)
{
    char text[64];
    char *rest = text;
    svasim *unit = NULL;
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_config *config = svasim_config_create();
    assert_non_null(config);
    ports.read = no_read;
    ports.update = no_update;
    (void)snprintf(text, sizeof text, "%s", pairs ? pairs : "");
    bool possible = true;
    for (char *key = strtok_r(text, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');
        *value++ = 0;
        possible = possible && svasim_config_set(config, key, value) == SVASIM_OK;
    }
    possible = possible && svasim_create(&unit, config, &ports, NULL) == SVASIM_OK;
    svasim_destroy(unit);
    svasim_config_destroy(config);
    return possible;
}

const char *register_everything(void)
{
    return IR " " PM " " MT " " VC " cap.plmr=on cap.phmr=on cap.rdts=on";
}

bool register_is_known(const struct register_fact *fact)
{
    return config_is_possible(fact->with);
}

const struct register_fact *register_fact_of(const char *name)
{
    for (unsigned i = 0; i < register_fact_count; i++)
        if (strcmp(register_facts[i].name, name) == 0)
            return &register_facts[i];
    fail_msg("%s: no row in register_facts.c", name);
    return NULL;
}

/* --- accesses --- */

bool register_access_at(const struct register_fact *fact, unsigned n, struct register_access *out)
{
    bool upper = fact->offset % 8 != 0;
    if (fact->bytes == 8 && n == 0)
        *out = (struct register_access){.offset = fact->offset, .bytes = 8, .covered = ALL};
    else if (fact->bytes == 8 && n < 3)
        *out = (struct register_access){.offset = fact->offset + 4 * (n - 1),
                                        .bytes = 4,
                                        .covered = (uint64_t)UINT32_MAX << (32 * (n - 1)),
                                        .from = 32 * (n - 1)};
    else if (fact->bytes == 4 && n == 0)
        *out = (struct register_access){.offset = fact->offset, .bytes = 4, .covered = UINT32_MAX};
    else if (fact->bytes == 4 && n == 1)
        *out = (struct register_access){.offset = fact->offset & ~7u,
                                        .bytes = 8,
                                        .shift = upper ? 32 : 0,
                                        .covered = UINT32_MAX,
                                        .neighbour = fact->offset ^ 4};
    else
        return false;
    return true;
}

void register_put(struct unit_bed *bed, const struct register_access *access, uint64_t value)
{
    uint64_t data = value >> access->from << access->shift;
    if (access->neighbour)
        data |= unit_read(bed, access->neighbour, 4) << (32 - access->shift);
    unit_write(bed, access->offset, access->bytes, access->bytes == 8 ? data : data & UINT32_MAX);
}

void register_look(const struct unit_bed *bed, struct register_picture *out)
{
    for (unsigned i = 0; i < REGISTER_WORDS; i++)
        out->word[i] = (uint32_t)unit_read(bed, 4 * i, 4);
}

void register_same(const struct register_picture *before, const struct register_picture *after,
                   const struct register_fact *except, const char *where)
{
    for (uint32_t offset = 0; offset < 4 * REGISTER_WORDS; offset += 4) {
        bool own = except && offset >= except->offset && offset < except->offset + except->bytes;
        if (!own && before->word[offset / 4] != after->word[offset / 4])
            fail_msg("%s: offset %03x was %08x and is %08x", where, (unsigned)offset,
                     (unsigned)before->word[offset / 4], (unsigned)after->word[offset / 4]);
    }
}
