/* SPDX-License-Identifier: MIT */
/* dump_permissions.c - the host permission table of a PASID entry, entry by entry: those that grant
 * something or lead on. Four levels at most, so loops end. */
#include "dump.h"

#include <inttypes.h>

#define LEVELS        4
#define TABLE_ENTRIES 256

static const svasim_layout *layout_of(unsigned level)
{
    static const char *const names[LEVELS] = {"hpt_l1_entry", "hpt_l2_entry", "hpt_l3_entry",
                                              "hpt_l4_entry"};
    return svasim_layout_find(names[level - 1]);
}

struct frame {
    uint64_t hpa, address; /* of the table; first host address it covers */
    unsigned next;         /* entry to look at next */
    uint64_t words[DUMP_TABLE_ENTRIES];
};

static bool enter(struct dump *dump, unsigned indent, struct frame *frame, uint64_t table,
                  uint64_t address)
{
    *frame = (struct frame){.hpa = table & dump->haw_mask, .address = address};
    return cli_dump_read(dump, indent, frame->hpa, frame->words, DUMP_TABLE_ENTRIES);
}

/* Everything below one page of the root. */
static void dump_root_page(struct dump *dump, unsigned indent, uint64_t table, uint64_t address)
{
    struct frame frames[LEVELS];
    unsigned depth = 0;
    if (!enter(dump, indent, &frames[0], table, address))
        return;
    while (!dump->stopped) {
        struct frame *frame = &frames[depth];
        unsigned level = LEVELS - depth;
        if (frame->next == TABLE_ENTRIES) {
            if (depth == 0)
                return;
            depth--;
            continue;
        }
        unsigned index = frame->next++;
        const uint64_t *entry = frame->words + (size_t)index * 2;
        if (!entry[0] && !entry[1])
            continue;
        const svasim_layout *layout = layout_of(level);
        uint64_t from = frame->address + ((uint64_t)index << (9 + 8 * level));
        char label[32];
        (void)snprintf(label, sizeof label, "%016" PRIx64, from);
        cli_dump_entry(dump, indent + 2 * depth, label, layout, frame->hpa + index * 16u, entry);
        if (level > 1 && cli_dump_field(layout, "av", entry) &&
            enter(dump, indent + 2 * depth + 2, &frames[depth + 1],
                  cli_dump_field(layout, "addr", entry), from))
            depth++;
    }
}

void cli_dump_permissions(struct dump *dump, unsigned indent, const uint64_t *pasid_entry)
{
    const svasim_layout *layout = svasim_layout_find("pasid_entry");
    uint64_t root = cli_dump_field(layout, "hptptr", pasid_entry) & dump->haw_mask;
    unsigned pages = 1u << cli_dump_field(layout, "hptsz", pasid_entry);
    printf("%*shost permissions, root of %u pages at 0x%" PRIx64 "\n", (int)indent, "", pages,
           root);
    for (unsigned i = 0; i < pages && !dump->stopped; i++)
        dump_root_page(dump, indent + 2, root + i * UINT64_C(4096), (uint64_t)i << 49);
}
