/* SPDX-License-Identifier: MIT */
/* config.c - the key table of config.def, caps.def and caches.def: defaults, ranges, text. */
#include "spec/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BOOLEAN      "bool"
#define NUMBER       "uint"
#define POLICY_WORDS "lru|plru|random"

static const svasim_config_key keys[SV_KEY_COUNT] = {
#define UINT(id, name, initial, min, max, unit, meaning)                                           \
    {name, NUMBER, unit, meaning, initial, min, max},
#define BOOL(id, name, initial, meaning)          {name, BOOLEAN, "", meaning, initial, 0, 1},
#define CHOICE(id, name, words, initial, meaning) {name, words, "", meaning, initial, 0, 0},
#include "spec/config.def"
#undef UINT
#undef BOOL
#undef CHOICE
#define CAP(id, name, reg, bit, initial, meaning)                                                  \
    {"cap." name, BOOLEAN, "", meaning, initial, 0, 1},
#include "spec/caps.def"
#undef CAP
#define CACHE(id, name, enabled, sets, ways, latency, tag, holds)                                  \
    {name ".enabled", BOOLEAN, "", "use this cache (" holds ")", enabled, 0, 1},                   \
        {name ".sets", NUMBER, "sets", "sets; a power of two", sets, 1, 1u << 20},                 \
        {name ".ways", NUMBER, "ways", "ways of a set", ways, 1, 1024},                            \
        {name ".policy", POLICY_WORDS, "", "which way is replaced", 0, 0, 0},                      \
        {name ".latency", NUMBER, "cycles", "lookup latency", latency, 0, 100000},
#include "spec/caches.def"
#undef CACHE
};

const svasim_config_key *svasim_config_key_at(unsigned index)
{
    return index < SV_KEY_COUNT ? &keys[index] : NULL;
}

/* The keys' names are in the table above; the rest is in caps.def and cap_fields.def. */
#define CAP_REG  false
#define ECAP_REG true
static const struct {
    unsigned key;
    bool extended;
    uint8_t lo, bits, add;
} capabilities[] = {
#define CAP_FIELD(id, reg, lo, bits, add) {SV_KEY_##id, reg##_REG, lo, bits, add},
#include "spec/cap_fields.def"
#undef CAP_FIELD
#define CAP(id, name, reg, bit, initial, meaning)                                                  \
    {SV_KEY_CAP_FIRST + SV_CAP_##id, reg##_REG, bit, 1, 0},
#include "spec/caps.def"
#undef CAP
};
#define CAPABILITIES (sizeof capabilities / sizeof capabilities[0])

bool svasim_capability_at(unsigned index, svasim_capability_info *out)
{
    if (index >= CAPABILITIES)
        return false;
    *out = (svasim_capability_info){keys[capabilities[index].key].name,
                                    capabilities[index].extended, capabilities[index].lo,
                                    capabilities[index].bits, capabilities[index].add};
    return true;
}

uint64_t sv_capability_register(const svasim_config *config, bool extended)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < CAPABILITIES; i++)
        if (capabilities[i].extended == extended)
            word |= (config->value[capabilities[i].key] - capabilities[i].add)
                    << capabilities[i].lo;
    return word;
}

svasim_config *svasim_config_create(void)
{
    svasim_config *config = calloc(1, sizeof *config);
    if (config)
        for (unsigned i = 0; i < SV_KEY_COUNT; i++)
            config->value[i] = keys[i].initial;
    return config;
}

svasim_config *svasim_config_copy(const svasim_config *from)
{
    svasim_config *config = malloc(sizeof *config);
    if (config)
        *config = *from;
    return config;
}

void svasim_config_destroy(svasim_config *config)
{
    free(config);
}

const char *svasim_config_error(const svasim_config *config)
{
    return config->error;
}

