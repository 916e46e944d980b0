/* SPDX-License-Identifier: MIT */
/* capabilities.c - from values of CAP_REG and ECAP_REG of a real unit to config keys. A unit made
 * from the keys must read back the same registers; bits that do not are told. */
#include "capabilities.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
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
    svasim_err err = SVASIM_ENOMEM;
    if (mem) {
        svasim_mem_ports(mem, &ports);
        err = svasim_create(&unit, config, &ports, NULL);
    }
    if (err == SVASIM_EINVAL)
        cli_message("--cap, --ecap: %s", svasim_config_error(config));
    else if (err != SVASIM_OK)
        cli_message("out of memory");
    if (err == SVASIM_OK && caps->has_cap && !svasim_mmio_read(unit, CAP_OFFSET, 8, &got))
        differing("CAP_REG", caps->cap, got);
    if (err == SVASIM_OK && caps->has_ecap && !svasim_mmio_read(unit, ECAP_OFFSET, 8, &got))
        differing("ECAP_REG", caps->ecap, got);
    svasim_destroy(unit);
    svasim_mem_destroy(mem);
    return err == SVASIM_OK ? CLI_EXIT_OK : err == SVASIM_EINVAL ? CLI_EXIT_USAGE : CLI_EXIT_SYSTEM;
}

/* One key: the configuration must take it, then the caller has it. */
static int give(const struct cli_caps *caps, svasim_config *config, const char *option,
                const char *key, const char *value)
{
    if (svasim_config_set(config, key, value) != SVASIM_OK) {
        cli_message("--%s: %s", option, svasim_config_error(config));
        return CLI_EXIT_USAGE;
    }
    caps->put(caps->user, key, value);
    return CLI_EXIT_OK;
}

static int give_all(const struct cli_caps *caps, svasim_config *config)
{
    svasim_capability_info row;
    char value[CLI_COUNT_TEXT];
    int code = CLI_EXIT_OK;
    if (caps->haw) {
        (void)snprintf(value, sizeof value, "%" PRIu64, caps->haw);
        code = give(caps, config, "haw", "cap.haw", value);
    }
    if (caps->version_major && code == CLI_EXIT_OK) {
        (void)snprintf(value, sizeof value, "%u", caps->version_major);
        code = give(caps, config, "dmar", "cap.version_major", value);
    }
    for (unsigned i = 0; svasim_capability_at(i, &row); i++) {
        if (!(row.extended ? caps->has_ecap : caps->has_cap))
            continue;
        row_value(&row, row.extended ? caps->ecap : caps->cap, value);
        code = cli_worse(code, give(caps, config, row.extended ? "ecap" : "cap", row.key, value));
    }
    return code;
}

int cli_caps_keys(const struct cli_caps *caps)
{
    svasim_config *config = svasim_config_create();
    if (!config) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = give_all(caps, config);
    if (code == CLI_EXIT_OK)
        code = check(config, caps);
    svasim_config_destroy(config);
    return code;
}

/* Number in hexadecimal behind `word`, a word of its own in the line. */
static bool find_hex(const char *line, const char *word, uint64_t *out)
{
    size_t length = strlen(word);
    for (const char *at = line; (at = strstr(at, word)) != NULL; at += length) {
        bool begins = at == line || isspace((unsigned char)at[-1]);
        if (!begins || !isspace((unsigned char)at[length]))
            continue;
        char *end;
        *out = strtoull(at + length, &end, 16);
        return end != at + length && (*end == 0 || *end == ':' || isspace((unsigned char)*end));
    }
    return false;
}

bool cli_caps_parse(struct cli_caps *caps, const char *line)
{
    uint64_t version;
    caps->has_cap = find_hex(line, "cap", &caps->cap);
    caps->has_ecap = find_hex(line, "ecap", &caps->ecap);
    if (find_hex(line, "ver", &version))
        caps->version_major = (uint8_t)version;
    return caps->has_cap && caps->has_ecap;
}
