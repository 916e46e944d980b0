/* SPDX-License-Identifier: MIT */
/* test_core_cache.c - which entry does a cache give up? LRU and tree-PLRU against small models of
 * their own, random replacement by its seed, and removal by match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "uarch/cache.h"

#define VALID (UINT64_C(1) << 63)

static svasim_alloc hooks;

static struct sv_tag tag_of(uint64_t number)
{
    return (struct sv_tag){number, VALID};
}

static void open_cache(struct sv_cache *cache, uint32_t sets, uint32_t ways, enum sv_policy policy)
{
    hooks = sv_alloc_resolve(NULL);
    assert_true(sv_cache_init(cache, &hooks, sets, ways, policy, true, sizeof(uint64_t)));
}

static bool put(struct sv_cache *cache, uint64_t number, struct sv_rng *rng)
{
    uint64_t payload = number * 3;
    return sv_cache_fill(cache, tag_of(number), &payload, rng);
}

static bool has(struct sv_cache *cache, uint64_t number)
{
    const uint64_t *found = sv_cache_peek(cache, tag_of(number));
    if (found)
        assert_int_equal(*found, number * 3);
    return found != NULL;
}

/* --- LRU: a list of numbers, most recent first --- */

struct recency {
    uint64_t number[64];
    unsigned count, ways;
};

static bool recency_use(struct recency *list, uint64_t number, bool insert)
{
    unsigned at = 0;
    while (at < list->count && list->number[at] != number)
        at++;
    bool found = at < list->count;
    if (!found && !insert)
        return false;
    if (!found)
        at = list->count < list->ways ? list->count++ : list->ways - 1;
    memmove(&list->number[1], &list->number[0], at * sizeof list->number[0]);
    list->number[0] = number;
    return found;
}

static void lru_gives_up_the_oldest(void **state)
{
    (void)state;
    static const uint32_t ways[] = {1, 2, 3, 8, 13};
    for (unsigned w = 0; w < 5; w++) {
        struct sv_cache cache;
        struct sv_rng rng = {7};
        struct recency set[4] = {
            {.ways = ways[w]}, {.ways = ways[w]}, {.ways = ways[w]}, {.ways = ways[w]}};
        open_cache(&cache, 4, ways[w], SV_POLICY_LRU);
        for (unsigned i = 0; i < 4000; i++) {
            uint64_t number = sv_rng_below(&rng, 6 * ways[w]);
            struct recency *list = &set[number & 3];
            if (sv_rng_below(&rng, 2)) {
                assert_true((sv_cache_find(&cache, tag_of(number)) != NULL) ==
                            recency_use(list, number, false));
            } else {
                bool full = list->count == list->ways;
                bool found = recency_use(list, number, true);
                assert_true(put(&cache, number, &rng) == (full && !found));
            }
            unsigned count = 0;
            for (unsigned s = 0; s < 4; s++) {
                count += set[s].count;
                for (unsigned n = 0; n < set[s].count; n++)
                    assert_true(has(&cache, set[s].number[n]));
            }
            assert_int_equal(cache.count, count);
        }
        sv_cache_free(&cache, &hooks);
    }
}

/* --- tree-PLRU: one bit per inner node, pointing away from the last use --- */

static void tree_touch(bool *bits, unsigned ways, unsigned way)
{
    unsigned node = 1;
    for (unsigned half = ways / 2; half; half /= 2) {
        bool right = (way & half) != 0;
        bits[node] = !right;
        node = 2 * node + right;
    }
}

static unsigned tree_victim(const bool *bits, unsigned ways)
{
    unsigned node = 1, way = 0;
    for (unsigned half = ways / 2; half; half /= 2) {
        way |= bits[node] ? half : 0;
        node = 2 * node + bits[node];
    }
    return way;
}

static void plru_follows_its_tree(void **state)
{
    (void)state;
    for (unsigned ways = 1; ways <= 64; ways *= 2) {
        struct sv_cache cache;
        struct sv_rng rng = {ways};
        bool bits[64] = {false};
        uint64_t held[64];
        unsigned count = 0;
        open_cache(&cache, 1, ways, SV_POLICY_PLRU);
        for (unsigned i = 0; i < 3000; i++) {
            uint64_t number = 1 + sv_rng_below(&rng, 2 * ways);
            unsigned way = 0;
            while (way < count && held[way] != number)
                way++;
            if (way < count) {
                assert_non_null(sv_cache_find(&cache, tag_of(number)));
            } else {
                assert_null(sv_cache_find(&cache, tag_of(number)));
                way = count < ways ? count++ : tree_victim(bits, ways);
                assert_true(put(&cache, number, &rng) ==
                            (i > 0 && cache.count == count && has(&cache, number) &&
                             count == ways && held[way] != 0 && held[way] <= 2 * ways &&
                             !has(&cache, held[way])));
                held[way] = number;
            }
            tree_touch(bits, ways, way);
            for (unsigned n = 0; n < count; n++)
                assert_true(has(&cache, held[n]));
        }
        sv_cache_free(&cache, &hooks);
    }
}