static const svasim_config_key *find(const char *name)
{
    for (unsigned i = 0; i < SV_KEY_COUNT; i++)
        if (strcasecmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

/* Index of `word` in "a|b|c", or -1. */
static int choice_index(const char *words, const char *word)
{
    int index = 0;
    for (const char *at = words; *at; index++) {
        size_t length = strcspn(at, "|");
        if (strlen(word) == length && strncasecmp(at, word, length) == 0)
            return index;
        at += length + (at[length] == '|');
    }
    return -1;
}

static bool parse_number(const char *text, uint64_t *out)
{
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (errno || *end)
        return false;
    *out = value;
    return true;
}

static bool parse_bool(const char *text, uint64_t *out)
{
    int index = choice_index("0|1|false|true|off|on|no|yes", text);
    *out = (uint64_t)(index & 1);
    return index >= 0;
}

svasim_err svasim_config_set(svasim_config *config, const char *name, const char *text)
{
    const svasim_config_key *key = find(name);
    if (!key) {
        snprintf(config->error, sizeof config->error,
                 "%.100s: no such key (`svasim info --keys` lists them)", name);
        return SVASIM_EINVAL;
    }
    uint64_t value = 0;
    if (key->type[0] == 'u' && strcmp(key->type, NUMBER) == 0) {
        if (!parse_number(text, &value) || value < key->min || value > key->max) {
            snprintf(config->error, sizeof config->error,
                     "%s: \"%.60s\" is not a number from %llu to %llu%s%s", key->name, text,
                     (unsigned long long)key->min, (unsigned long long)key->max,
                     key->unit[0] ? " " : "", key->unit);
            return SVASIM_EINVAL;
        }
    } else if (strcmp(key->type, BOOLEAN) == 0) {
        if (!parse_bool(text, &value)) {
            snprintf(config->error, sizeof config->error, "%s: \"%.60s\" is neither on nor off",
                     key->name, text);
            return SVASIM_EINVAL;
        }
    } else {
        int index = choice_index(key->type, text);
        if (index < 0) {
            snprintf(config->error, sizeof config->error, "%s: \"%.60s\" is none of %s", key->name,
                     text, key->type);
            return SVASIM_EINVAL;
        }
        value = (uint64_t)index;
    }
    config->value[key - keys] = value;
    config->error[0] = 0;
    return SVASIM_OK;
}

svasim_err svasim_config_get(const svasim_config *config, const char *name, char *out, size_t bytes)
{
    const svasim_config_key *key = find(name);
    if (!key || bytes == 0)
        return SVASIM_EINVAL;
    uint64_t value = config->value[key - keys];
    if (strcmp(key->type, NUMBER) == 0) {
        snprintf(out, bytes, "%llu", (unsigned long long)value);
    } else if (strcmp(key->type, BOOLEAN) == 0) {
        snprintf(out, bytes, "%s", value ? "on" : "off");
    } else {
        const char *at = key->type;
        for (; value; value--)
            at += strcspn(at, "|") + 1;
        snprintf(out, bytes, "%.*s", (int)strcspn(at, "|"), at);
    }
    return SVASIM_OK;
}

uint64_t sv_config_caps(const svasim_config *config)
{
    uint64_t caps = 0;
    for (unsigned i = 0; i < SV_CAP_COUNT; i++)
        if (config->value[SV_KEY_CAP_FIRST + i])
            caps |= UINT64_C(1) << i;
    return caps;
}

static bool is_power_of_two(uint64_t value)
{
    return (value & (value - 1)) == 0;
}

/* NULL, or why the timing cannot be as asked for. */
static const char *check_timing(const uint64_t *value)
{
    if (!is_power_of_two(value[SV_KEY_LINK_PAYLOAD]))
        return "link.payload: must be a power of two";
    if (!is_power_of_two(value[SV_KEY_DRAM_ROW]))
        return "dram.row: must be a power of two";
    if (!is_power_of_two(value[SV_KEY_LLC_SETS]))
        return "llc.sets: must be a power of two, or 0";
    if (!is_power_of_two(value[SV_KEY_LOOKUP_BANKS]))
        return "lookup.banks: must be a power of two, or 0";
    static const uint16_t banks[] = {SV_KEY_BANKS_CONTEXT,    SV_KEY_BANKS_PASID,
                                     SV_KEY_BANKS_FIRST,      SV_KEY_BANKS_SECOND,
                                     SV_KEY_BANKS_PERMISSION, SV_KEY_BANKS_INTERRUPT};
    for (size_t i = 0; i < sizeof banks / sizeof banks[0]; i++)
        if (!is_power_of_two(value[banks[i]]))
            return "banks.*: must be a power of two, or 0";
    if (value[SV_KEY_DATA_CACHED] && !value[SV_KEY_LLC_SETS])
        return "data.cached: there is no cache; set llc.sets";
    return NULL;
}

static bool refuse(svasim_config *config, const char *text)
{
    snprintf(config->error, sizeof config->error, "%s", text);
    return false;
}

/* Which capability needs which others, rev 5.10 sections 11.4.2 and 11.4.3. */
static const struct {
    enum sv_cap cap;
    uint64_t needs;
    const char *text;
} needs[] = {
#define NEEDS(cap, mask, text)                                                                     \
    {                                                                                              \
        SV_CAP_##cap, mask, text                                                                   \
    }
#define B SV_CAP_BIT
    NEEDS(SMTS, B(QI), "cap.smts needs cap.qi"),
    NEEDS(DT, B(QI), "cap.dt needs cap.qi"),
    NEEDS(IR, B(QI), "cap.ir needs cap.qi"),
    NEEDS(EIM, B(IR), "cap.eim needs cap.ir"),
    NEEDS(PI, B(IR), "cap.pi needs cap.ir"),
    NEEDS(EIMER, B(EIM), "cap.eimer needs cap.eim"),
    NEEDS(IRREQ, B(IR), "cap.irreq needs cap.ir"),
    NEEDS(MTS, B(SMTS), "cap.mts needs cap.smts"),
    NEEDS(FSTS, B(SMTS), "cap.fsts needs cap.smts"),
    NEEDS(NEST, B(SMTS) | B(FSTS) | B(SSTS), "cap.nest needs cap.smts, cap.fsts and cap.ssts"),
    NEEDS(FS1GP, B(FSTS), "cap.fs1gp needs cap.fsts"),
    NEEDS(FS5LP, B(FSTS), "cap.fs5lp needs cap.fsts"),
    NEEDS(PRS, B(DT) | B(SMTS), "cap.prs needs cap.dt and cap.smts"),
    NEEDS(SRS, B(SMTS), "cap.srs needs cap.smts"),
    NEEDS(NWFS, B(DT), "cap.nwfs needs cap.dt"),
    NEEDS(SMPWCS, B(SMTS), "cap.smpwcs needs cap.smts"),
    NEEDS(EAFS, B(FSTS) | B(SMPWCS), "cap.eafs needs cap.fsts and cap.smpwcs"),
    NEEDS(SSADS, B(SMPWCS) | B(SSTS), "cap.ssads needs cap.smpwcs and cap.ssts"),
    NEEDS(PASID, B(SMTS), "cap.pasid needs cap.smts"),
    NEEDS(DIT, B(DT), "cap.dit needs cap.dt"),
    NEEDS(PDS, B(DT), "cap.pds needs cap.dt"),
    NEEDS(RPS, B(SMTS), "cap.rps needs cap.smts"),
    NEEDS(RPRIVS, B(SRS), "cap.rprivs needs cap.srs"),
    NEEDS(HPTS, B(SMTS) | B(DT), "cap.hpts needs cap.smts and cap.dt"),
    NEEDS(PTRS, B(DT) | B(PASID), "cap.ptrs needs cap.dt and cap.pasid"),
    NEEDS(SSIRWS, B(SSTS), "cap.ssirws needs cap.ssts"),
    NEEDS(SMS, B(PRS), "cap.sms needs cap.prs"),
    NEEDS(PMS, B(ECMDS), "cap.pms needs cap.ecmds"),
    NEEDS(HPT1GPS, B(HPTS), "cap.hpt1gps needs cap.hpts"),
#undef NEEDS
#undef B
};

/* First free unit of 16 bytes behind the registers at fixed offsets. */
#define FIXED_REGISTERS_END 0xf

/* Each part of the IOTLB has at least a set of each of its caches. */
static bool check_partitions(svasim_config *config)
{
    uint64_t parts = config->value[SV_KEY_PARTITIONS];
    if (parts & (parts - 1))
        return refuse(config, "iotlb.partitions: must be a power of two");
    if (config->value[SV_KEY_PARTITION] == 0)
        return true;
    for (unsigned i = SV_CACHE_IOTLB_4K; i <= SV_CACHE_IOTLB2_1G; i++) {
        if (!config->value[SV_KEY_CACHE(i, SV_PART_ENABLED)] ||
            config->value[SV_KEY_CACHE(i, SV_PART_SETS)] >= parts)
            continue;
        snprintf(config->error, sizeof config->error, "iotlb.partitions: %s.sets is less than that",
                 svasim_cache_at(i)->name);
        return false;
    }
    return true;
}

bool sv_config_check(svasim_config *config)
{
    uint64_t caps = sv_config_caps(config);
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if ((caps >> needs[i].cap & 1u) && (needs[i].needs & ~caps))
            return refuse(config, needs[i].text);
    /* Not modelled: write buffers (flushing them is done at once), what RMID and CLOS do to memory
     * traffic, trusted domains: cap.rwbf, cap.rdts and cap.tdxcs are announced, nothing more. */
    if ((caps & SV_CAP_BIT(RWBF)) && (caps & SV_CAP_BIT(SMTS)))
        return refuse(config, "cap.rwbf: a unit with cap.smts needs no write-buffer flushes");
    uint64_t fro = config->value[SV_KEY_FRO], iro = config->value[SV_KEY_IRO];
    if (fro < FIXED_REGISTERS_END || iro < FIXED_REGISTERS_END ||
        (iro >= fro && iro <= fro + config->value[SV_KEY_NFR]))
        return refuse(config, "cap.fro, cap.iro: these registers overlap each other or others");
    const char *perf = sv_config_check_perf(config);
    if (perf)
        return refuse(config, perf);
    const char *timing = check_timing(config->value);
    if (timing)
        return refuse(config, timing);
    if (config->value[SV_KEY_MGAW] < config->value[SV_KEY_HAW])
        return refuse(config, "cap.mgaw: must be at least cap.haw");
    if (config->value[SV_KEY_SSLPS] == 2)
        return refuse(config, "cap.sslps: 2 is reserved; use 0, 1 or 3");
    if (config->value[SV_KEY_SAGAW] & 1)
        return refuse(config, "cap.sagaw: bit 0 is reserved");
    if (!(caps & SV_CAP_BIT(SSTS)) && config->value[SV_KEY_VERSION] >= 6)
        config->value[SV_KEY_SAGAW] = 0;
    if (!(caps & SV_CAP_BIT(SMTS)))
        config->value[SV_KEY_PSS] = 0;
    if (!(caps & SV_CAP_BIT(IR)))
        config->value[SV_KEY_MHMV] = 0;
    for (unsigned i = 0; i < SV_CACHE_COUNT; i++) {
        uint64_t sets = config->value[SV_KEY_CACHE(i, SV_PART_SETS)];
        uint64_t ways = config->value[SV_KEY_CACHE(i, SV_PART_WAYS)];
        const char *name = svasim_cache_at(i)->name;
        if (sets & (sets - 1)) {
            snprintf(config->error, sizeof config->error, "%s.sets: %llu is not a power of two",
                     name, (unsigned long long)sets);
            return false;
        }
        if (config->value[SV_KEY_CACHE(i, SV_PART_POLICY)] == 1 &&
            (ways > 64 || (ways & (ways - 1)))) {
            snprintf(config->error, sizeof config->error,
                     "%s.ways: plru needs a power of two up to 64, not %llu", name,
                     (unsigned long long)ways);
            return false;
        }
    }
    return check_partitions(config);
}
