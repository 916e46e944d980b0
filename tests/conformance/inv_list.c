/* SPDX-License-Identifier: MIT */
/* inv_list.c - lists of cache entries: what is there, what should be. */
#include "conformance/inv_bed.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const struct inv_entry *a = left, *b = right;
    const uint64_t keys[][2] = {{a->cache, b->cache},
                                {a->tags.address, b->tags.address},
                                {a->tags.bytes, b->tags.bytes},
                                {a->tags.pasid, b->tags.pasid},
                                {a->tags.source_id, b->tags.source_id},
                                {a->tags.domain_id, b->tags.domain_id},
                                {a->tags.pgtt, b->tags.pgtt},
                                {a->tags.with_pasid, b->tags.with_pasid}};
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

void inv_list_add(struct inv_list *list, const char *cache, svasim_cache_entry tags)
{
    struct inv_entry entry = {.tags = tags};
    while (strcmp(svasim_cache_at(entry.cache)->name, cache) != 0)
        entry.cache++;
    for (unsigned i = 0; i < list->count; i++)
        if (compare(&list->entry[i], &entry) == 0)
            return;
    ck_assert_uint_lt(list->count, INV_ENTRIES);
    list->entry[list->count++] = entry;
}

void inv_list_sort(struct inv_list *list)
{
    qsort(list->entry, list->count, sizeof list->entry[0], compare);
}

void inv_contents(const struct inv_bed *inv, struct inv_list *out)
{
    out->count = 0;
    for (unsigned cache = 0; svasim_cache_at(cache); cache++) {
        uint32_t slot = 0;
        struct inv_entry *entry = &out->entry[out->count];
        while (svasim_cache_next(inv->bed.unit, cache, &slot, &entry->tags)) {
            entry->cache = cache;
            if (++out->count == INV_ENTRIES)
                ck_abort_msg("too many entries");
            entry++;
        }
    }
    inv_list_sort(out);
}

static void report(const struct inv_entry *entry, const char *where, const char *what)
{
    ck_abort_msg("%s: %s is %s: sid %04x pasid %x domain %u pgtt %u address %" PRIx64
                 " bytes %" PRIx64 "%s",
                 where, svasim_cache_at(entry->cache)->name, what, entry->tags.source_id,
                 entry->tags.pasid, entry->tags.domain_id, entry->tags.pgtt, entry->tags.address,
                 entry->tags.bytes, entry->tags.with_pasid ? ", with PASID" : "");
}

void inv_expect(const struct inv_bed *inv, const struct inv_list *expected, const char *where)
{
    static struct inv_list actual;
    unsigned a = 0, e = 0;
    inv_contents(inv, &actual);
    while (a < actual.count || e < expected->count) {
        int order = a == actual.count      ? 1
                    : e == expected->count ? -1
                                           : compare(&actual.entry[a], &expected->entry[e]);
        if (order < 0)
            report(&actual.entry[a], where, "there, and should not be");
        if (order > 0)
            report(&expected->entry[e], where, "not there, and should be");
        a++;
        e++;
    }
}