/* --- random --- */

static void random_replacement_follows_its_seed(void **state)
{
    (void)state;
    unsigned survivors[3] = {0};
    for (unsigned run = 0; run < 3; run++) {
        struct sv_cache cache;
        struct sv_rng rng = {run == 2 ? 99 : 5};
        unsigned evicted = 0;
        open_cache(&cache, 1, 16, SV_POLICY_RANDOM);
        for (uint64_t number = 0; number < 200; number++)
            evicted += put(&cache, number, &rng);
        assert_int_equal(evicted, 200 - 16);
        assert_int_equal(cache.count, 16);
        for (uint64_t number = 0; number < 200; number++)
            survivors[run] = survivors[run] * 31 + has(&cache, number);
        sv_cache_free(&cache, &hooks);
    }
    assert_int_equal(survivors[0], survivors[1]);
    assert_int_not_equal(survivors[0], survivors[2]);
}

/* --- the rest --- */

static void filling_again_replaces_the_payload(void **state)
{
    (void)state;
    struct sv_cache cache;
    struct sv_rng rng = {1};
    uint64_t payload = 42;
    open_cache(&cache, 2, 2, SV_POLICY_LRU);
    assert_null(sv_cache_find(&cache, tag_of(4)));
    assert_false(put(&cache, 4, &rng));
    assert_false(sv_cache_fill(&cache, tag_of(4), &payload, &rng));
    assert_int_equal(cache.count, 1);
    assert_int_equal(*(const uint64_t *)sv_cache_peek(&cache, tag_of(4)), 42);
    assert_null(sv_cache_peek(&cache, (struct sv_tag){4, VALID | 1})); /* both halves count */
    assert_null(sv_cache_peek(&cache, tag_of(6)));
    sv_cache_free(&cache, &hooks);
}

static bool is_multiple(const void *criterion, struct sv_tag tag, const void *payload)
{
    assert_int_equal(*(const uint64_t *)payload, tag.lower * 3);
    return tag.lower % *(const unsigned *)criterion == 0;
}

static void drop_takes_what_matches(void **state)
{
    (void)state;
    struct sv_cache cache;
    struct sv_rng rng = {1};
    unsigned three = 3;
    open_cache(&cache, 16, 8, SV_POLICY_LRU);
    assert_int_equal(sv_cache_drop(&cache, is_multiple, &three), 0);
    for (uint64_t number = 1; number <= 100; number++)
        put(&cache, number, &rng);
    assert_int_equal(sv_cache_drop(&cache, is_multiple, &three), 33);
    assert_int_equal(cache.count, 67);
    for (uint64_t number = 1; number <= 100; number++)
        assert_true(has(&cache, number) == (number % 3 != 0));
    assert_false(put(&cache, 3, &rng)); /* freed ways are used first */
    assert_int_equal(sv_cache_drop_all(&cache), 68);
    assert_int_equal(sv_cache_drop_all(&cache), 0);
    assert_false(has(&cache, 1));
    sv_cache_free(&cache, &hooks);
}

static void hashed_sets_hold_as_much(void **state)
{
    (void)state;
    struct sv_cache cache;
    struct sv_rng rng = {1};
    unsigned kept = 0;
    hooks = sv_alloc_resolve(NULL);
    assert_true(sv_cache_init(&cache, &hooks, 64, 8, SV_POLICY_LRU, false, sizeof(uint64_t)));
    for (uint64_t number = 0; number < 512; number++)
        put(&cache, number << 9, &rng); /* a stride that the low bits would map to one set */
    for (uint64_t number = 0; number < 512; number++)
        kept += has(&cache, number << 9);
    assert_int_equal(kept, cache.count);
    assert_true(kept > 384);
    sv_cache_free(&cache, &hooks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lru_gives_up_the_oldest),
        cmocka_unit_test(plru_follows_its_tree),
        cmocka_unit_test(random_replacement_follows_its_seed),
        cmocka_unit_test(filling_again_replaces_the_payload),
        cmocka_unit_test(drop_takes_what_matches),
        cmocka_unit_test(hashed_sets_hold_as_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
