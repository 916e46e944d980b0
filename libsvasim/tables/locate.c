/* SPDX-License-Identifier: MIT */
/* locate.c - where is the entry that a device, PASID or address selects? Follows simulated memory
 * from the root table (spec 3.4, 9.1 to 9.6), making missing parents if asked. It must not know
 * which values are legal. */
#include "tables/paging.h"

#include <inttypes.h>

#define PASIDS_PER_TABLE 64u
#define PASID_LIMIT      (UINT32_C(1) << 20)
#define DIRECTORY_BITS   7u /* a directory has 2^(PDTS + 7) entries of 8 bytes */
#define PGTT_FIRST       1u
#define PGTT_SECOND      2u
#define PGTT_NESTED      3u
#define HPT_LEVELS       4u
#define HPT_WIDTH        49u /* address bits of the smallest host permission table */

/* A parent entry, and what makes it one. */
struct parent {
    const char *name;
    const svasim_layout *layout;
    const svasim_field *present, *pointer;
    uint64_t hpa;
    uint32_t child_pages;
};

/* Host address of the table that `parent` points to. `words` receives the entry. */
static svasim_err child_of(svasim_tables *tables, const struct parent *parent, bool create,
                           uint64_t *words, uint64_t *out_table)
{
    svasim_err error = sv_entry_load(tables, parent->hpa, parent->layout->words, words);
    if (error != SVASIM_OK)
        return error;
    *out_table = svasim_field_get(parent->pointer, words);
    if (*out_table != 0)
        return SVASIM_OK;
    if (!create)
        return sv_tables_fail(tables, SVASIM_EINVAL, "%s.%s is 0: no %s table", parent->name,
                              parent->pointer->name, parent->pointer->meaning);
    const struct sv_shapes *shapes = &tables->shapes;
    uint32_t pages = parent->child_pages;
    if (parent->layout == shapes->context_entry) {
        uint64_t pdts = svasim_field_get(shapes->context_entry_pdts, words);
        if (pdts == 0)
            pdts = tables->setup.pdts;
        (void)svasim_field_set(shapes->context_entry_pdts, words, pdts);
        (void)svasim_field_set(shapes->context_entry_paside, words, 1);
        uint64_t bytes = UINT64_C(8) << (pdts + DIRECTORY_BITS);
        pages = (uint32_t)((bytes + SV_FRAME_BYTES - 1) / SV_FRAME_BYTES);
    }
    uint64_t table = svasim_tables_frame(tables, pages);
    if (table == 0)
        return sv_tables_fail(tables, SVASIM_ENOMEM, "no %" PRIu32 " frames left for %s.%s", pages,
                              parent->name, parent->pointer->name);
    bool fits = svasim_field_set(parent->pointer, words, table);
    error = fits ? SVASIM_OK
                 : sv_tables_fail(tables, SVASIM_EINVAL, "%s.%s: frame 0x%" PRIx64 " does not fit",
                                  parent->name, parent->pointer->name, table);
    if (parent->present)
        (void)svasim_field_set(parent->present, words, 1);
    if (error == SVASIM_OK)
        error = sv_entry_store(tables, parent->hpa, parent->layout->words, words);
    if (error != SVASIM_OK)
        svasim_tables_release(tables, table, pages);
    *out_table = table;
    return error;
}

static uint64_t root_entry_of(const svasim_tables *tables, uint16_t source_id)
{
    return tables->root + (uint64_t)(source_id >> 8) * tables->shapes.root_entry->words * 8;
}

static svasim_err context_entry_of(svasim_tables *tables, uint16_t source_id, bool create,
                                   uint64_t *out_hpa)
{
    const struct sv_shapes *shapes = &tables->shapes;
    struct parent parent = {
        .name = "root entry", .hpa = root_entry_of(tables, source_id), .child_pages = 1};
    unsigned function = source_id & 0xffu;
    unsigned entry_bytes = shapes->legacy_context_entry->words * 8u;
    if (!tables->setup.scalable) {
        parent.layout = shapes->legacy_root_entry;
        parent.present = shapes->legacy_root_entry_p;
        parent.pointer = shapes->legacy_root_entry_ctp;
    } else {
        /* Each half of a scalable-mode root entry points to 128 functions. */
        bool upper = function >= 128;
        parent.layout = shapes->root_entry;
        parent.present = upper ? shapes->root_entry_up : shapes->root_entry_lp;
        parent.pointer = upper ? shapes->root_entry_uctp : shapes->root_entry_lctp;
        entry_bytes = shapes->context_entry->words * 8u;
        function %= 128;
    }
    uint64_t words[SV_ENTRY_WORDS], table;
    svasim_err error = child_of(tables, &parent, create, words, &table);
    *out_hpa = error == SVASIM_OK ? table + (uint64_t)function * entry_bytes : 0;
    return error;
}

