/* SPDX-License-Identifier: MIT */
/* test_trace_roundtrip.c - nothing is lost: random records of every kind through both forms, and
 * hand-written text through its canonical form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "svasim/device.h"
#include "trace_help.h"

#define RECORDS 24000u

static void assert_same_file(const struct file *a, const struct file *b)
{
    assert_int_equal(a->bytes, b->bytes);
    assert_memory_equal(a->data, b->data, a->bytes);
}

/* Reads back what random_trace wrote and compares with the same random records. */
static void check_records(const struct file *file, uint64_t seed, uint64_t count, bool binary)
{
    struct random random = {seed};
    struct sample sample;
    uint64_t time = 0, id = 0;
    svasim_reader *reader = svasim_reader_memory(file->data, file->bytes, "memory", NULL);
    assert_non_null(reader);
    assert_int_equal(svasim_reader_is_binary(reader), binary);
    const svasim_record *record;
    for (uint64_t i = 0; i < count; i++) {
        sample_make(&sample, kind_of(i), &random, &time, &id);
        if (svasim_reader_next(reader, &record) != SVASIM_OK)
            fail_msg("record %llu: %s", (unsigned long long)i, svasim_reader_error(reader)->text);
        assert_non_null(record);
        assert_int_equal(record->number, i + 1);
        assert_int_equal(record->line, binary ? 0 : i + 2);
        if (!same_record(record, &sample.record)) {
            char want[1024], got[1024];
            (void)svasim_record_format(&sample.record, want, sizeof want);
            (void)svasim_record_format(record, got, sizeof got);
            fail_msg("record %llu: want '%s', got '%s'", (unsigned long long)i, want, got);
        }
    }
    assert_int_equal(svasim_reader_next(reader, &record), SVASIM_OK);
    assert_null(record);
    assert_int_equal(svasim_reader_next(reader, &record), SVASIM_OK);
    assert_null(record);
    svasim_reader_close(reader);
}

static void random_records_survive_both_forms(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct file text = random_trace(seed, RECORDS, SVASIM_FORM_TEXT);
        struct file binary = random_trace(seed, RECORDS, SVASIM_FORM_BINARY);
        check_records(&text, seed, RECORDS, false);
        check_records(&binary, seed, RECORDS, true);
        struct file text_again = convert(&binary, SVASIM_FORM_TEXT);
        struct file binary_again = convert(&text, SVASIM_FORM_BINARY);
        assert_same_file(&text, &text_again);
        assert_same_file(&binary, &binary_again);
        file_free(&text);
        file_free(&binary);
        file_free(&text_again);
        file_free(&binary_again);
    }
}

static void hand_written_text_becomes_canonical_once(void **state)
{
    (void)state;
    static const char written[] = "svasim-trace 1  \r\n"
                                  "\n"
                                  "   # indented\n"
                                  "#\n"
                                  "  device   dsa0 engines=0x4 sid=6a:01.0# trailing\r\n"
                                  "dma read sid=00:1f.7 iova=0x1_000 pr pasid=1_0\n"
                                  "\t\n"
                                  "@7 dma id=9 write 00:02.0 4096\n"
                                  "@0x9 dma write 00:02.0 4096 #x\n"
                                  "entry pasid sid=00:02.0 pasid=5  p=1   pgtt=3  # set\n"
                                  "entry first sid=00:02.0 : level=1\n"
                                  "inv inv_p_iotlb did=5 g=3 pasid=7 addr=0x5000 ih\n"
                                  "expect 9 fault=spt.2\n"
                                  "register FSTS  iqe=1 ite=0\n"
                                  "register fsts : name=1\n"
                                  "logged type=write index=0 sid=00:02.0 fault=sfs.2 f=1\n"
                                  "interrupted data=0x41 1\n"
                                  "mem 0x1000 00_FF_ab\n"
                                  "drain";
    static const char canonical[] = "svasim-trace 1\n"
                                    "\n"
                                    "# indented\n"
                                    "#\n"
                                    "# trailing\n"
                                    "device dsa0 sid=6a:01.0 engines=4\n"
                                    "dma read 00:1f.7 0x1000 id=1 pasid=10 pr\n"
                                    "\n"
                                    "@7 dma write 00:02.0 0x1000 id=9\n"
                                    "#x\n"
                                    "@9 dma write 00:02.0 0x1000 id=10\n"
                                    "# set\n"
                                    "entry pasid sid=00:02.0 pasid=5 p=1   pgtt=3\n"
                                    "entry first sid=00:02.0 : level=1\n"
                                    "inv inv_p_iotlb g=3 did=5 pasid=7 ih addr=0x5000\n"
                                    "expect 9 fault=SPT.2\n"
                                    "register FSTS iqe=1 ite=0\n"
                                    "register fsts : name=1\n"
                                    "logged 0 f=1 fault=SFS.2 sid=00:02.0 type=write\n"
                                    "interrupted 1 data=0x41\n"
                                    "mem 0x1000 00ffab\n"
                                    "drain\n";
    struct file from = {(char *)(uintptr_t)written, sizeof written - 1};
    struct file text = convert(&from, SVASIM_FORM_TEXT);
    text.data[text.bytes] = '\0';
    assert_string_equal(text.data, canonical);
    struct file binary = convert(&from, SVASIM_FORM_BINARY);
    struct file again = convert(&binary, SVASIM_FORM_TEXT);
    assert_same_file(&text, &again);
    file_free(&text);
    file_free(&binary);
    file_free(&again);
}

