/* SPDX-License-Identifier: MIT */
/* test_trace_binary.c - the binary form: every truncation and every damaged byte is found, broken
 * coding under correct checksums too, and reading may start anywhere. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "trace/code.h"
#include "trace_help.h"

/* Records that can be read before the end or an error. */
static uint64_t read_all(const void *data, size_t bytes, svasim_err *out_err,
                         svasim_trace_error *error)
{
    memset(error, 0, sizeof *error);
    svasim_reader *reader = svasim_reader_memory(data, bytes, "memory", error);
    *out_err = error->code;
    if (reader == NULL)
        return 0;
    const svasim_record *record;
    uint64_t count = 0;
    while ((*out_err = svasim_reader_next(reader, &record)) == SVASIM_OK && record != NULL)
        count++;
    *error = *svasim_reader_error(reader);
    error->path = NULL;
    svasim_reader_close(reader);
    return count;
}

/* Offset of the member that begins at or before `at`. */
static size_t member_of(const struct file *file, size_t at)
{
    size_t begin = 0;
    for (;;) {
        size_t bytes = (size_t)load_le32(file->data + begin + SV_HEAD_SIZE);
        if (at < begin + bytes || begin + bytes >= file->bytes)
            return begin;
        begin += bytes;
    }
}

static void truncation_is_found_at_every_byte(void **state)
{
    (void)state;
    struct file file = random_trace(3, 300, SVASIM_FORM_BINARY);
    for (size_t bytes = 0; bytes < file.bytes; bytes++) {
        svasim_err err;
        svasim_trace_error error;
        /* A copy of exactly this length, so that reading past it is seen. */
        char *copy = malloc(bytes + 1);
        memcpy(copy, file.data, bytes);
        uint64_t count = read_all(copy, bytes, &err, &error);
        assert_int_equal(err, SVASIM_EDATA);
        assert_true(error.text[0] != '\0');
        size_t end_block = member_of(&file, file.bytes - 1);
        assert_int_equal(count, bytes < end_block ? 0 : 300);
        if (bytes >= end_block)
            assert_int_equal(error.record, 301);
        free(copy);
    }
    file_free(&file);
}

static void damage_is_found_at_every_byte(void **state)
{
    (void)state;
    struct file file = random_trace(3, 75, SVASIM_FORM_BINARY);
    for (size_t at = 0; at < file.bytes; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            svasim_err err;
            svasim_trace_error error;
            file.data[at] = (char)(file.data[at] ^ 1 << bit);
            uint64_t count = read_all(file.data, file.bytes, &err, &error);
            file.data[at] = (char)(file.data[at] ^ 1 << bit);
            /* Bits that deflate ignores may differ without harm. */
            if (err == SVASIM_OK)
                assert_int_equal(count, 75);
            else
                assert_int_equal(err, SVASIM_EDATA);
            size_t member = member_of(&file, at);
            if (err != SVASIM_OK && member > 0)
                assert_true(count == 75 && error.byte_offset == member && error.record == 76);
        }
    }
    file_free(&file);
}

static void damage_in_a_later_block_keeps_the_earlier(void **state)
{
    (void)state;
    struct file file = random_trace(8, 12000, SVASIM_FORM_BINARY);
    size_t first = (size_t)load_le32(file.data + SV_HEAD_SIZE);
    uint64_t count = load_le32(file.data + SV_HEAD_COUNT);
    assert_true(first < file.bytes / 2);
    file.data[first + 500] = (char)(file.data[first + 500] ^ 4);
    svasim_err err;
    svasim_trace_error error;
    assert_int_equal(read_all(file.data, file.bytes, &err, &error), count);
    assert_int_equal(err, SVASIM_EDATA);
    assert_int_equal(error.record, count + 1);
    assert_int_equal(error.byte_offset, first);
    assert_int_equal(error.line, 0);
    file_free(&file);
}

static void data_after_the_end_is_found(void **state)
{
    (void)state;
    struct file file = random_trace(3, 10, SVASIM_FORM_BINARY);
    char *copy = calloc(2, file.bytes);
    svasim_err err;
    svasim_trace_error error;
    memcpy(copy, file.data, file.bytes);
    assert_int_equal(read_all(copy, file.bytes + 1, &err, &error), 10);
    assert_int_equal(err, SVASIM_EDATA);
    assert_non_null(strstr(error.text, "data after the end block"));
    memcpy(copy + file.bytes, file.data, file.bytes);
    assert_int_equal(read_all(copy, 2 * file.bytes, &err, &error), 10);
    assert_int_equal(err, SVASIM_EDATA);
    free(copy);
    file_free(&file);
}

/* One member with these raw bytes, correctly packed. */
static size_t pack(struct sv_packer *packer, const unsigned char *raw, size_t bytes, uint64_t first,
                   uint32_t count, unsigned char *out)
{
    size_t length;
    const unsigned char *member = sv_packer_pack(packer, raw, bytes, first, count, &length);
    memcpy(out, member, length);
    return length;
}