static svasim_err directory_entry_of(svasim_tables *tables, const svasim_entry_ref *ref,
                                     bool create, uint64_t *out_hpa)
{
    const struct sv_shapes *shapes = &tables->shapes;
    if (!tables->setup.scalable)
        return sv_tables_fail(tables, SVASIM_EINVAL, "legacy-mode tables have no PASID entries");
    if (ref->pasid >= PASID_LIMIT)
        return sv_tables_fail(tables, SVASIM_EINVAL, "pasid 0x%" PRIx32 ": expected 20 bits",
                              ref->pasid);
    struct parent parent = {.name = "context entry",
                            .layout = shapes->context_entry,
                            .present = shapes->context_entry_p,
                            .pointer = shapes->context_entry_pasiddirptr};
    uint64_t words[SV_ENTRY_WORDS], table;
    svasim_err error = context_entry_of(tables, ref->source_id, create, &parent.hpa);
    if (error == SVASIM_OK)
        error = child_of(tables, &parent, create, words, &table);
    if (error != SVASIM_OK)
        return error;
    uint64_t pdts = svasim_field_get(shapes->context_entry_pdts, words);
    uint64_t entries = UINT64_C(1) << (pdts + DIRECTORY_BITS);
    if (ref->pasid / PASIDS_PER_TABLE >= entries)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "pasid 0x%" PRIx32 ": expected less than 0x%" PRIx64
                              " (context entry PDTS is %u)",
                              ref->pasid, entries * PASIDS_PER_TABLE, (unsigned)pdts);
    *out_hpa = table + ref->pasid / PASIDS_PER_TABLE * shapes->pasid_dir_entry->words * 8u;
    return SVASIM_OK;
}

static svasim_err pasid_entry_of(svasim_tables *tables, const svasim_entry_ref *ref, bool create,
                                 uint64_t *out_hpa)
{
    const struct sv_shapes *shapes = &tables->shapes;
    struct parent parent = {.name = "PASID directory entry",
                            .layout = shapes->pasid_dir_entry,
                            .present = shapes->pasid_dir_entry_p,
                            .pointer = shapes->pasid_dir_entry_smptblptr,
                            .child_pages = 1};
    uint64_t words[SV_ENTRY_WORDS], table;
    svasim_err error = directory_entry_of(tables, ref, create, &parent.hpa);
    if (error == SVASIM_OK)
        error = child_of(tables, &parent, create, words, &table);
    if (error != SVASIM_OK)
        return error;
    *out_hpa = table + ref->pasid % PASIDS_PER_TABLE * shapes->pasid_entry->words * 8u;
    return SVASIM_OK;
}

/* The entry that holds the root pointer of a stage, and how many levels it announces. */
static svasim_err stage_parent(svasim_tables *tables, const svasim_entry_ref *ref, bool create,
                               struct parent *parent, svasim_tree *out)
{
    const struct sv_shapes *shapes = &tables->shapes;
    bool second = ref->entry == SVASIM_ENTRY_SECOND;
    bool legacy = !tables->setup.scalable;
    uint64_t words[SV_ENTRY_WORDS];
    if (legacy && !second)
        return sv_tables_fail(tables, SVASIM_EINVAL, "legacy-mode tables have no first stage");
    *parent = (struct parent){.name = legacy ? "context entry" : "PASID entry", .child_pages = 1};
    parent->layout = legacy ? shapes->legacy_context_entry : shapes->pasid_entry;
    parent->pointer = legacy   ? shapes->legacy_context_entry_ssptptr
                      : second ? shapes->pasid_entry_ssptptr
                               : shapes->pasid_entry_fsptptr;
    svasim_err error = legacy ? context_entry_of(tables, ref->source_id, create, &parent->hpa)
                              : pasid_entry_of(tables, ref, create, &parent->hpa);
    if (error == SVASIM_OK)
        error = sv_entry_load(tables, parent->hpa, parent->layout->words, words);
    if (error != SVASIM_OK)
        return error;
    uint64_t pgtt = legacy ? PGTT_SECOND : svasim_field_get(shapes->pasid_entry_pgtt, words);
    if (pgtt != PGTT_NESTED && pgtt != (second ? PGTT_SECOND : PGTT_FIRST))
        return sv_tables_fail(tables, SVASIM_EINVAL, "PASID entry: PGTT is %u, expected %u or %u",
                              (unsigned)pgtt, second ? PGTT_SECOND : PGTT_FIRST, PGTT_NESTED);
    uint64_t mode = svasim_field_get(!second  ? shapes->pasid_entry_fspm
                                     : legacy ? shapes->legacy_context_entry_aw
                                              : shapes->pasid_entry_aw,
                                     words);
    if (second ? mode < 1 || mode > 3 : mode > 1)
        return sv_tables_fail(tables, SVASIM_EINVAL, "%s: %s is %u, expected %s", parent->name,
                              second ? "AW" : "FSPM", (unsigned)mode, second ? "1..3" : "0 or 1");
    *out = (svasim_tree){.levels = (uint8_t)(mode + (second ? 2 : 4)), .second = second};
    return SVASIM_OK;
}