/* Any 64 bytes and any descriptor quadwords, by name where that is exact. */
static void operands_survive_by_name(void **state)
{
    (void)state;
    struct random random = {77};
    struct sample sample;
    uint64_t time = 0, id = 0, named = 0;
    for (unsigned round = 0; round < 4000; round++) {
        bool submit = round % 2 == 0;
        sample_make(&sample, submit ? SVASIM_RECORD_SUBMIT : SVASIM_RECORD_INV, &random, &time,
                    &id);
        svasim_record *record = &sample.record;
        uint8_t bytes[64] = {0};
        uint8_t opcode = (uint8_t)(round / 2);
        const svasim_desc_field *field;
        for (unsigned i = 0; (field = svasim_desc_field_at(opcode, i)) != NULL; i++)
            (void)svasim_desc_set(field, bytes,
                                  field->bits == 64
                                      ? random_next(&random)
                                      : random_below(&random, UINT64_C(1) << field->bits));
        bytes[7] = opcode;
        for (unsigned word = 0; submit && word < 8; word++) {
            record->value[SVASIM_F_SUBMIT_w0 + word] = 0;
            for (unsigned i = 0; i < 8; i++)
                record->value[SVASIM_F_SUBMIT_w0 + word] |= (uint64_t)bytes[8 * word + i]
                                                            << (8 * i);
        }
        if (!submit && round % 3 == 0) {
            record->present &= 3;
            record->value[SVASIM_F_INV_q2] = record->value[SVASIM_F_INV_q3] = 0;
            record->value[SVASIM_F_INV_q0] = random_below(&random, 12) | random_next(&random) << 32;
        }
        char text[2048];
        svasim_record parsed;
        svasim_trace_error error;
        size_t length = svasim_record_format(record, text, sizeof text);
        assert_true(length < sizeof text);
        named += strstr(text, submit ? " op=" : " inv_") != NULL;
        char line[2048];
        memcpy(line, text, sizeof line);
        if (svasim_record_parse(line, length, &parsed, &error) != SVASIM_OK)
            fail_msg("%s: %s", text, error.text);
        if (!same_record(record, &parsed))
            fail_msg("%s", text);
    }
    assert_true(named > 1500);
}

/* Long blobs cross the limits of blocks and buffers. */
static void large_records_survive(void **state)
{
    (void)state;
    static char data[30720];
    char path[64];
    struct random random = {5};
    struct file files[2];
    for (unsigned form = 0; form < 2; form++) {
        svasim_writer *writer =
            svasim_writer_open(file_name(path), form == 0 ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY);
        assert_non_null(writer);
        random.state = 5;
        for (unsigned i = 0; i < 40; i++) {
            svasim_record record;
            memset(&record, 0, sizeof record);
            record.kind = SVASIM_RECORD_MEM;
            record.present = 3;
            record.value[0] = random_next(&random);
            for (size_t at = 0; at < sizeof data; at++)
                data[at] = (char)random_next(&random);
            record.blob[1] =
                (svasim_blob){data, (uint32_t)(sizeof data - random_below(&random, 3) * 15000)};
            assert_int_equal(svasim_writer_put(writer, &record), SVASIM_OK);
        }
        assert_int_equal(svasim_writer_close(writer), SVASIM_OK);
        files[form] = file_load(path);
        (void)remove(path);
    }
    struct file text = convert(&files[1], SVASIM_FORM_TEXT);
    struct file binary = convert(&files[0], SVASIM_FORM_BINARY);
    assert_same_file(&text, &files[0]);
    assert_same_file(&binary, &files[1]);
    file_free(&text);
    file_free(&binary);
    file_free(&files[0]);
    file_free(&files[1]);
}

/* Lines of the documentation that are indented, from the first one behind `mark` on. */
static const char *indented(const char *doc, const char *mark, char *out)
{
    const char *at = strstr(doc, mark);
    assert_non_null(at);
    at = strstr(at, "\n\n    ");
    assert_non_null(at);
    for (at += 2; strncmp(at, "    ", 4) == 0;) {
        size_t bytes = strcspn(at, "\n") + 1;
        memcpy(out, at + 4, bytes - 4);
        out += bytes - 4;
        at += bytes;
    }
    *out = '\0';
    return at;
}

/* The worked example: its text gives exactly its bytes. */
static void documented_example_is_true(void **state)
{
    (void)state;
    static char text[4096], hex[4096], bytes[4096];
    struct file doc = file_load("docs/trace_format.md");
    doc.data[doc.bytes] = '\0';
    const char *rest = indented(doc.data, "### 3.4 Example", text);
    (void)indented(rest, "is this file of", hex);
    size_t count = 0;
    for (char *line = strtok(hex, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned byte;
        int used;
        for (line += 2; sscanf(line, " %2x%n", &byte, &used) == 1; line += used)
            bytes[count++] = (char)byte;
    }
    struct file from = {text, strlen(text)};
    struct file binary = convert(&from, SVASIM_FORM_BINARY);
    struct file want = {bytes, count};
    assert_same_file(&binary, &want);
    file_free(&binary);
    file_free(&doc);
}

static void empty_traces_are_traces(void **state)
{
    (void)state;
    struct file text = random_trace(1, 0, SVASIM_FORM_TEXT);
    struct file binary = random_trace(1, 0, SVASIM_FORM_BINARY);
    assert_int_equal(text.bytes, 15);
    check_records(&text, 1, 0, false);
    check_records(&binary, 1, 0, true);
    file_free(&text);
    file_free(&binary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_records_survive_both_forms),
        cmocka_unit_test(hand_written_text_becomes_canonical_once),
        cmocka_unit_test(operands_survive_by_name),
        cmocka_unit_test(large_records_survive),
        cmocka_unit_test(documented_example_is_true),
        cmocka_unit_test(empty_traces_are_traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
