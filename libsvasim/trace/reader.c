/* SPDX-License-Identifier: MIT */
/* reader.c - the public reader: which form a file has, records in order with their positions, one
 * sticky error. How a form is written lies in lines.c and parse.c, or in blocks.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/code.h"

struct svasim_reader {
    struct sv_source *source;
    struct sv_blocks *blocks; /* binary form, else NULL */
    struct sv_lines *lines;   /* text form, else NULL */
    char *path;
    svasim_err state;
    svasim_trace_error error;
    uint64_t next; /* number of the next record (text) */
    /* Text form only. A line with a trailing comment gives two records. */
    struct sv_line line;
    svasim_record comment;
    bool has_comment, has_record, ended;
    uint64_t last_id, last_time;
};

uint64_t svasim_reader_offset(const svasim_reader *reader)
{
    if (reader->blocks != NULL)
        return sv_blocks_offset(reader->blocks);
    return reader->lines != NULL ? sv_lines_offset(reader->lines) : 0;
}

static void place_error(svasim_reader *reader)
{
    svasim_trace_error *error = &reader->error;
    error->path = reader->path;
    error->byte_offset = svasim_reader_offset(reader);
    if (reader->blocks != NULL) {
        error->record = sv_blocks_number(reader->blocks);
    } else if (reader->lines != NULL) {
        error->record = reader->next;
        error->line = sv_lines_number(reader->lines);
    }
}

static svasim_err stop(svasim_reader *reader, svasim_err err)
{
    reader->state = err;
    place_error(reader);
    return err;
}

/* The first line of a text names the format and its version. */
static svasim_err read_first_line(svasim_reader *reader)
{
    struct sv_word line;
    char shown[SV_SHOW_MAX];
    svasim_trace_error *error = &reader->error;
    svasim_err err = sv_lines_next(reader->lines, &line, error);
    if (err != SVASIM_OK)
        return err;
    if (line.at == NULL)
        return sv_trace_fail(error, SVASIM_EDATA, "file is empty (expected '%s' or a binary trace)",
                             SV_FIRST_LINE);
    sv_word_trim(&line);
    if (sv_word_is(line, SV_FIRST_LINE))
        return SVASIM_OK;
    if (line.bytes >= 4 && memcmp(line.at, SV_MAGIC, 4) == 0)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "a binary trace whose first block header is missing or corrupt");
    return sv_trace_fail(error, SVASIM_EDATA,
                         "first line is '%s' (expected '%s', or a binary trace)",
                         sv_word_show(line, shown), SV_FIRST_LINE);
}

static svasim_err recognise(svasim_reader *reader)
{
    const unsigned char *bytes;
    size_t count;
    svasim_err err = sv_source_need(reader->source, SV_MEMBER_HEAD, &bytes, &count, &reader->error);
    if (err != SVASIM_OK)
        return err;
    if (sv_blocks_recognise(bytes, count)) {
        reader->blocks = sv_blocks_create(reader->source);
        if (reader->blocks == NULL)
            return sv_trace_fail(&reader->error, SVASIM_ENOMEM, "memory is short");
        return SVASIM_OK;
    }
    bool gzip = count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    reader->lines = sv_lines_create(reader->source, gzip);
    if (reader->lines == NULL)
        return sv_trace_fail(&reader->error, SVASIM_ENOMEM, "memory is short");
    return read_first_line(reader);
}

static svasim_reader *open_reader(const char *path, const void *memory, size_t bytes,
                                  svasim_trace_error *error)
{
    svasim_trace_error unused;
    if (error == NULL)
        error = &unused;
    memset(error, 0, sizeof *error);
    error->path = path;
    size_t path_bytes = strlen(path) + 1;
    svasim_reader *reader = calloc(1, sizeof *reader);
    char *copy = malloc(path_bytes);
    if (reader == NULL || copy == NULL) {
        (void)sv_trace_fail(error, SVASIM_ENOMEM, "memory is short");
        free(copy);
        free(reader);
        return NULL;
    }
    reader->path = memcpy(copy, path, path_bytes);
    reader->next = 1;
    reader->source = sv_source_open(path, memory, bytes, &reader->error);
    svasim_err err = reader->source == NULL ? reader->error.code : recognise(reader);
    if (err == SVASIM_OK)
        return reader;
    place_error(reader);
    *error = reader->error;
    error->path = path;
    svasim_reader_close(reader);
    return NULL;
}

svasim_reader *svasim_reader_open(const char *path, svasim_trace_error *error)
{
    return open_reader(path, NULL, 0, error);
}

svasim_reader *svasim_reader_memory(const void *data, size_t bytes, const char *name,
                                    svasim_trace_error *error)
{
    return open_reader(name, data != NULL ? data : "", data != NULL ? bytes : 0, error);
}

void svasim_reader_close(svasim_reader *reader)
{
    if (reader == NULL)
        return;
    sv_blocks_destroy(reader->blocks);
    sv_lines_destroy(reader->lines);
    sv_source_close(reader->source);
    free(reader->path);
    free(reader);
}