static svasim_err paging_entry_of(svasim_tables *tables, const svasim_entry_ref *ref, bool create,
                                  uint64_t *out_hpa)
{
    struct parent parent;
    svasim_tree tree;
    svasim_err error = stage_parent(tables, ref, create, &parent, &tree);
    if (error != SVASIM_OK)
        return error;
    if (ref->level < 1 || ref->level > tree.levels)
        return sv_tables_fail(tables, SVASIM_EINVAL, "level %u: expected 1..%u",
                              (unsigned)ref->level, (unsigned)tree.levels);
    uint64_t words[SV_ENTRY_WORDS];
    error = child_of(tables, &parent, create, words, &tree.root);
    if (error != SVASIM_OK)
        return error;
    return sv_descend(tables, &tree, ref->address, ref->level,
                      create ? SV_PARENTS_CREATE : SV_PARENTS_MUST_EXIST, 0, out_hpa);
}

/* --- host permission table, section 4.2.4 --- */

static const svasim_layout *permission_layout(const struct sv_shapes *shapes, unsigned level)
{
    const svasim_layout *layouts[] = {NULL, shapes->hpt_l1_entry, shapes->hpt_l2_entry,
                                      shapes->hpt_l3_entry, shapes->hpt_l4_entry};
    return level <= HPT_LEVELS ? layouts[level] : NULL;
}

static svasim_err permission_entry_of(svasim_tables *tables, const svasim_entry_ref *ref,
                                      bool create, uint64_t *out_hpa)
{
    const struct sv_shapes *shapes = &tables->shapes;
    struct parent parent = {.name = "PASID entry",
                            .layout = shapes->pasid_entry,
                            .pointer = shapes->pasid_entry_hptptr};
    uint64_t words[SV_ENTRY_WORDS], table;
    if (ref->level < 1 || ref->level > HPT_LEVELS)
        return sv_tables_fail(tables, SVASIM_EINVAL, "level %u: expected 1..%u",
                              (unsigned)ref->level, HPT_LEVELS);
    svasim_err error = pasid_entry_of(tables, ref, create, &parent.hpa);
    if (error == SVASIM_OK)
        error = sv_entry_load(tables, parent.hpa, parent.layout->words, words);
    if (error != SVASIM_OK)
        return error;
    unsigned size = (unsigned)svasim_field_get(shapes->pasid_entry_hptsz, words);
    if (ref->address >> (HPT_WIDTH + size))
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "address 0x%" PRIx64 ": beyond the host permission table (HPTSZ %u)",
                              ref->address, size);
    parent.child_pages = 1u << size;
    for (unsigned level = HPT_LEVELS;; level--) {
        error = child_of(tables, &parent, create, words, &table);
        if (error != SVASIM_OK)
            return error;
        uint64_t index = ref->address >> (9 + 8 * level);
        if (level != HPT_LEVELS)
            index &= 0xff;
        *out_hpa = table + 16 * index;
        if (level == ref->level)
            return SVASIM_OK;
        parent = (struct parent){.name = "host permission entry",
                                 .layout = shapes->hpt_l4_entry, /* the same fields in all */
                                 .present = shapes->hpt_l4_entry_av,
                                 .pointer = shapes->hpt_l4_entry_addr,
                                 .hpa = *out_hpa,
                                 .child_pages = 1};
    }
}

/* --- interrupts, sections 5.1.3 and 9.9 to 9.11 --- */