/* Broken coding with right checksums: what a hostile writer could make. */
static void hostile_blocks_are_survived(void **state)
{
    (void)state;
    struct file file = random_trace(6, 200, SVASIM_FORM_BINARY);
    static unsigned char raw[SV_RAW_MAX], broken[SV_RAW_MAX], made[2 * SV_MEMBER_MAX];
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (Bytef *)file.data;
    stream.avail_in = (uInt)file.bytes;
    stream.next_out = raw;
    stream.avail_out = sizeof raw;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t bytes = stream.total_out;
    assert_int_equal(inflateEnd(&stream), Z_OK);
    struct sv_packer *packer = sv_packer_create();
    struct random random = {44};
    static const unsigned char end[] = {0xc9, 0x01, 0};
    unsigned errors = 0;
    for (unsigned round = 0; round < 6000; round++) {
        memcpy(broken, raw, bytes);
        for (unsigned i = 0; i <= round % 3; i++)
            broken[random_below(&random, bytes)] =
                (unsigned char)(random_below(&random, 4) == 0 ? 0xff : random_next(&random));
        size_t used = round % 8 == 0 ? random_below(&random, bytes) + 1 : bytes;
        size_t length = pack(packer, broken, used, 1, 200, made);
        length += pack(packer, end, sizeof end, 201, 0, made + length);
        svasim_err err;
        svasim_trace_error error;
        uint64_t count = read_all(made, length, &err, &error);
        assert_true(err == SVASIM_EDATA || (err == SVASIM_OK && count == 200));
        errors += err == SVASIM_EDATA;
    }
    assert_true(errors > 1500);
    sv_packer_destroy(packer);
    file_free(&file);
}

