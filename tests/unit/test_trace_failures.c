/* SPDX-License-Identifier: MIT */
/* test_trace_failures.c - what is not the trace's fault: files that cannot be had, a full disk,
 * short memory, records that a writer refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace_help.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

/* The C library's allocator behind one that fails at a chosen call. Sanitizers have their own. */
#if defined(__GLIBC__) && !defined(HAS_SANITIZER)
#define CAN_FAIL 1
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
static long calls_until_failure = -1;

static int fails_now(void)
{
    return calls_until_failure >= 0 && calls_until_failure-- == 0;
}

void *malloc(size_t bytes)
{
    return fails_now() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails_now() ? NULL : __libc_calloc(count, bytes);
}
#endif

static void missing_files_are_named(void **state)
{
    (void)state;
    svasim_trace_error error;
    assert_null(svasim_reader_open("/nonexistent/trace", &error));
    assert_int_equal(error.code, SVASIM_EIO);
    assert_string_equal(error.path, "/nonexistent/trace");
    assert_non_null(strstr(error.text, "No such file"));
    assert_null(svasim_reader_open("/", &error));
    assert_int_equal(error.code, SVASIM_EIO);
    assert_null(svasim_reader_open("/nonexistent/trace", NULL));
    assert_null(svasim_writer_open("/nonexistent/trace", SVASIM_FORM_TEXT));
    assert_int_equal(svasim_writer_close(NULL), SVASIM_OK);
    svasim_reader_close(NULL);
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 2; form++) {
        for (unsigned records = 0; records <= 60000; records += 20000) {
            struct random random = {1};
            struct sample sample;
            uint64_t time = 0, id = 0;
            svasim_writer *writer =
                svasim_writer_open("/dev/full", form == 0 ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY);
            if (writer == NULL)
                skip();
            svasim_err err = SVASIM_OK;
            for (unsigned i = 0; i < records && err == SVASIM_OK; i++) {
                sample_make(&sample, kind_of(i), &random, &time, &id);
                err = svasim_writer_put(writer, &sample.record);
            }
            if (records > 0) {
                assert_int_equal(err, SVASIM_EIO);
                assert_non_null(strstr(svasim_writer_error(writer), "No space left"));
                assert_int_equal(svasim_writer_put(writer, &sample.record), SVASIM_EIO);
            }
            assert_int_equal(svasim_writer_close(writer), SVASIM_EIO);
        }
    }
}

static void records_that_break_their_row_are_refused(void **state)
{
    (void)state;
    char path[64];
    svasim_record good, bad;
    char line[] = "@5 config a b", *text = line;
    assert_int_equal(svasim_record_parse(text, sizeof line - 1, &good, NULL), SVASIM_OK);
    for (unsigned form = 0; form < 2; form++) {
        svasim_writer *writer =
            svasim_writer_open(file_name(path), form == 0 ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY);
        assert_non_null(writer);
        assert_string_equal(svasim_writer_error(writer), "");
        assert_int_equal(svasim_writer_put(writer, &good), SVASIM_OK);
#define REFUSED(change, message)                                                                   \
    do {                                                                                           \
        bad = good;                                                                                \
        change;                                                                                    \
        assert_int_equal(svasim_writer_put(writer, &bad), SVASIM_EINVAL);                          \
        assert_non_null(strstr(svasim_writer_error(writer), message));                             \
    } while (0)
        REFUSED(bad.kind = 63, "record kind 63 is unknown");
        REFUSED(bad.present = 1, "field value is missing");
        REFUSED(bad.present = 7, "presence bits are 0x7");
        REFUSED(bad.time = 4, "time: 4 lies before 5");
        REFUSED(bad.blob[0].bytes = 0, "field key: is empty");
        REFUSED(bad.blob[0].bytes = 70000, "70000 bytes, expected at most 61440");
        REFUSED(bad.blob[0] = ((svasim_blob){"a\nb", 3}), "byte 0x0a is not allowed");
        REFUSED(bad.blob[0] = ((svasim_blob){"a b", 3}), "byte 0x20 is not allowed");
        REFUSED(bad.blob[0] = ((svasim_blob){"a#b", 3}), "byte 0x23 is not allowed");
        REFUSED(bad.kind = SVASIM_RECORD_COMMENT, "a comment has no time");
        assert_int_equal(svasim_writer_close(writer), SVASIM_OK);
        svasim_reader *reader = svasim_reader_open(path, NULL);
        const svasim_record *record;
        assert_non_null(reader);
        assert_int_equal(svasim_reader_next(reader, &record), SVASIM_OK);
        assert_true(same_record(record, &good));
        assert_int_equal(svasim_reader_next(reader, &record), SVASIM_OK);
        assert_null(record);
        svasim_reader_close(reader);
        (void)remove(path);
    }
}

static void short_memory_is_survived(void **state)
{
    (void)state;
#ifndef CAN_FAIL
    skip();
#else
    char path[64], out[64];
    struct file files[2] = {random_trace(1, 100, SVASIM_FORM_TEXT),
                            random_trace(1, 100, SVASIM_FORM_BINARY)};
    (void)file_name(out);
    for (unsigned form = 0; form < 2; form++) {
        file_save(file_name(path), files[form].data, files[form].bytes);
        bool finished = false;
        for (long call = 0; call < 30; call++) {
            svasim_trace_error error;
            calls_until_failure = call;
            svasim_reader *reader = svasim_reader_open(path, &error);
            svasim_writer *writer =
                svasim_writer_open(out, form == 0 ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY);
            const svasim_record *record = NULL;
            svasim_err err = reader == NULL ? error.code : SVASIM_OK;
            while (err == SVASIM_OK && writer != NULL &&
                   (err = svasim_reader_next(reader, &record)) == SVASIM_OK && record != NULL)
                err = svasim_writer_put(writer, record);
            finished = err == SVASIM_OK && writer != NULL;
            calls_until_failure = -1;
            if (err != SVASIM_OK)
                assert_int_equal(err, SVASIM_ENOMEM);
            svasim_reader_close(reader);
            (void)svasim_writer_close(writer);
        }
        assert_true(finished);
        (void)remove(path);
        file_free(&files[form]);
    }
    (void)remove(out);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_files_are_named),
        cmocka_unit_test(a_full_disk_is_reported),
        cmocka_unit_test(records_that_break_their_row_are_refused),
        cmocka_unit_test(short_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
