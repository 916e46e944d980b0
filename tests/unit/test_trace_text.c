/* SPDX-License-Identifier: MIT */
/* test_trace_text.c - the text form: what each kind of malformed line is told, and what a line
 * may look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "trace_help.h"

#define FIRST "svasim-trace 1\n"

/* Reads everything; the error text, or "" if there is none. */
static svasim_err read_all(const char *data, size_t bytes, svasim_trace_error *error)
{
    memset(error, 0, sizeof *error);
    svasim_reader *reader = svasim_reader_memory(data, bytes, "memory", error);
    if (reader == NULL)
        return error->code;
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record != NULL)
        continue;
    assert_int_equal(svasim_reader_next(reader, &record), err);
    assert_null(record);
    assert_int_equal(svasim_reader_seek(reader, 1), err == SVASIM_OK ? SVASIM_EINVAL : err);
    *error = *svasim_reader_error(reader);
    if (err != SVASIM_OK)
        assert_string_equal(error->path, "memory");
    error->path = NULL;
    svasim_reader_close(reader);
    return err;
}

static const struct {
    const char *line, *text;
} malformed[] = {
    {"dmaa read 00:02.0 0", "unknown verb 'dmaa'; did you mean 'dma'?"},
    {"zzz", "unknown verb 'zzz'"},
    {"@5", "a record is missing after the time"},
    {"@", "time: '' is not a number"},
    {"@0x drain", "time: '0x' is not a number"},
    {"@1__0 drain", "time: '1__0' is not a number"},
    {"@99999999999999999999 drain", "does not fit in 64 bits"},
    {"dma read 00:02.0 0xzz", "field iova: '0xzz' is not a number (expected decimal or 0x...)"},
    {"dma read 00:02.0 0x10000000000000000", "field iova: '0x10000000000000000' does not fit"},
    {"dma read 00:02.0 18446744073709551616", "does not fit in 64 bits"},
    {"dma read 00:02.0 5 length=4294967296", "field length: '4294967296' is out of range"},
    {"dma read 00:02.0 5 pasid=0x100000", "(expected at most 0xfffff)"},
    {"dma read 00:20.0 5", "field sid: '00:20.0' is not a source id (expected bb:dd.f)"},
    {"dma read 00:02.8 5", "is not a source id"},
    {"dma read 0:02.0 5", "is not a source id"},
    {"dma reed 00:02.0 5", "field op: 'reed' is none of read|write|atomic"},
    {"dma read 00:02.0", "dma: field iova is missing"},
    {"dma read 00:02.0 5 pasid=1 pasid=2", "field pasid: '2' is given after another value"},
    {"dma read 00:02.0 5 pasd=1", "'pasd=1' is no field of 'dma'; did you mean 'pasid'?"},
    {"dma read 00:02.0 5 6", "'6' is no field of 'dma'"},
    {"dma read 00:02.0 5 pr=1", "field pr: '1' is given, but a flag is written without '='"},
    {"dma read 00:02.0 5 pasid=", "field pasid: '' is not a number"},
    {"dma read 00:02.0 5 at=transl", "is none of untranslated|translation|translated"},
    {"drain now", "'now' is no field of 'drain'"},
    {"expect 1 fault=SPT.99", "field fault: 'SPT.99' is no fault"},
    {"expect 1 fault=averyveryverylongname", "is no fault"},
    {"expect 1 stale=2", "field stale: '2' is out of range"},
    {"mem 0x1000 123", "field data: '123' is not data"},
    {"mem 0x1000 12__34", "is not data"},
    {"mem 0x1000 12_34_", "is not data"},
    {"mem 0x1000 12zz", "is not data"},
    {"mem 0x1000", "field data is missing"},
    {"config a=b", "'a=b' is no field of 'config'"},
    {"config key=a=b value=1", "field key: byte 0x3d is not allowed here"},
    {"config key= value=1", "field key: is empty"},
    {"config a b\x01", "field value: byte 0x01 is not allowed here"},
    {"entry pasid sid=00:02.0", "field set is missing"},
    {"entry pasid sid=00:02.0 :", "field set: is empty"},
    {"# bad \x02 comment", "comment: field text: byte 0x02"},
    {"submit enqcmd dsa0 portal=0", "field w0 is missing"},
    {"submit enqcmd dsa0 portal=0 src=5", "'src=5' is no field; descriptor fields need 'op='"},
    {"submit enqcmd dsa0 portal=0 op=memmov", "did you mean 'memmove'?"},
    {"submit enqcmd dsa0 portal=0 op=256", "field op: '256' is no operation"},
    {"submit enqcmd dsa0 portal=0 op=memmove srk=5", "'srk' is no field of 'submit' or of"},
    {"submit enqcmd dsa0 portal=0 op=memmove src=q", "field src: 'q' is not a number"},
    {"submit enqcmd dsa0 portal=0 op=memmove src", "'src' needs '=' and a value"},
    {"submit enqcmd dsa0 portal=0 op=memmove pasid=0x100000", "more bits than the field"},
    {"submit enqcmd dsa0 portal=0 op=memmove src=1 src=2", "'src' is given twice"},
    {"submit enqcmd dsa0 portal=0 op=memmove w3=1", "w3 is given beside op"},
    {"inv", "inv: field q0 is missing"},
    {"inv inv_iotlbb", "is no descriptor (expected q0=.. q1=.. or a name such as inv_iotlb); "
                       "did you mean 'inv_iotlb'?"},
    {"inv inv_iotlb q0=1", "q0..q3 are given beside inv_iotlb"},
    {"inv inv_iotlb dd=1", "'dd' is no field of inv_iotlb"},
    {"inv inv_iotlb did=0x10000", "field did: '0x10000' has more bits"},
    {"inv inv_iotlb addr=0x5001", "has bits outside the field"},
};

