/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_facts.c - do the descriptor tables agree with each other: codes, names, fields,
 * reserved bytes, footprints, and the generated part of the documentation?
 */
#include "dsa_host.h"

#include <stdio.h>

static void codes_and_names(void **state)
{
    const svasim_opcode_info *row;
    unsigned count = 0;

    (void)state;
    for (; (row = svasim_opcode_at(count)) != NULL; count++) {
        assert_ptr_equal(svasim_opcode_find(row->opcode), row);
        for (unsigned other = 0; other < count; other++)
            assert_string_not_equal(svasim_opcode_at(other)->name, row->name);
    }
    assert_int_equal(count, 31);
    for (unsigned code = 0; code < 256; code++) {
        bool reserved = (code >= 0x0B && code <= 0x0F) || code == 0x16 || code == 0x1F ||
                        code == 0x22 || code > 0x26;

        assert_int_equal(svasim_opcode_find((uint8_t)code) == NULL, reserved);
    }
    assert_string_equal(svasim_opcode_find(3)->name, "memmove");
    assert_string_equal(svasim_dsa_status_name(0x01), "success");
    assert_string_equal(svasim_dsa_status_name(0x83), "page fault");
    assert_string_equal(svasim_dsa_status_name(0x0A), "reserved");
    assert_string_equal(svasim_dsa_status_name(0xFF), "reserved");
}

static void fields_round_trip(void **state)
{
    (void)state;
    for (unsigned op = 0; op < 256; op++) {
        const svasim_desc_field *field;

        for (unsigned i = 0; (field = svasim_desc_field_at((uint8_t)op, i)) != NULL; i++) {
            uint64_t most = field->bits < 64 ? (UINT64_C(1) << field->bits) - 1 : UINT64_MAX;
            uint8_t zeros[64] = {0}, ones[64];

            assert_true(field->bit + field->bits <= 512);
            memset(ones, 0xFF, 64);
            assert_true(svasim_desc_set(field, zeros, most));
            assert_int_equal(svasim_desc_get(field, zeros), most);
            assert_true(svasim_desc_set(field, ones, 0));
            assert_int_equal(svasim_desc_get(field, ones), 0);
            for (unsigned byte = 0; byte < 64; byte++)
                assert_int_equal(zeros[byte] ^ ones[byte], 0xFF);
            if (field->bits < 64) {
                assert_false(svasim_desc_set(field, zeros, most + 1));
                assert_int_equal(svasim_desc_get(field, zeros), most);
            }
        }
    }
}

/* No two fields of an operation share a bit or a name, and every byte that is not reserved
   has a name. */
static void fields_cover_what_is_defined(void **state)
{
    const svasim_opcode_info *row;

    (void)state;
    for (unsigned r = 0; (row = svasim_opcode_at(r)) != NULL; r++) {
        const struct sv_dsa_op *op = sv_dsa_op(row->opcode);
        const svasim_desc_field *field, *other;
        uint8_t named[64] = {0};

        for (unsigned i = 0; (field = svasim_desc_field_at(row->opcode, i)) != NULL; i++) {
            for (unsigned bit = field->bit; bit < field->bit + field->bits; bit++) {
                assert_false(named[bit / 8] >> bit % 8 & 1);
                named[bit / 8] = (uint8_t)(named[bit / 8] | 1u << bit % 8);
            }
            for (unsigned j = 0; j < i; j++) {
                other = svasim_desc_field_at(row->opcode, j);
                assert_string_not_equal(other->name, field->name);
            }
        }
        for (unsigned byte = 0; byte < 64; byte++) {
            bool reserved = op->zero >> byte & 1;
            /* Bytes without meaning that the tables do not reserve either. */
            bool unused = byte == 38 || byte == 39 ||
                          (byte >= 60 && (row->opcode == SV_DSA_GATHER_REDUCE ||
                                          row->opcode == SV_DSA_SCATTER_FILL));
            bool window = row->opcode == SV_DSA_UPDATE_WINDOW && byte > 60;

            if (reserved && named[byte])
                fail_msg("%s: byte %u is reserved and named", row->name, byte);
            if (!reserved && !unused && !window && !named[byte])
                fail_msg("%s: byte %u has no name", row->name, byte);
        }
    }
}

