/* SPDX-License-Identifier: MIT */
/* import_caps.c - from values of CAP_REG and ECAP_REG of a real unit to config keys. A unit made
 * from the keys must read back the same registers; bits that do not are told. */
#include "import.h"

#include <inttypes.h>
#include <string.h>

#define CAP_OFFSET  0x08
#define ECAP_OFFSET 0x10

static void row_value(const svasim_capability_info *row, uint64_t word, char out[CLI_COUNT_TEXT])
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
    svasim_capability_info at;
    for (unsigned i = 0; code == CLI_EXIT_OK && svasim_capability_at(i, &at); i++) {
        const svasim_capability_info *row = &at;
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