static void malformed_lines_are_explained(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        char data[512];
        svasim_trace_error error;
        int bytes =
            snprintf(data, sizeof data, FIRST "drain\n# note\n%s\ndrain\n", malformed[i].line);
        assert_int_equal(read_all(data, (size_t)bytes, &error), SVASIM_EDATA);
        if (strstr(error.text, malformed[i].text) == NULL)
            fail_msg("'%s' gave '%s', expected '%s'", malformed[i].line, error.text,
                     malformed[i].text);
        assert_int_equal(error.code, SVASIM_EDATA);
        assert_int_equal(error.line, 4);
        assert_int_equal(error.record, 3);
        assert_int_equal(error.byte_offset, sizeof FIRST - 1 + 13);
    }
}

static void first_line_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *data, *text;
    } cases[] = {
        {"", "file is empty (expected 'svasim-trace 1' or a binary trace)"},
        {"drain\n", "first line is 'drain' (expected 'svasim-trace 1'"},
        {"svasim-trace 2\n", "first line is 'svasim-trace 2'"},
        {"SVTR\x01", "a binary trace whose first block header is missing or corrupt"},
        {"\x1f\x8b", "gzip data is truncated"},
        {"\x1f\x8bxxxxxxxx", "gzip data is corrupt"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        svasim_trace_error error;
        assert_int_equal(read_all(cases[i].data, strlen(cases[i].data), &error), SVASIM_EDATA);
        if (strstr(error.text, cases[i].text) == NULL)
            fail_msg("'%s' gave '%s'", cases[i].data, error.text);
        assert_int_equal(error.line, 1);
    }
}

/* A line of `bytes` bytes: "# xxx". */
static svasim_err read_long_line(size_t bytes, const char *end, svasim_trace_error *error)
{
    static char data[200000];
    size_t at = sizeof FIRST - 1;
    memcpy(data, FIRST, at);
    memset(data + at, ' ', bytes);
    memcpy(data + at, "drain", 5);
    memcpy(data + at + bytes, end, strlen(end));
    return read_all(data, at + bytes + strlen(end), error);
}

static void long_lines_and_nul_are_refused(void **state)
{
    (void)state;
    svasim_trace_error error;
    assert_int_equal(read_long_line(65536, "\ndrain\n", &error), SVASIM_OK);
    assert_int_equal(read_long_line(65536, "\r\ndrain\n", &error), SVASIM_OK);
    assert_int_equal(read_long_line(65536, "", &error), SVASIM_OK);
    assert_int_equal(read_long_line(65537, "\ndrain\n", &error), SVASIM_EDATA);
    assert_string_equal(error.text, "line is longer than 65536 bytes");
    assert_int_equal(error.line, 2);
    assert_int_equal(read_long_line(65537, "", &error), SVASIM_EDATA);
    assert_int_equal(read_long_line(150000, "\n", &error), SVASIM_EDATA);
    assert_string_equal(error.text, "line is longer than 65536 bytes");
    static const char nul[] = FIRST "dra\0in\n";
    assert_int_equal(read_all(nul, sizeof nul - 1, &error), SVASIM_EDATA);
    assert_string_equal(error.text, "byte 4 of the line is NUL (expected text)");
}

static void text_payload_has_a_limit(void **state)
{
    (void)state;
    static char data[70000];
    svasim_trace_error error;
    size_t at = sizeof FIRST - 1;
    memcpy(data, FIRST "#", at + 1);
    memset(data + at + 1, 'x', 61440);
    assert_int_equal(read_all(data, at + 1 + 61440, &error), SVASIM_OK);
    data[at + 1 + 61440] = 'x';
    assert_int_equal(read_all(data, at + 2 + 61440, &error), SVASIM_EDATA);
    assert_non_null(strstr(error.text, "expected at most 61440"));
}