static void footprint_of_the_worked_example(void **state)
{
    svasim_footprint rows[8];
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_MEMMOVE, UINT64_C(0x7f0000200000));
    desc_set(bytes, "src", UINT64_C(0x7f0000000f80));
    desc_set(bytes, "dst", UINT64_C(0x7f0000102040));
    desc_set(bytes, "size", 8192);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 3);
    assert_string_equal(rows[0].operand, "source");
    assert_int_equal(rows[0].address, UINT64_C(0x7f0000000f80));
    assert_int_equal(rows[0].bytes, 8192);
    assert_int_equal(rows[0].op, SVASIM_READ);
    assert_string_equal(rows[1].operand, "destination");
    assert_int_equal(rows[1].op, SVASIM_WRITE);
    assert_string_equal(rows[2].operand, "completion");
    assert_int_equal(rows[2].bytes, 32);
    assert_false(rows[0].data_dependent);
    /* More rows than room: the count says so. */
    assert_int_equal(svasim_desc_footprint(bytes, rows, 1), 3);
    assert_int_equal(svasim_desc_footprint(bytes, NULL, 0), 3);
}

static void footprint_sizes(void **state)
{
    svasim_footprint rows[8];
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_DIF_STRIP, 0);
    desc_set(bytes, "size", 5 * 528);
    desc_set(bytes, "dif_flags", 1);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 2);
    assert_int_equal(rows[1].bytes, 5 * 520);
    desc_begin(bytes, SV_DSA_DIX_GENERATE, 0);
    desc_set(bytes, "size", 3 * 4096);
    desc_set(bytes, "dif_flags", 2);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 2);
    assert_int_equal(rows[1].bytes, 24);
    desc_begin(bytes, SV_DSA_REDUCE_DUALCAST, 0);
    desc_set(bytes, "elements", 10);
    desc_set(bytes, "in_type", 1);
    desc_set(bytes, "out_type", 3);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 4);
    assert_int_equal(rows[1].bytes, 20);
    assert_int_equal(rows[3].bytes, 80);
    desc_begin(bytes, SV_DSA_BATCH, 64);
    desc_set(bytes, "count", 9);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 2);
    assert_string_equal(rows[0].operand, "list");
    assert_int_equal(rows[0].bytes, 576);
    desc_begin(bytes, SV_DSA_GATHER_COPY, 0);
    desc_set(bytes, "sgl_size", 3);
    desc_set(bytes, "sgl_format", 2);
    desc_set(bytes, "in_type", 8);
    desc_set(bytes, "elements", 5);
    desc_set(bytes, "size", 60);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 3);
    assert_int_equal(rows[0].bytes, 12);
    assert_int_equal(rows[1].bytes, 60);
    assert_true(rows[1].data_dependent);
    desc_begin(bytes, 0x0B, 32);
    assert_int_equal(svasim_desc_footprint(bytes, rows, 8), 0);
}

/* docs/dsa.md holds exactly what the tables print, between its markers. */
static void documentation_is_current(void **state)
{
    static char page[1 << 16], printed[1 << 16];
    FILE *doc = fopen("docs/dsa.md", "rb");
    FILE *out = tmpfile();
    char *begin, *end;
    size_t bytes;

    (void)state;
    assert_non_null(out);
    assert_int_equal(sv_dsa_print_tables(out), 0);
    rewind(out);
    bytes = fread(printed, 1, sizeof(printed) - 1, out);
    assert_true(bytes > 1000 && bytes < sizeof(printed) - 1);
    fclose(out);
    if (!doc)
        skip(); /* not run from the root of the sources */
    bytes = fread(page, 1, sizeof(page) - 1, doc);
    assert_true(bytes < sizeof(page) - 1);
    fclose(doc);
    begin = strstr(page, "<!-- generated:opcodes -->\n");
    assert_non_null(begin);
    begin += strlen("<!-- generated:opcodes -->\n");
    end = strstr(begin, "<!-- end -->");
    assert_non_null(end);
    *end = '\0';
    assert_string_equal(begin, printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_names),
        cmocka_unit_test(fields_round_trip),
        cmocka_unit_test(fields_cover_what_is_defined),
        cmocka_unit_test(footprint_of_the_worked_example),
        cmocka_unit_test(footprint_sizes),
        cmocka_unit_test(documentation_is_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
