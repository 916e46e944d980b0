/* SPDX-License-Identifier: MIT */
/* bed.c - a unit as a preset describes it, with memory and tables: see validation.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preset.h"
#include "validation.h"

const char *preset_root = ".";

/* --- presets --- */

static bool set(svasim_config *config, const char *key, const char *value)
{
    if (svasim_config_set(config, key, value) == SVASIM_OK)
        return true;
    fprintf(stderr, "validate: %s\n", svasim_config_error(config));
    return false;
}

/* Cut comment and white space off both ends. */
static char *trimmed(char *text)
{
    text[strcspn(text, ";#\r\n")] = 0;
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        text[--length] = 0;
    return text;
}

/* One line of an INI file; `group` is the last [group] that was seen. */
static bool read_setting(svasim_config *config, char *line, char group[64])
{
    char key[160], *text = trimmed(line), *equal = strchr(text, '=');
    if (*text == 0)
        return true;
    if (*text == '[') {
        (void)snprintf(group, 64, "%.*s", (int)strcspn(text + 1, "]"), text + 1);
        return true;
    }
    if (!equal) {
        fprintf(stderr, "validate: \"%s\" is no setting\n", text);
        return false;
    }
    *equal = 0;
    (void)snprintf(key, sizeof key, "%s.%s", group, trimmed(text));
    return set(config, key, trimmed(equal + 1));
}

static bool read_preset(svasim_config *config, const char *preset)
{
    char path[1024], line[512], group[64] = "";
    (void)snprintf(path, sizeof path, "%s/tools/presets/%s.ini", preset_root, preset);
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return false;
    }
    bool ok = true;
    while (ok && fgets(line, sizeof line, file))
        ok = read_setting(config, line, group);
    ok = ok && !ferror(file);
    (void)fclose(file);
    return ok;
}

static bool read_settings(svasim_config *config, const char *settings)
{
    while (*(settings += strspn(settings, " "))) {
        char pair[160];
        size_t length = strcspn(settings, " ");
        (void)snprintf(pair, sizeof pair, "%.*s", (int)length, settings);
        settings += length;
        char *equal = strchr(pair, '=');
        if (!equal)
            return false;
        *equal = 0;
        if (!set(config, pair, equal + 1))
            return false;
    }
    return true;
}

svasim_config *preset_load(const char *preset, const char *settings)
{
    svasim_config *config = svasim_config_create();
    if (config && (!preset || read_preset(config, preset)) &&
        (!settings || read_settings(config, settings)))
        return config;
    svasim_config_destroy(config);
    return NULL;
}

double config_number(const svasim_config *config, const char *key)
{
    char text[64];
    if (svasim_config_get(config, key, text, sizeof text) != SVASIM_OK) {
        fprintf(stderr, "validate: there is no key %s\n", key);
        exit(4);
    }
    return strcmp(text, "on") == 0 ? 1 : strtod(text, NULL);
}

uint64_t counter(const svasim *unit, const char *name)
{
    const svasim_counter_info *info;
    for (unsigned i = 0; (info = svasim_counter_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0)
            return svasim_counter_value(unit, i);
    fprintf(stderr, "validate: there is no counter %s\n", name);
    exit(4);
}

/* --- the bed --- */

static void on_respond(void *host, const svasim_response *response)
{
    struct bed *bed = host;
    if (bed->respond)
        bed->respond(bed->user, response);
}

static void on_credit(void *host)
{
    struct bed *bed = host;
    if (bed->on_credit)
        bed->on_credit(bed->user);
}

static int read_memory(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct bed *bed = host;
    return svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
}

static int write_memory(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct bed *bed = host;
    return svasim_mem_write(bed->mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update update_memory(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                   uint64_t *seen)
{
    struct bed *bed = host;
    *seen = svasim_mem_read64(bed->mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(bed->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                   : SVASIM_UPDATE_FAILED;
}

static bool build_tables(struct bed *bed, unsigned pgtt, unsigned levels)
{
    const svasim_tables_setup setup = {
        .frames_base = 0x100000, .frames_bytes = 64u << 20, .scalable = true, .pdts = 7};
    char fields[200];
    bed->tables = svasim_tables_create(bed->mem, &setup);
    if (!bed->tables ||
        svasim_tree_create(bed->tables, false, (uint8_t)levels, &bed->first) != SVASIM_OK ||
        svasim_tree_create(bed->tables, true, (uint8_t)levels, &bed->second) != SVASIM_OK)
        return false;
    const svasim_entry_ref pasid = {
        .entry = SVASIM_ENTRY_PASID, .source_id = BED_SOURCE, .pasid = BED_PASID};
    (void)snprintf(fields, sizeof fields,
                   "pgtt=%u did=7 pwsnp=1 aw=%u fspm=%u ssptptr=0x%" PRIx64 " fsptptr=0x%" PRIx64
                   " p=1",
                   pgtt, levels - 2, levels - 4, bed->second.root, bed->first.root);
    if (svasim_tables_set(bed->tables, &pasid, fields) == SVASIM_OK)
        return true;
    fprintf(stderr, "validate: %s\n", svasim_tables_error(bed->tables));
    return false;
}

bool bed_open(struct bed *bed, svasim_config *config, unsigned pgtt, unsigned levels)
{
    *bed = (struct bed){.config = config, .mem = svasim_mem_create(0, NULL)};
    svasim_ports ports = {
        .size = sizeof ports,
        .host = bed,
        .read = read_memory,
        .write = write_memory,
        .update = update_memory,
        .respond = on_respond,
        .on_credit = on_credit,
    };
    if (!config || !bed->mem || svasim_create(&bed->unit, config, &ports, NULL) != SVASIM_OK ||
        !build_tables(bed, pgtt, levels)) {
        fprintf(stderr, "validate: no unit: %s\n", config ? svasim_config_error(config) : "");
        bed_close(bed);
        return false;
    }
    (void)svasim_mmio_write(bed->unit, 0x20, 8, svasim_tables_root(bed->tables) | 1u << 10);
    (void)svasim_mmio_write(bed->unit, 0x18, 4, 1u << 30); /* SRTP */
    (void)svasim_mmio_write(bed->unit, 0x18, 4, 1u << 31); /* TE */
    return true;
}

void bed_close(struct bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
    svasim_config_destroy(bed->config);
    *bed = (struct bed){.unit = NULL};
}

bool bed_map(struct bed *bed, const svasim_tree *tree, uint64_t address, uint64_t target,
             uint64_t bytes, uint64_t page_bytes)
{
    const uint32_t flags = SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER |
                           SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY;
    if (svasim_tree_map(bed->tables, tree, address, target, bytes, page_bytes, flags) == SVASIM_OK)
        return true;
    fprintf(stderr, "validate: cannot map: %s\n", svasim_tables_error(bed->tables));
    return false;
}

uint64_t draw(uint64_t *state, uint64_t bound)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 32) % bound;
}
