/* SPDX-License-Identifier: MIT */
/* dump_interrupts.c - present entries of the interrupt remapping table, each with the posted
 * descriptor that it leads to. */
#include <inttypes.h>

#include "dump.h"

#define IRTA_EIME        (UINT64_C(1) << 11)
#define ENTRY_WORDS      2
#define DESCRIPTOR_WORDS 8

static void dump_entry(struct dump *dump, uint32_t index, uint64_t hpa, const uint64_t *words)
{
    const svasim_layout *layout = svasim_layout_find("irte");
    bool posted = cli_dump_field(layout, "im", words) != 0;
    uint64_t descriptor[DESCRIPTOR_WORDS];
    char label[32];
    if (posted)
        layout = svasim_layout_find("irte_posted");
    (void)snprintf(label, sizeof label, "interrupt %" PRIu32, index);
    cli_dump_entry(dump, 2, label, layout, hpa, words);
    if (!posted || dump->stopped)
        return;
    uint64_t at =
        (cli_dump_field(layout, "pdah", words) << 32 | cli_dump_field(layout, "pdal", words) << 6) &
        dump->haw_mask;
    if (cli_dump_read(dump, 4, at, descriptor, DESCRIPTOR_WORDS))
        cli_dump_entry(dump, 4, "posted to", svasim_layout_find("posted_descriptor"), at,
                       descriptor);
}

void cli_dump_interrupts(struct dump *dump, uint64_t irta)
{
    uint64_t table = irta & dump->haw_mask & ~UINT64_C(0xfff), words[DUMP_TABLE_ENTRIES];
    uint32_t entries = UINT32_C(2) << (irta & 15);
    const svasim_layout *layout = svasim_layout_find("irte");
    printf("interrupt remapping table at 0x%" PRIx64 ", %" PRIu32 " entries, %s\n", table, entries,
           irta & IRTA_EIME ? "x2APIC" : "xAPIC");
    for (uint32_t i = 0; i < entries && !dump->stopped; i++) {
        uint32_t inside = i * ENTRY_WORDS % DUMP_TABLE_ENTRIES;
        uint64_t hpa = table + (uint64_t)i * ENTRY_WORDS * 8;
        uint32_t count = entries * ENTRY_WORDS;
        if (inside == 0 && !cli_dump_read(dump, 2, hpa, words,
                                          count < DUMP_TABLE_ENTRIES ? count : DUMP_TABLE_ENTRIES))
            return;
        if (cli_dump_field(layout, "p", words + inside))
            dump_entry(dump, i, hpa, words + inside);
    }
}