static svasim_err interrupt_entry_of(svasim_tables *tables, const svasim_entry_ref *ref,
                                     bool create, uint64_t *out_hpa)
{
    uint32_t entries = tables->setup.interrupts;
    uint64_t bytes = (uint64_t)entries * tables->shapes.irte->words * 8u;
    if (ref->address >= entries)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "interrupt index %" PRIu64 ": expected less than %" PRIu32,
                              ref->address, entries);
    if (tables->interrupts == 0 && !create)
        return sv_tables_fail(tables, SVASIM_EINVAL, "there is no interrupt remapping table");
    if (tables->interrupts == 0)
        tables->interrupts =
            svasim_tables_frame(tables, (uint32_t)((bytes + SV_FRAME_BYTES - 1) / SV_FRAME_BYTES));
    if (tables->interrupts == 0)
        return sv_tables_fail(tables, SVASIM_ENOMEM, "no frames left for %" PRIu32 " interrupts",
                              entries);
    *out_hpa = tables->interrupts + ref->address * tables->shapes.irte->words * 8u;
    return SVASIM_OK;
}

static svasim_err descriptor_at(svasim_tables *tables, const svasim_entry_ref *ref,
                                uint64_t *out_hpa)
{
    unsigned bytes = tables->shapes.posted_descriptor->words * 8u;
    if (ref->address % bytes)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "posted descriptor at 0x%" PRIx64 ": expected a multiple of %u",
                              ref->address, bytes);
    *out_hpa = ref->address;
    return SVASIM_OK;
}

const svasim_layout *sv_layout_of(const svasim_tables *tables, const svasim_entry_ref *ref,
                                  bool other)
{
    const struct sv_shapes *shapes = &tables->shapes;
    bool scalable = tables->setup.scalable;
    switch (ref->entry) {
    case SVASIM_ENTRY_ROOT:
        return scalable ? shapes->root_entry : shapes->legacy_root_entry;
    case SVASIM_ENTRY_CONTEXT:
        return scalable ? shapes->context_entry : shapes->legacy_context_entry;
    case SVASIM_ENTRY_PASID_DIR:
        return shapes->pasid_dir_entry;
    case SVASIM_ENTRY_PASID:
        return shapes->pasid_entry;
    case SVASIM_ENTRY_FIRST:
    case SVASIM_ENTRY_SECOND:
        if (ref->level < 1 || ref->level > SV_LEVELS_MAX)
            return NULL;
        return sv_form_of(tables, ref->entry == SVASIM_ENTRY_SECOND, ref->level,
                          ref->level == 1 || other)
            ->layout;
    case SVASIM_ENTRY_HPT:
        return permission_layout(shapes, ref->level);
    case SVASIM_ENTRY_IRTE:
        return other ? shapes->irte_posted : shapes->irte;
    case SVASIM_ENTRY_POSTED:
        return shapes->posted_descriptor;
    }
    return NULL;
}

svasim_err svasim_tables_locate(svasim_tables *tables, const svasim_entry_ref *ref, bool create,
                                uint64_t *out_hpa, const svasim_layout **out_layout)
{
    svasim_err error = SVASIM_OK;
    uint64_t word;
    bool other = false;
    switch (ref->entry) {
    case SVASIM_ENTRY_ROOT:
        *out_hpa = root_entry_of(tables, ref->source_id);
        break;
    case SVASIM_ENTRY_CONTEXT:
        error = context_entry_of(tables, ref->source_id, create, out_hpa);
        break;
    case SVASIM_ENTRY_PASID_DIR:
        error = directory_entry_of(tables, ref, create, out_hpa);
        break;
    case SVASIM_ENTRY_PASID:
        error = pasid_entry_of(tables, ref, create, out_hpa);
        break;
    case SVASIM_ENTRY_FIRST:
    case SVASIM_ENTRY_SECOND:
        error = paging_entry_of(tables, ref, create, out_hpa);
        if (error == SVASIM_OK)
            other = sv_is_leaf(tables, ref->entry == SVASIM_ENTRY_SECOND, ref->level,
                               svasim_mem_read64(tables->mem, *out_hpa));
        break;
    case SVASIM_ENTRY_IRTE:
        error = interrupt_entry_of(tables, ref, create, out_hpa);
        if (error == SVASIM_OK) {
            word = svasim_mem_read64(tables->mem, *out_hpa);
            other = svasim_field_get(tables->shapes.irte_im, &word) != 0;
        }
        break;
    case SVASIM_ENTRY_POSTED:
        error = descriptor_at(tables, ref, out_hpa);
        break;
    case SVASIM_ENTRY_HPT:
        error = permission_entry_of(tables, ref, create, out_hpa);
        break;
    default:
        return sv_tables_fail(tables, SVASIM_EINVAL, "entry kind %u: expected 0..%u",
                              (unsigned)ref->entry, (unsigned)SVASIM_ENTRY_POSTED);
    }
    if (error == SVASIM_OK)
        *out_layout = sv_layout_of(tables, ref, other);
    return error;
}