/* Hand-made blocks, one error each. */
static void broken_coding_is_explained(void **state)
{
    (void)state;
#define M "SVTR\x01\x01\x01"
    static const struct {
        const char *raw;
        size_t bytes;
        const char *text;
    } cases[] = {
#define CASE(raw, text) {raw, sizeof raw - 1, text}
        CASE("SVTX\x01\x01\x01", "does not begin with SVTR"),
        CASE("SVTR\x02\x01\x01", "binary form version 2"),
        CASE("SVTR\x01\x01\x02", "block says 2 records from 1, but its header 1 from 1"),
        CASE("SVTR\x01\x02\x01", "block says 1 records from 2"),
        CASE(M "\x05", "its form has no description"),
        CASE(M, "its form has no description"),
        CASE(M "\xff\x3e\x00\x00\x00", "unknown kind"),
        CASE(M "\xff\x12\x10\x00\x00", "unknown kind"),
        CASE(M "\xff\x10\x00\x00\x00", "lacks required ones"),
        CASE(M "\xff\x12\x00\x01\x01\x00", "fields that its kind has not"),
        CASE(M "\xff\x0d\x00\x0f\x08\x00", "fields that its kind has not"),
        CASE(M "\xff\x81\x00\x00\x00\x05", "a comment has no time"),
        CASE(M "\xff\x12\x00\x00\x00\x00", "bytes after its last record"),
        CASE(M "\xff\x10\x00\x0f\x02\x06", "field op: 0x3 is out of range"),
        CASE(M "\xff\x10\x00\x0f\x04\x80\x80\x08", "field sid: 0x10000 is out of range"),
        CASE(M "\xff\x10\x00\x0f\x08", "runs past the end"),
        CASE(M "\xff\x10\x00\x0f\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "malformed number"),
        CASE(M "\xff\x92\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "malformed number"),
        CASE(M "\xff\x02\x00\x03\x00", "field key: is empty"),
        CASE(M "\xff\x02\x00\x03\x03\x01"
               "a\x09"
               "b",
             "malformed number, length"),
        CASE(M "\xff\x02\x00\x03\x03\x01"
               "a\x01 ",
             "field value: byte 0x20"),
        CASE(M "\xff\x13\x00\x11\x01\x02", "field fault: 0x0 is out of range"),
    };
    struct sv_packer *packer = sv_packer_create();
    static unsigned char made[2 * SV_MEMBER_MAX];
    static const unsigned char end[] = {2, 0};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        svasim_err err;
        svasim_trace_error error;
        size_t length =
            pack(packer, (const unsigned char *)cases[i].raw, cases[i].bytes, 1, 1, made);
        length += pack(packer, end, sizeof end, 2, 0, made + length);
        (void)read_all(made, length, &err, &error);
        assert_int_equal(err, SVASIM_EDATA);
        if (strstr(error.text, cases[i].text) == NULL)
            fail_msg("case %u gave '%s', expected '%s'", i, error.text, cases[i].text);
    }
    sv_packer_destroy(packer);
}

/* Time must not go back from one block to the next either. */
static void time_goes_on_across_blocks(void **state)
{
    (void)state;
    struct sv_packer *packer = sv_packer_create();
    static unsigned char made[3 * SV_MEMBER_MAX];
    size_t length = pack(packer, (const unsigned char *)M "\xff\x92\0\0\0\x09", 13, 1, 1, made);
    length +=
        pack(packer, (const unsigned char *)"\x02\x01\xff\x92\0\0\0\x08", 8, 2, 1, made + length);
    length += pack(packer, (const unsigned char *)"\x03\0", 2, 3, 0, made + length);
    svasim_err err;
    svasim_trace_error error;
    assert_int_equal(read_all(made, length, &err, &error), 1);
    assert_int_equal(err, SVASIM_EDATA);
    assert_non_null(strstr(error.text, "order of time"));
    sv_packer_destroy(packer);
}

static void seek_finds_every_block(void **state)
{
    (void)state;
    enum { COUNT = 30000 };
    struct file files[2] = {random_trace(2, COUNT, SVASIM_FORM_BINARY),
                            random_trace(2, COUNT, SVASIM_FORM_TEXT)};
    char path[64];
    file_save(file_name(path), files[0].data, files[0].bytes);
    struct random random = {1};
    for (unsigned round = 0; round < 200; round++) {
        uint64_t target = 1 + random_below(&random, COUNT);
        unsigned form = round % 20 == 0;
        const svasim_record *a, *b;
        svasim_reader *reader =
            round % 2 == 0
                ? svasim_reader_memory(files[form].data, files[form].bytes, "memory", NULL)
                : svasim_reader_open(path, NULL);
        svasim_reader *slow =
            svasim_reader_memory(files[1 - form].data, files[1 - form].bytes, "memory", NULL);
        for (unsigned i = 0; i < round % 4; i++)
            assert_int_equal(svasim_reader_next(reader, &a), SVASIM_OK);
        if (target <= round % 4)
            target = 1 + round % 4;
        assert_int_equal(svasim_reader_seek(reader, target), SVASIM_OK);
        do
            assert_int_equal(svasim_reader_next(slow, &b), SVASIM_OK);
        while (b->number < target);
        assert_int_equal(svasim_reader_next(reader, &a), SVASIM_OK);
        assert_int_equal(a->number, target);
        assert_true(same_record(a, b));
        assert_int_equal(svasim_reader_seek(reader, target), SVASIM_EINVAL);
        assert_int_equal(svasim_reader_seek(reader, target + 1),
                         target == COUNT ? SVASIM_EINVAL : SVASIM_OK);
        assert_int_equal(svasim_reader_seek(reader, COUNT + 1), SVASIM_EINVAL);
        assert_int_equal(svasim_reader_next(reader, &a), SVASIM_OK);
        assert_null(a);
        svasim_reader_close(reader);
        svasim_reader_close(slow);
    }
    (void)remove(path);
    file_free(&files[0]);
    file_free(&files[1]);
}

/* A file and a pipe say the same; progress reaches the size of the file. */
static void pipes_and_files_are_read(void **state)
{
    (void)state;
    struct file file = random_trace(2, 30000, SVASIM_FORM_BINARY);
    char path[64];
    file_save(file_name(path), file.data, file.bytes);
    svasim_reader *reader = svasim_reader_open(path, NULL);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        for (size_t at = 0; at < file.bytes;) {
            size_t piece = file.bytes - at < 5001 ? file.bytes - at : 5001;
            ssize_t done = write(ends[1], file.data + at, piece);
            if (done <= 0)
                _exit(1);
            at += (size_t)done;
        }
        _exit(0);
    }
    (void)close(ends[1]);
    int keep = dup(STDIN_FILENO);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    svasim_reader *piped = svasim_reader_open("-", NULL);
    assert_non_null(reader);
    assert_non_null(piped);
    const svasim_record *a, *b;
    uint64_t done, total, next = 1;
    assert_int_equal(svasim_reader_seek(reader, 7000), SVASIM_OK);
    assert_int_equal(svasim_reader_seek(piped, 7000), SVASIM_OK);
    for (next = 7000;; next++) {
        assert_int_equal(svasim_reader_next(reader, &a), SVASIM_OK);
        assert_int_equal(svasim_reader_next(piped, &b), SVASIM_OK);
        if (a == NULL)
            break;
        assert_true(same_record(a, b));
    }
    assert_null(b);
    assert_int_equal(next, 30001);
    svasim_reader_progress(reader, &done, &total);
    assert_int_equal(total, file.bytes);
    assert_int_equal(done, total);
    svasim_reader_progress(piped, &done, &total);
    assert_int_equal(total, 0);
    assert_int_equal(done, file.bytes);
    svasim_reader_close(reader);
    svasim_reader_close(piped);
    (void)dup2(keep, STDIN_FILENO);
    (void)close(keep);
    (void)close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)remove(path);
    file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncation_is_found_at_every_byte),
        cmocka_unit_test(damage_is_found_at_every_byte),
        cmocka_unit_test(damage_in_a_later_block_keeps_the_earlier),
        cmocka_unit_test(data_after_the_end_is_found),
        cmocka_unit_test(hostile_blocks_are_survived),
        cmocka_unit_test(broken_coding_is_explained),
        cmocka_unit_test(time_goes_on_across_blocks),
        cmocka_unit_test(seek_finds_every_block),
        cmocka_unit_test(pipes_and_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