static void ids_and_times_depend_on_earlier_lines(void **state)
{
    (void)state;
    svasim_trace_error error;
    static const char order[] = FIRST "@5 drain\ndrain\n@4 drain\n";
    assert_int_equal(read_all(order, sizeof order - 1, &error), SVASIM_EDATA);
    assert_string_equal(error.text, "time: 4 lies before 5 of an earlier record");
    assert_int_equal(error.line, 4);
    static const char ids[] = FIRST "dma read 00:02.0 0 id=18446744073709551615\n"
                                    "dma read 00:02.0 0\n";
    assert_int_equal(read_all(ids, sizeof ids - 1, &error), SVASIM_EDATA);
    assert_non_null(strstr(error.text, "no number follows the last one"));
}

static void one_line_is_parsed_alone(void **state)
{
    (void)state;
    svasim_record record;
    svasim_trace_error error;
    char blank[] = " \t", comment[] = " # x", line[] = "seen u 0x10 0Aff # why", bad[] = "seen";
    assert_int_equal(svasim_record_parse(blank, 2, &record, &error), SVASIM_OK);
    assert_int_equal(record.kind, 0);
    assert_int_equal(svasim_record_parse(comment, 4, &record, NULL), SVASIM_OK);
    assert_int_equal(record.kind, SVASIM_RECORD_COMMENT);
    assert_int_equal(record.blob[0].bytes, 2);
    assert_int_equal(svasim_record_parse(line, sizeof line - 1, &record, &error), SVASIM_OK);
    assert_int_equal(record.blob[SVASIM_F_SEEN_data].bytes, 2);
    assert_memory_equal(record.blob[SVASIM_F_SEEN_data].data, "\x0a\xff", 2);
    assert_int_equal(svasim_record_parse(bad, 4, &record, NULL), SVASIM_EDATA);
    char text[8];
    record.kind = SVASIM_RECORD_DRAIN;
    record.present = 0;
    assert_int_equal(svasim_record_format(&record, text, 3), 5);
    assert_string_equal(text, "dr");
    assert_int_equal(svasim_record_format(&record, NULL, 0), 5);
}

/* Text inside gzip, in one member and in two. */
static void gzip_text_is_text(void **state)
{
    (void)state;
    struct file text = random_trace(9, 3000, SVASIM_FORM_TEXT);
    char path[64];
    (void)file_name(path);
    gzFile out = gzopen(path, "wb");
    assert_int_equal(gzwrite(out, text.data, 777), 777);
    assert_int_equal(gzclose(out), Z_OK);
    out = gzopen(path, "ab");
    assert_int_equal(gzwrite(out, text.data + 777, (unsigned)text.bytes - 777), text.bytes - 777);
    assert_int_equal(gzclose(out), Z_OK);
    struct file packed = file_load(path);
    (void)remove(path);
    assert_true(packed.bytes < text.bytes);
    struct file again = convert(&packed, SVASIM_FORM_TEXT);
    assert_int_equal(again.bytes, text.bytes);
    assert_memory_equal(again.data, text.data, text.bytes);
    svasim_trace_error error;
    assert_int_equal(read_all(packed.data, packed.bytes - 1, &error), SVASIM_EDATA);
    assert_string_equal(error.text, "gzip data is truncated");
    packed.data[packed.bytes / 2] ^= 0x10;
    assert_int_equal(read_all(packed.data, packed.bytes, &error), SVASIM_EDATA);
    file_free(&text);
    file_free(&packed);
    file_free(&again);
}

/* Any bytes: an error or records, never anything worse. */
static void random_text_is_survived(void **state)
{
    (void)state;
    struct file text = random_trace(4, 400, SVASIM_FORM_TEXT);
    struct random random = {12};
    char *copy = malloc(text.bytes);
    for (unsigned round = 0; round < 3000; round++) {
        svasim_trace_error error;
        memcpy(copy, text.data, text.bytes);
        size_t begin = sizeof FIRST + random_below(&random, text.bytes - sizeof FIRST);
        for (unsigned i = 0; i < 20; i++) {
            size_t at = begin + random_below(&random, 40);
            if (at < text.bytes)
                copy[at] = " \t\n#=@:0x_zq\r\xff"[random_below(&random, 14)];
        }
        svasim_err err = read_all(copy, text.bytes, &error);
        assert_true(err == SVASIM_OK || err == SVASIM_EDATA);
        assert_int_equal(err == SVASIM_OK, error.text[0] == '\0');
    }
    free(copy);
    file_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_lines_are_explained),
        cmocka_unit_test(first_line_is_needed),
        cmocka_unit_test(long_lines_and_nul_are_refused),
        cmocka_unit_test(text_payload_has_a_limit),
        cmocka_unit_test(ids_and_times_depend_on_earlier_lines),
        cmocka_unit_test(one_line_is_parsed_alone),
        cmocka_unit_test(gzip_text_is_text),
        cmocka_unit_test(random_text_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