/* Comments may hold anything but control characters. */
static svasim_err take_comment(svasim_reader *reader)
{
    char why[160];
    svasim_record *comment = &reader->comment;
    const struct sv_word *text = &reader->line.comment;
    memset(comment, 0, sizeof *comment);
    comment->kind = SVASIM_RECORD_COMMENT;
    comment->line = sv_lines_number(reader->lines);
    if (reader->line.has_comment) {
        comment->present = 1u << SVASIM_F_COMMENT_text;
        comment->blob[SVASIM_F_COMMENT_text] = (svasim_blob){text->at, (uint32_t)text->bytes};
    }
    if (!sv_record_check(comment, why, sizeof why))
        return sv_trace_fail(&reader->error, SVASIM_EDATA, "comment: %s", why);
    return SVASIM_OK;
}

/* Remember what later lines depend on. */
static svasim_err take_record(svasim_reader *reader)
{
    svasim_record *record = &reader->line.record;
    const svasim_record_info *info = svasim_record_info_of(record->kind);
    if (record->has_time && record->time < reader->last_time)
        return sv_trace_fail(&reader->error, SVASIM_EDATA,
                             "time: %" PRIu64 " lies before %" PRIu64 " of an earlier record",
                             record->time, reader->last_time);
    if (record->has_time)
        reader->last_time = record->time;
    for (unsigned slot = 0; slot < info->field_count; slot++)
        if (info->fields[slot].type == SVASIM_TYPE_ID)
            reader->last_id = record->value[slot];
    record->line = sv_lines_number(reader->lines);
    return SVASIM_OK;
}

/* Have a record ready, unless the text ends. */
static svasim_err read_line(svasim_reader *reader)
{
    struct sv_word line;
    if (reader->has_comment || reader->has_record || reader->ended)
        return SVASIM_OK;
    svasim_err err = sv_lines_next(reader->lines, &line, &reader->error);
    if (err != SVASIM_OK)
        return err;
    reader->ended = line.at == NULL;
    if (reader->ended)
        return SVASIM_OK;
    err = sv_line_parse(line, reader->last_id, &reader->line, &reader->error);
    bool has_record = reader->line.record.kind != 0;
    bool has_comment = reader->line.has_comment || !has_record;
    if (err == SVASIM_OK && has_comment)
        err = take_comment(reader);
    if (err == SVASIM_OK && has_record)
        err = take_record(reader);
    if (err != SVASIM_OK)
        return err;
    reader->has_comment = has_comment;
    reader->has_record = has_record;
    return SVASIM_OK;
}

static svasim_err next_of_text(svasim_reader *reader, const svasim_record **out)
{
    *out = NULL;
    svasim_err err = read_line(reader);
    if (err != SVASIM_OK || reader->ended)
        return err;
    svasim_record *record = reader->has_comment ? &reader->comment : &reader->line.record;
    if (reader->has_comment)
        reader->has_comment = false;
    else
        reader->has_record = false;
    record->number = reader->next++;
    *out = record;
    return SVASIM_OK;
}

svasim_err svasim_reader_next(svasim_reader *reader, const svasim_record **out)
{
    svasim_err err;
    if (reader->state != SVASIM_OK) {
        *out = NULL;
        return reader->state;
    }
    if (reader->blocks != NULL)
        err = sv_blocks_next(reader->blocks, out, &reader->error);
    else
        err = next_of_text(reader, out);
    if (err == SVASIM_OK)
        return SVASIM_OK;
    *out = NULL;
    return stop(reader, err);
}

const svasim_trace_error *svasim_reader_error(const svasim_reader *reader)
{
    return &reader->error;
}

bool svasim_reader_is_binary(const svasim_reader *reader)
{
    return reader->blocks != NULL;
}

static svasim_err seek_text(svasim_reader *reader, uint64_t number, bool *out_found)
{
    const svasim_record *record;
    svasim_err err = read_line(reader);
    while (err == SVASIM_OK && !reader->ended && reader->next < number) {
        err = next_of_text(reader, &record);
        if (err == SVASIM_OK)
            err = read_line(reader);
    }
    *out_found = !reader->ended;
    return err;
}

svasim_err svasim_reader_seek(svasim_reader *reader, uint64_t number)
{
    svasim_err err;
    bool found = false;
    if (reader->state != SVASIM_OK)
        return reader->state;
    if (number < (reader->blocks != NULL ? sv_blocks_number(reader->blocks) : reader->next))
        return SVASIM_EINVAL;
    if (reader->blocks != NULL)
        err = sv_blocks_seek(reader->blocks, number, &found, &reader->error);
    else
        err = seek_text(reader, number, &found);
    if (err != SVASIM_OK)
        return stop(reader, err);
    return found ? SVASIM_OK : SVASIM_EINVAL;
}

void svasim_reader_progress(const svasim_reader *reader, uint64_t *out_done, uint64_t *out_total)
{
    *out_done = sv_source_at(reader->source);
    *out_total = sv_source_total(reader->source);
}
