/* SPDX-License-Identifier: MIT */
/* test_core_facts.c - are the tables of facts whole: every bit of every layout covered once, fields
 * that read back what was set, names that lead to their rows, numbers that end where they should?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "spec/tables.h"
#include "svasim/svasim.h"

static uint64_t mask_of(const svasim_field *field)
{
    uint64_t width = field->hi - field->lo + 1u;
    return (width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1) << field->lo;
}

/* --- registers --- */

static void fields_of_registers_do_not_overlap(void **state)
{
    (void)state;
    uint64_t covered[SV_REG_COUNT] = {0};
    const svasim_register_field *field;
    unsigned count = 0;
    for (; (field = svasim_register_field_at(count)) != NULL; count++) {
        assert_in_range(field->reg, 0, SV_REG_COUNT - 1);
        assert_true(field->lo <= field->hi && field->hi < 8 * sv_registers[field->reg].bytes);
        uint64_t mask = (UINT64_MAX >> (63 - (field->hi - field->lo))) << field->lo;
        if (covered[field->reg] & mask)
            fail_msg("%s.%s overlaps", sv_registers[field->reg].name, field->name);
        covered[field->reg] |= mask;
        for (unsigned other = 0; other < count; other++)
            if (svasim_register_field_at(other)->reg == field->reg)
                assert_string_not_equal(svasim_register_field_at(other)->name, field->name);
    }
    /* What a plain write stores has a name. */
    for (unsigned i = 0; i < SV_REG_COUNT; i++)
        if (sv_register_writable[i] & ~covered[i])
            fail_msg("%s: writable bits without a row in register_fields.def",
                     sv_registers[i].name);
    assert_true(count > 50);
}

/* --- layouts --- */

static void every_bit_is_covered_once(void **state)
{
    (void)state;
    unsigned layouts = 0;
    const svasim_layout *layout;
    for (; (layout = svasim_layout_at(layouts)) != NULL; layouts++) {
        uint64_t covered[8] = {0};
        assert_in_range(layout->words, 1, 8);
        assert_ptr_equal(svasim_layout_find(layout->name), layout);
        assert_true(layout->title[0] && layout->section[0]);
        for (unsigned i = 0; i < layout->field_count; i++) {
            const svasim_field *field = &layout->fields[i];
            assert_true(field->word < layout->words && field->lo <= field->hi && field->hi < 64);
            assert_true((covered[field->word] & mask_of(field)) == 0);
            covered[field->word] |= mask_of(field);
        }
        for (unsigned word = 0; word < layout->words; word++)
            if (covered[word] != UINT64_MAX)
                fail_msg("%s, quadword %u: bits without a row", layout->name, word);
    }
    assert_int_equal(layouts, SV_LAYOUT_COUNT);
    assert_null(svasim_layout_at(UINT32_MAX));
    assert_null(svasim_layout_find("nothing"));
}

/* Lengths of the structures: sections 9.1 to 9.8 and 6.5.2. */
static void structures_have_their_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned bytes;
    } rows[] = {{"legacy_root_entry", 16}, {"root_entry", 16},     {"legacy_context_entry", 16},
                {"context_entry", 32},     {"pasid_dir_entry", 8}, {"pasid_entry", 64},
                {"first_leaf_4k", 8},      {"second_leaf_1g", 8},  {"inv_p_iotlb", 32}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(svasim_layout_find(rows[i].name)->words * 8u, rows[i].bytes);
}

static void set_and_get(const svasim_field *field)
{
    bool in_place = field->kind == SVASIM_FIELD_ADDRESS || field->kind == SVASIM_FIELD_WIDE;
    uint64_t top = in_place ? mask_of(field) : mask_of(field) >> field->lo;
    const uint64_t values[] = {0, top, in_place ? UINT64_C(1) << field->lo : 1, top & ~(top >> 1)};
    for (unsigned i = 0; i < 4; i++)
        for (unsigned background = 0; background < 2; background++) {
            uint64_t words[8];
            memset(words, background ? 0xff : 0, sizeof words);
            assert_true(svasim_field_set(field, words, values[i]));
            assert_true(svasim_field_get(field, words) == values[i]);
            for (unsigned word = 0; word < 8; word++) {
                uint64_t others = word == field->word ? ~mask_of(field) : UINT64_MAX;
                assert_true((words[word] & others) == (background ? others : 0));
            }
        }
    if (top != UINT64_MAX) {
        uint64_t words[8] = {0};
        assert_false(svasim_field_set(field, words, top + 1)); /* does not fit: unchanged */
        assert_false(svasim_field_set(field, words, UINT64_MAX));
        assert_true(svasim_field_get(field, words) == 0);
    }
}

