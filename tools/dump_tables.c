/* SPDX-License-Identifier: MIT */
/* dump_tables.c - from the root pointer down to PASID entries, in both table modes. Follows present
 * entries only, whatever they hold. */
#include "dump.h"

#include <inttypes.h>

#define TTM_LEGACY   0
#define TTM_SCALABLE 1

static const char *const mode_names[] = {"legacy mode", "scalable mode", "reserved mode",
                                         "abort mode"};

static uint64_t pointer(const struct dump *dump, const svasim_layout *layout, const char *name,
                        const uint64_t *words)
{
    return cli_dump_field(layout, name, words) & dump->haw_mask;
}

static void dump_tree(struct dump *dump, unsigned indent, const char *title,
                      const struct dump_tree *tree)
{
    if (tree->levels == 0) {
        printf("%*s%s: address width not supported, not followed\n", (int)indent, "", title);
        return;
    }
    printf("%*s%s pages, %u levels, root at 0x%" PRIx64 "\n", (int)indent, "", title, tree->levels,
           tree->root);
    cli_dump_pages(dump, indent + 2, tree);
}

/* Levels of a second stage by its AW field; 0: not supported. */
static uint8_t second_levels(uint64_t aw)
{
    return aw >= 1 && aw <= 3 ? (uint8_t)(aw + 2) : 0;
}

static void dump_pasid_entry(struct dump *dump, unsigned indent, uint32_t pasid, uint64_t hpa,
                             const uint64_t *words)
{
    const svasim_layout *layout = svasim_layout_find("pasid_entry");
    char label[32];
    (void)snprintf(label, sizeof label, "pasid %" PRIu32, pasid);
    cli_dump_entry(dump, indent, label, layout, hpa, words);
    uint64_t pgtt = cli_dump_field(layout, "pgtt", words);
    bool first = pgtt == 1 || pgtt == 3, second = pgtt == 2 || pgtt == 3;
    struct dump_tree host = {.root = pointer(dump, layout, "ssptptr", words),
                             .levels = second_levels(cli_dump_field(layout, "aw", words)),
                             .second = true};
    if (first && !dump->stopped) {
        struct dump_tree tree = {.root = cli_dump_field(layout, "fsptptr", words),
                                 .levels = cli_dump_field(layout, "fspm", words) ? 5 : 4,
                                 .nested = second,
                                 .host_root = host.root,
                                 .host_levels = host.levels};
        dump_tree(dump, indent + 2, second ? "first-stage (guest)" : "first-stage", &tree);
    }
    if (second && !dump->stopped)
        dump_tree(dump, indent + 2, "second-stage", &host);
    if (dump->permissions && !dump->stopped)
        cli_dump_permissions(dump, indent + 2, words);
}

static void dump_pasid_table(struct dump *dump, unsigned indent, uint32_t first_pasid,
                             uint64_t table)
{
    const svasim_layout *layout = svasim_layout_find("pasid_entry");
    uint64_t words[DUMP_TABLE_ENTRIES];
    if (!cli_dump_read(dump, indent, table, words, DUMP_TABLE_ENTRIES))
        return;
    for (unsigned i = 0; i < 64 && !dump->stopped; i++) {
        const uint64_t *entry = words + (size_t)i * 8;
        if ((!dump->has_pasid || dump->pasid == first_pasid + i) &&
            cli_dump_field(layout, "p", entry))
            dump_pasid_entry(dump, indent, first_pasid + i, table + (uint64_t)i * 64, entry);
    }
}

static void dump_pasid_directory(struct dump *dump, unsigned indent, uint64_t directory,
                                 unsigned entries)
{
    const svasim_layout *layout = svasim_layout_find("pasid_dir_entry");
    uint64_t words[DUMP_TABLE_ENTRIES];
    for (unsigned at = 0; at < entries && !dump->stopped; at++) {
        unsigned inside = at % DUMP_TABLE_ENTRIES;
        uint64_t hpa = directory + (uint64_t)at * 8;
        char label[48];
        if (dump->has_pasid && dump->pasid >> 6 != at)
            continue;
        if ((inside == 0 || dump->has_pasid) &&
            !cli_dump_read(dump, indent, hpa - (uint64_t)inside * 8, words,
                           entries < DUMP_TABLE_ENTRIES ? entries : DUMP_TABLE_ENTRIES))
            return;
        if (!cli_dump_field(layout, "p", &words[inside]))
            continue;
        (void)snprintf(label, sizeof label, "pasids %u to %u", at * 64, at * 64 + 63);
        cli_dump_entry(dump, indent, label, layout, hpa, &words[inside]);
        dump_pasid_table(dump, indent + 2, at * 64,
                         pointer(dump, layout, "smptblptr", &words[inside]));
    }
}

