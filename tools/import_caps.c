/* SPDX-License-Identifier: MIT */
/* import_caps.c - from values of CAP_REG and ECAP_REG of a real unit to config keys. The table is
 * checked each time it is used: a unit made from the keys must read back the same registers, and
 * bits that do not are told. */
#include "import.h"

#include <inttypes.h>
#include <string.h>

#define CAP_OFFSET  0x08
#define ECAP_OFFSET 0x10

struct cap_row {
    const char *key;
    bool extended;         /* in ECAP_REG */
    uint8_t lo, bits, add; /* value = bits + add */
};

/* Numbers first; the flags follow the order of the registers. */
static const struct cap_row rows[] = {
    {"cap.nd", false, 0, 3, 0},      {"cap.sagaw", false, 8, 5, 0},
    {"cap.mgaw", false, 16, 6, 1},   {"cap.sslps", false, 34, 2, 0},
    {"cap.nfr", false, 40, 8, 0},    {"cap.mamv", false, 48, 6, 0},
    {"cap.pss", true, 35, 5, 0},     {"cap.cm", false, 7, 1, 0},
    {"cap.zlr", false, 22, 1, 0},    {"cap.psi", false, 39, 1, 0},
    {"cap.fs1gp", false, 56, 1, 0},  {"cap.pi", false, 59, 1, 0},
    {"cap.fs5lp", false, 60, 1, 0},  {"cap.esirtps", false, 62, 1, 0},
    {"cap.esrtps", false, 63, 1, 0}, {"cap.c", true, 0, 1, 0},
    {"cap.qi", true, 1, 1, 0},       {"cap.dt", true, 2, 1, 0},
    {"cap.ir", true, 3, 1, 0},       {"cap.eim", true, 4, 1, 0},
    {"cap.pt", true, 6, 1, 0},       {"cap.sc", true, 7, 1, 0},
    {"cap.mts", true, 25, 1, 0},     {"cap.nest", true, 26, 1, 0},
    {"cap.prs", true, 29, 1, 0},     {"cap.ers", true, 30, 1, 0},
    {"cap.srs", true, 31, 1, 0},     {"cap.nwfs", true, 33, 1, 0},
    {"cap.eafs", true, 34, 1, 0},    {"cap.pasid", true, 40, 1, 0},
    {"cap.dit", true, 41, 1, 0},     {"cap.pds", true, 42, 1, 0},
    {"cap.smts", true, 43, 1, 0},    {"cap.ssads", true, 45, 1, 0},
    {"cap.ssts", true, 46, 1, 0},    {"cap.fsts", true, 47, 1, 0},
    {"cap.smpwcs", true, 48, 1, 0},  {"cap.rps", true, 49, 1, 0},
    {"cap.tdxcs", true, 50, 1, 0},   {"cap.pms", true, 51, 1, 0},
    {"cap.adms", true, 52, 1, 0},    {"cap.rprivs", true, 53, 1, 0},
    {"cap.hpts", true, 55, 1, 0},    {"cap.ptrs", true, 56, 1, 0},
    {"cap.ssirws", true, 57, 1, 0},  {"cap.sms", true, 58, 1, 0},
    {"cap.hpt1gps", true, 59, 1, 0}, {"cap.rdts", true, 60, 1, 0},
    {"cap.eimer", true, 61, 1, 0},   {"cap.irreq", true, 62, 1, 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void row_value(const struct cap_row *row, uint64_t word, char out[CLI_COUNT_TEXT])
{
    uint64_t value = (word >> row->lo & ((UINT64_C(1) << row->bits) - 1)) + row->add;
    (void)snprintf(out, CLI_COUNT_TEXT, "%" PRIu64, value);
}

static void differing(const char *name, uint64_t wanted, uint64_t got)
{
    if (wanted != got)
        cli_message("note: %s 0x%" PRIx64 " becomes 0x%" PRIx64
                    ": the model cannot say the bits 0x%" PRIx64,
                    name, wanted, got, wanted ^ got);
}

/* Does a unit of this configuration read back the registers? */
static int check(svasim_config *config, const struct cli_caps *caps)
{
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    uint64_t got;
    if (!mem)
        return CLI_EXIT_SYSTEM;
    svasim_mem_ports(mem, &ports);
    svasim_err err = svasim_create(&unit, config, &ports, NULL);
    if (err == SVASIM_EINVAL)
        cli_message("--cap, --ecap: %s", svasim_config_error(config));
    if (err == SVASIM_OK && caps->has_cap && !svasim_mmio_read(unit, CAP_OFFSET, 8, &got))
        differing("CAP_REG", caps->cap, got);
    if (err == SVASIM_OK && caps->has_ecap && !svasim_mmio_read(unit, ECAP_OFFSET, 8, &got))
        differing("ECAP_REG", caps->ecap, got);
    svasim_destroy(unit);
    svasim_mem_destroy(mem);
    return err == SVASIM_OK ? CLI_EXIT_OK : err == SVASIM_EINVAL ? CLI_EXIT_USAGE : CLI_EXIT_SYSTEM;
}

int cli_caps_build(struct cli_builder *to, const struct cli_caps *caps)
{
    svasim_config *config = svasim_config_create();
    int code = config ? CLI_EXIT_OK : CLI_EXIT_SYSTEM;
    char haw[CLI_COUNT_TEXT];
    (void)snprintf(haw, sizeof haw, "%" PRIu64, caps->haw);
    cli_build_config(to, "cap.haw", haw);
    if (code == CLI_EXIT_OK && svasim_config_set(config, "cap.haw", haw) != SVASIM_OK) {
        cli_message("--haw: %s", svasim_config_error(config));
        code = CLI_EXIT_USAGE;
    }
    for (size_t i = 0; i < ROWS && code == CLI_EXIT_OK; i++) {
        const struct cap_row *row = &rows[i];
        char value[CLI_COUNT_TEXT];
        if (!(row->extended ? caps->has_ecap : caps->has_cap))
            continue;
        row_value(row, row->extended ? caps->ecap : caps->cap, value);
        if (svasim_config_set(config, row->key, value) != SVASIM_OK) {
            cli_message("--%s: %s", row->extended ? "ecap" : "cap", svasim_config_error(config));
            code = CLI_EXIT_USAGE;
        }
        cli_build_config(to, row->key, value);
    }
    if (code == CLI_EXIT_OK)
        code = check(config, caps);
    svasim_config_destroy(config);
    return code;
}
