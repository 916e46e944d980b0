/* SPDX-License-Identifier: MIT */
/* dump_pages.c - a page-table tree as ranges, or entry by entry. The depth is that of the tree, the
 * number of tables that of the budget, so loops and overlaps end. */
#include "dump.h"

#include <inttypes.h>

#define LEVELS_MAX 5
#define PRESENT    UINT64_C(1)
#define READ       UINT64_C(1)
#define WRITE      UINT64_C(2)
#define USER       UINT64_C(4)

/* Leaves that continue each other. */
struct range {
    uint64_t address, bytes, target, page_bytes, pages;
    unsigned rights;
    bool scattered; /* targets are not consecutive */
};

struct frame {
    uint64_t hpa, address; /* of the table; first input address it covers */
    unsigned next;         /* entry to look at next */
    unsigned rights;       /* of all parents */
    uint64_t words[DUMP_TABLE_ENTRIES];
};

struct walk {
    struct dump *dump;
    const struct dump_tree *tree;
    unsigned indent;
    struct range range;
    struct frame frames[LEVELS_MAX]; /* [0]: the root */
};

static const svasim_layout *layout_of(bool second, unsigned level, bool leaf)
{
    static const char *const names[2][2][LEVELS_MAX] = {
        {{NULL, "first_table", "first_table", "first_table_top", "first_table_top"},
         {"first_leaf_4k", "first_leaf_2m", "first_leaf_1g", NULL, NULL}},
        {{NULL, "second_table", "second_table", "second_table_top", "second_table_top"},
         {"second_leaf_4k", "second_leaf_2m", "second_leaf_1g", NULL, NULL}}};
    const char *name = names[second][leaf][level - 1];
    return name ? svasim_layout_find(name) : NULL;
}

static bool is_leaf(bool second, unsigned level, uint64_t word)
{
    if (level == 1)
        return true;
    return level <= 3 && cli_dump_field(layout_of(second, level, false), "ps", &word) != 0;
}

static unsigned rights_of(bool second, uint64_t word)
{
    /* Both formats keep their rights in the lowest bits; P of the first stage counts as read. */
    return (unsigned)(word & (second ? READ | WRITE : PRESENT | WRITE | USER));
}

static uint64_t covers(unsigned level)
{
    return UINT64_C(1) << (12 + 9 * (level - 1));
}

/* Host address of a guest address; false if the second stage does not map it. */
static bool to_host(const struct dump *dump, const struct dump_tree *tree, uint64_t *address)
{
    uint64_t table = tree->host_root, word = 0;
    if (!tree->nested)
        return true;
    for (unsigned level = tree->host_levels; level >= 1; level--) {
        uint64_t index = *address / covers(level) % DUMP_TABLE_ENTRIES;
        word = svasim_mem_read64(dump->mem, table + index * 8);
        if (rights_of(true, word) == 0)
            return false;
        bool leaf = is_leaf(true, level, word);
        table = cli_dump_field(layout_of(true, level, leaf), "addr", &word) & dump->haw_mask;
        if (leaf) {
            *address = table + *address % covers(level);
            return true;
        }
    }
    return false;
}

static uint64_t canonical(const struct dump_tree *tree, uint64_t address)
{
    uint64_t top = covers(tree->levels) * (DUMP_TABLE_ENTRIES / 2);
    return !tree->second && (address & top) ? address | ~(2 * top - 1) : address;
}

static void flush(struct walk *walk)
{
    const struct range *range = &walk->range;
    char page[CLI_COUNT_TEXT];
    if (range->pages == 0 || !cli_dump_afford(walk->dump))
        return;
    uint64_t first = canonical(walk->tree, range->address);
    printf("%*s%016" PRIx64 "-%016" PRIx64 " -> 0x%" PRIx64 "%s  %" PRIu64 " x %s  r%c",
           (int)walk->indent, "", first, first + range->bytes - 1, range->target,
           range->scattered ? " (scattered)" : "", range->pages, cli_bytes(range->page_bytes, page),
           range->rights & WRITE ? 'w' : '-');
    if (walk->tree->second)
        printf("%s\n", range->rights & READ ? "" : " (write only)");
    else
        printf(" %s\n", range->rights & USER ? "user" : "supervisor");
    walk->range.pages = 0;
}

static void add_leaf(struct walk *walk, uint64_t address, uint64_t target, unsigned level,
                     unsigned rights)
{
    struct range *range = &walk->range;
    bool joins = range->pages && address == range->address + range->bytes &&
                 range->page_bytes == covers(level) && range->rights == rights;
    if (!joins) {
        flush(walk);
        *range = (struct range){
            .address = address, .target = target, .page_bytes = covers(level), .rights = rights};
    } else if (target != range->target + range->bytes) {
        range->scattered = true;
    }
    range->bytes += covers(level);
    range->pages++;
}

static bool enter(struct walk *walk, unsigned depth, uint64_t table, uint64_t address,
                  unsigned rights)
{
    struct frame *frame = &walk->frames[depth];
    uint64_t hpa = table;
    if (!to_host(walk->dump, walk->tree, &hpa)) {
        printf("%*stable at guest address 0x%" PRIx64 " is not mapped\n", (int)walk->indent, "",
               table);
        return false;
    }
    frame->hpa = hpa & walk->dump->haw_mask;
    frame->address = address;
    frame->next = 0;
    frame->rights = rights;
    return cli_dump_read(walk->dump, walk->indent, frame->hpa, frame->words, DUMP_TABLE_ENTRIES);
}

/* Look at one present entry; true if the walk goes down into it. */
static bool visit(struct walk *walk, unsigned depth, unsigned index)
{
    const struct frame *frame = &walk->frames[depth];
    bool second = walk->tree->second;
    unsigned level = walk->tree->levels - depth;
    uint64_t word = frame->words[index];
    uint64_t address = frame->address + index * covers(level);
    bool leaf = is_leaf(second, level, word);
    const svasim_layout *layout = layout_of(second, level, leaf);
    uint64_t target = cli_dump_field(layout, "addr", &word);
    unsigned rights = frame->rights & rights_of(second, word);
    if (walk->dump->pages) {
        char label[32];
        (void)snprintf(label, sizeof label, "%016" PRIx64, canonical(walk->tree, address));
        cli_dump_entry(walk->dump, walk->indent + 2 * depth, label, layout, frame->hpa + index * 8u,
                       &word);
    } else if (leaf) {
        add_leaf(walk, address, target, level, rights);
    }
    return !leaf && enter(walk, depth + 1, target, address, rights);
}

void cli_dump_pages(struct dump *dump, unsigned indent, const struct dump_tree *tree)
{
    struct walk walk = {.dump = dump, .tree = tree, .indent = indent};
    unsigned depth = 0;
    if (!enter(&walk, 0, tree->root, 0, ~0u))
        return;
    while (!dump->stopped) {
        struct frame *frame = &walk.frames[depth];
        if (frame->next == DUMP_TABLE_ENTRIES) {
            if (depth == 0)
                break;
            depth--;
            continue;
        }
        unsigned index = frame->next++;
        if (rights_of(tree->second, frame->words[index]) & (tree->second ? READ | WRITE : PRESENT))
            depth += visit(&walk, depth, index);
    }
    flush(&walk);
}