static void fields_read_back(void **state)
{
    (void)state;
    const svasim_layout *layout;
    for (unsigned l = 0; (layout = svasim_layout_at(l)) != NULL; l++)
        for (unsigned i = 0; i < layout->field_count; i++) {
            const svasim_field *field = &layout->fields[i];
            bool named =
                field->kind != SVASIM_FIELD_RESERVED && field->kind != SVASIM_FIELD_IGNORED;
            assert_true(named == (field->name[0] != 0));
            assert_true((field->unless[0] != 0) == (field->unless_caps != 0));
            set_and_get(field);
            if (!named)
                continue;
            char upper[40];
            for (size_t c = 0; c <= strlen(field->name); c++)
                upper[c] = (char)toupper((unsigned char)field->name[c]);
            assert_ptr_equal(svasim_field_find(layout, field->name), field);
            assert_ptr_equal(svasim_field_find(layout, upper), field);
            assert_true(field->spec_name[0] && field->meaning[0]);
        }
    assert_null(svasim_field_find(svasim_layout_at(0), ""));
    assert_null(svasim_field_find(svasim_layout_at(0), "nothing"));
}

/* --- faults, stages and the other lists --- */

static void fault_names_lead_to_their_rows(void **state)
{
    (void)state;
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++) {
        const svasim_fault_info *info = svasim_fault_at(fault);
        char lower[20];
        assert_non_null(info);
        assert_int_equal(svasim_fault_find(info->name), fault);
        for (size_t c = 0; c <= strlen(info->name); c++)
            lower[c] = (char)tolower((unsigned char)info->name[c]);
        assert_int_equal(svasim_fault_find(lower), fault);
        assert_true(info->code != 0 && info->condition[0] && info->section[0]);
        bool answered = false;
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++) {
            assert_in_range(info->answer[kind], SVASIM_ANSWER_NEVER, SVASIM_ANSWER_IR);
            answered |= info->answer[kind] != SVASIM_ANSWER_NEVER;
        }
        assert_true(answered);
    }
    assert_null(svasim_fault_at(SVASIM_FAULT_NONE));
    assert_null(svasim_fault_at(SVASIM_FAULT_COUNT));
    assert_int_equal(svasim_fault_find("SPT.6"), SVASIM_FAULT_SPT_6);
    assert_int_equal(svasim_fault_find("SPT"), SVASIM_FAULT_NONE);
    assert_int_equal(svasim_fault_find(""), SVASIM_FAULT_NONE);
    assert_int_equal(svasim_fault_find("none"), SVASIM_FAULT_NONE);
}

/* Section 7.1.3: a name is a condition; conditions of one group share a reason code. */
static void fault_codes_follow_the_names(void **state)
{
    (void)state;
    for (unsigned a = 1; a < SVASIM_FAULT_COUNT; a++)
        for (unsigned b = 1; b < a; b++) {
            const svasim_fault_info *x = svasim_fault_at(a), *y = svasim_fault_at(b);
            bool same_group = strlen(x->name) >= 5 && strlen(y->name) >= 5 &&
                              strncmp(x->name, y->name, 5) == 0 &&
                              (x->name[5] == '.' && y->name[5] == '.');
            assert_string_not_equal(x->name, y->name);
            assert_true((x->code == y->code) == same_group);
        }
}

static void lists_end(void **state)
{
    (void)state;
    unsigned stages = 0, counters = 0, caches = 0, registers = 0;
    for (; svasim_stage_name(stages); stages++)
        assert_true(svasim_stage_meaning(stages)[0]);
    for (; svasim_counter_at(counters); counters++)
        assert_true(svasim_counter_at(counters)->name[0] &&
                    svasim_counter_at(counters)->meaning[0]);
    for (; svasim_cache_at(caches); caches++)
        assert_true(svasim_cache_at(caches)->tag[0] && svasim_cache_at(caches)->holds[0]);
    for (; svasim_register_at(registers); registers++)
        for (unsigned i = 0; i < registers; i++) {
            const svasim_register_info *a = svasim_register_at(i),
                                       *b = svasim_register_at(registers);
            assert_true(a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset);
            assert_int_equal(b->offset % b->bytes, 0);
        }
    assert_int_equal(stages, SVASIM_STAGE_COUNT);
    assert_int_equal(counters, SV_COUNTER_COUNT);
    assert_int_equal(caches, SV_CACHE_COUNT);
    assert_int_equal(registers, SV_REG_COUNT);
    assert_null(svasim_stage_name(UINT32_MAX));
    assert_null(svasim_stage_meaning(UINT32_MAX));
    assert_null(svasim_counter_at(UINT32_MAX));
    assert_null(svasim_cache_at(UINT32_MAX));
    assert_null(svasim_register_at(UINT32_MAX));
    assert_null(svasim_latency_kind_name(svasim_latency_kinds()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_registers_do_not_overlap),
        cmocka_unit_test(every_bit_is_covered_once),
        cmocka_unit_test(structures_have_their_lengths),
        cmocka_unit_test(fields_read_back),
        cmocka_unit_test(fault_names_lead_to_their_rows),
        cmocka_unit_test(fault_codes_follow_the_names),
        cmocka_unit_test(lists_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