static void dump_context(struct dump *dump, unsigned indent, bool scalable, uint16_t sid,
                         uint64_t hpa, const uint64_t *words)
{
    const svasim_layout *layout =
        svasim_layout_find(scalable ? "context_entry" : "legacy_context_entry");
    char label[CLI_SID_TEXT];
    cli_sid_format(sid, label);
    cli_dump_entry(dump, indent, label, layout, hpa, words);
    if (dump->stopped)
        return;
    dump->permissions = scalable && cli_dump_field(layout, "hpte", words);
    if (scalable) {
        dump_pasid_directory(dump, indent + 2, pointer(dump, layout, "pasiddirptr", words),
                             1u << (cli_dump_field(layout, "pdts", words) + 7));
    } else if (cli_dump_field(layout, "tt", words) != 2) {
        struct dump_tree tree = {.root = pointer(dump, layout, "ssptptr", words),
                                 .levels = second_levels(cli_dump_field(layout, "aw", words)),
                                 .second = true};
        dump_tree(dump, indent + 2, "second-stage", &tree);
    }
}

/* A table of `count` context entries, the first one for function `first`. */
static void dump_contexts(struct dump *dump, unsigned indent, bool scalable, uint16_t first,
                          uint64_t table)
{
    const svasim_layout *layout =
        svasim_layout_find(scalable ? "context_entry" : "legacy_context_entry");
    uint64_t words[DUMP_TABLE_ENTRIES];
    unsigned stride = layout->words, count = DUMP_TABLE_ENTRIES / stride;
    if (dump->has_sid && (dump->sid < first || dump->sid >= first + count))
        return;
    if (!cli_dump_read(dump, indent, table, words, DUMP_TABLE_ENTRIES))
        return;
    for (unsigned i = 0; i < count && !dump->stopped; i++) {
        uint16_t sid = (uint16_t)(first + i);
        const uint64_t *entry = words + (size_t)i * stride;
        if ((!dump->has_sid || dump->sid == sid) && cli_dump_field(layout, "p", entry))
            dump_context(dump, indent, scalable, sid, table + (uint64_t)i * stride * 8, entry);
    }
}

void cli_dump_tables(struct dump *dump, uint64_t rtaddr)
{
    unsigned mode = rtaddr >> 10 & 3u;
    uint64_t root = rtaddr & dump->haw_mask & ~UINT64_C(0xfff), words[DUMP_TABLE_ENTRIES];
    bool scalable = mode == TTM_SCALABLE;
    printf("root table at 0x%" PRIx64 ", %s\n", root, mode_names[mode]);
    if ((mode != TTM_LEGACY && !scalable) ||
        !cli_dump_read(dump, 2, root, words, DUMP_TABLE_ENTRIES))
        return;
    const svasim_layout *layout = svasim_layout_find(scalable ? "root_entry" : "legacy_root_entry");
    for (unsigned bus = 0; bus < 256 && !dump->stopped; bus++) {
        const uint64_t *entry = words + (size_t)bus * 2;
        uint16_t first = (uint16_t)(bus << 8);
        bool low = cli_dump_field(layout, scalable ? "lp" : "p", entry) != 0;
        bool high = scalable && cli_dump_field(layout, "up", entry) != 0;
        char label[16];
        if ((dump->has_sid && dump->sid >> 8 != bus) || (!low && !high))
            continue;
        (void)snprintf(label, sizeof label, "bus %02x", bus);
        cli_dump_entry(dump, 2, label, layout, root + (uint64_t)bus * 16, entry);
        if (low)
            dump_contexts(dump, 4, scalable, first,
                          pointer(dump, layout, scalable ? "lctp" : "ctp", entry));
        if (high && !dump->stopped)
            dump_contexts(dump, 4, scalable, (uint16_t)(first + 128),
                          pointer(dump, layout, "uctp", entry));
    }
}
