/* SPDX-License-Identifier: MIT */
/* trace_help.c - see trace_help.h. Random values come from a seed, so a failure repeats. */
#define _POSIX_C_SOURCE 200809L
#include "trace_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "svasim/facts.h"

uint64_t random_next(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}

/* Small, page-like, or any 64 bits. */
static uint64_t random_number(struct random *random, uint64_t max)
{
    uint64_t value = random_next(random);
    switch (random_below(random, 4)) {
    case 0:
        value &= 0xf;
        break;
    case 1:
        value = value % 0x4000 << 12;
        break;
    case 2:
        value >>= random_below(random, 64);
        break;
    default:
        break;
    }
    return max == UINT64_MAX ? value : value % (max + 1);
}

static uint64_t choices_of(const svasim_record_field *field)
{
    uint64_t count = 1;
    for (const char *at = field->choices; *at != '\0'; at++)
        count += *at == '|';
    return count;
}

static svasim_blob random_blob(const svasim_record_field *field, bool comment, char text[64],
                               struct random *random)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz_0123456789:.@-";
    uint32_t bytes = (uint32_t)(1 + random_below(random, random_below(random, 8) == 0 ? 60 : 3));
    for (uint32_t i = 0; i < bytes; i++) {
        text[i] = words[random_below(random, sizeof words - 1)];
        if (field->type == SVASIM_TYPE_DATA)
            text[i] = (char)random_next(random);
        bool inside = comment || (i > 0 && i + 1 < bytes);
        if (field->type == SVASIM_TYPE_TEXT && inside && random_below(random, 5) == 0)
            text[i] = "= \t,:"[random_below(random, 5)];
        if (comment && random_below(random, 9) == 0)
            text[i] = '#';
    }
    return (svasim_blob){text, comment && random_below(random, 9) == 0 ? 0 : bytes};
}

void sample_make(struct sample *sample, unsigned kind, struct random *random, uint64_t *time,
                 uint64_t *id)
{
    const svasim_record_info *info = svasim_record_info_of(kind);
    svasim_record *record = &sample->record;
    memset(sample, 0, sizeof *sample);
    record->kind = (uint8_t)kind;
    record->has_time = kind != SVASIM_RECORD_COMMENT && random_below(random, 3) == 0;
    if (record->has_time)
        record->time = *time += random_below(random, 1000);
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        const svasim_record_field *field = &info->fields[slot];
        if (!field->required && random_below(random, 2) == 0)
            continue;
        record->present |= 1u << slot;
        switch ((svasim_field_type)field->type) {
        case SVASIM_TYPE_HEX:
        case SVASIM_TYPE_DEC:
        case SVASIM_TYPE_SID:
            record->value[slot] = random_number(random, field->max);
            break;
        case SVASIM_TYPE_ID:
            *id = random_below(random, 8) == 0 ? random_next(random) : *id + 1;
            record->value[slot] = *id;
            break;
        case SVASIM_TYPE_FLAG:
            record->value[slot] = 1;
            break;
        case SVASIM_TYPE_CHOICE:
            record->value[slot] = random_below(random, choices_of(field));
            break;
        case SVASIM_TYPE_FAULT:
            record->value[slot] = 1 + random_below(random, SVASIM_FAULT_COUNT - 1);
            break;
        case SVASIM_TYPE_NAME:
        case SVASIM_TYPE_DATA:
        case SVASIM_TYPE_TEXT:
            record->blob[slot] =
                random_blob(field, kind == SVASIM_RECORD_COMMENT, sample->text[slot], random);
            break;
        }
    }
}

unsigned kind_of(uint64_t counter)
{
    unsigned kinds[64], count = 0;
    for (unsigned kind = 0; kind < 64; kind++)
        if (svasim_record_info_of(kind) != NULL)
            kinds[count++] = kind;
    return kinds[counter % count];
}

bool same_record(const svasim_record *a, const svasim_record *b)
{
    if (a->kind != b->kind || a->present != b->present || a->has_time != b->has_time ||
        (a->has_time && a->time != b->time))
        return false;
    const svasim_record_info *info = svasim_record_info_of(a->kind);
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        const svasim_blob *x = &a->blob[slot], *y = &b->blob[slot];
        if (a->value[slot] != b->value[slot] || x->bytes != y->bytes ||
            (x->bytes > 0 && memcmp(x->data, y->data, x->bytes) != 0))
            return false;
    }
    return true;
}

char *file_name(char path[64])
{
    (void)snprintf(path, 64, "/tmp/svasim-test-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    return path;
}

struct file file_load(const char *path)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    struct file file = {NULL, (size_t)ftell(in)};
    rewind(in);
    file.data = malloc(file.bytes + 1);
    assert_non_null(file.data);
    assert_int_equal(fread(file.data, 1, file.bytes, in), file.bytes);
    (void)fclose(in);
    return file;
}

void file_save(const char *path, const void *data, size_t bytes)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, bytes, out), bytes);
    assert_int_equal(fclose(out), 0);
}

void file_free(struct file *file)
{
    free(file->data);
    file->data = NULL;
}

struct file convert(const struct file *from, svasim_trace_form form)
{
    char path[64];
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_memory(from->data, from->bytes, "memory", &error);
    if (reader == NULL)
        fail_msg("%s", error.text);
    svasim_writer *writer = svasim_writer_open(file_name(path), form);
    assert_non_null(writer);
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record != NULL)
        if (svasim_writer_put(writer, record) != SVASIM_OK)
            fail_msg("%s", svasim_writer_error(writer));
    if (err != SVASIM_OK)
        fail_msg("record %llu: %s", (unsigned long long)svasim_reader_error(reader)->record,
                 svasim_reader_error(reader)->text);
    svasim_reader_close(reader);
    assert_int_equal(svasim_writer_close(writer), SVASIM_OK);
    struct file file = file_load(path);
    (void)remove(path);
    return file;
}

struct file random_trace(uint64_t seed, uint64_t count, svasim_trace_form form)
{
    char path[64];
    struct random random = {seed};
    struct sample sample;
    uint64_t time = 0, id = 0;
    svasim_writer *writer = svasim_writer_open(file_name(path), form);
    assert_non_null(writer);
    for (uint64_t i = 0; i < count; i++) {
        sample_make(&sample, kind_of(i), &random, &time, &id);
        if (svasim_writer_put(writer, &sample.record) != SVASIM_OK)
            fail_msg("%s", svasim_writer_error(writer));
    }
    assert_int_equal(svasim_writer_close(writer), SVASIM_OK);
    struct file file = file_load(path);
    (void)remove(path);
    return file;
}
