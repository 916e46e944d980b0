/* SPDX-License-Identifier: MIT */
/* writer.c - the public writer: records that obey their row go out as lines or as blocks, in
 * large writes; the first failure stays. Knows neither form in detail. */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/code.h"

/* Lines are collected up to this many bytes. */
#define LINES_BYTES 65536u

struct svasim_writer {
    int file;
    bool owned;
    svasim_trace_form form;
    svasim_err state;
    uint64_t first;             /* number of the first record of the block in hand */
    uint64_t last_time;         /* of any record so far */
    struct sv_encoder *encoder; /* binary form, else NULL */
    struct sv_packer *packer;
    size_t bytes; /* of `lines` */
    char why[192];
    char lines[]; /* text form: LINES_BYTES, and room for one more line */
};

static void release(svasim_writer *writer)
{
    sv_packer_destroy(writer->packer);
    free(writer->encoder);
    free(writer);
}

static svasim_writer *create(svasim_trace_form form)
{
    size_t lines = form == SVASIM_FORM_TEXT ? LINES_BYTES + SV_FORMAT_MAX : 0;
    svasim_writer *writer = calloc(1, sizeof *writer + lines);
    if (writer == NULL)
        return NULL;
    writer->file = -1;
    writer->form = form;
    writer->first = 1;
    if (form == SVASIM_FORM_TEXT) {
        writer->bytes = strlen(SV_FIRST_LINE "\n");
        memcpy(writer->lines, SV_FIRST_LINE "\n", writer->bytes);
        return writer;
    }
    writer->encoder = calloc(1, sizeof *writer->encoder);
    writer->packer = sv_packer_create();
    if (writer->encoder == NULL || writer->packer == NULL) {
        release(writer);
        return NULL;
    }
    sv_codes_fill(writer->encoder->codes);
    sv_encoder_begin(writer->encoder);
    return writer;
}

svasim_writer *svasim_writer_open(const char *path, svasim_trace_form form)
{
    svasim_writer *writer = create(form);
    if (writer == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    writer->owned = strcmp(path, "-") != 0;
    writer->file = STDOUT_FILENO;
    if (writer->owned)
        writer->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->file < 0) {
        int number = errno;
        release(writer);
        errno = number;
        return NULL;
    }
    return writer;
}

static svasim_err fail(svasim_writer *writer, const char *text)
{
    writer->state = SVASIM_EIO;
    (void)snprintf(writer->why, sizeof writer->why, "cannot write: %s", text);
    return SVASIM_EIO;
}

static svasim_err write_all(svasim_writer *writer, const void *from, size_t bytes)
{
    const char *at = from;
    while (bytes > 0) {
        ssize_t done = write(writer->file, at, bytes);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(writer, strerror(errno));
        at += done;
        bytes -= (size_t)done;
    }
    return SVASIM_OK;
}

/* The records in hand as one member; without records it is the end block. */
static svasim_err flush_block(svasim_writer *writer)
{
    struct sv_encoder *encoder = writer->encoder;
    unsigned char front[SV_RAW_FRONT];
    size_t length = 0, member_bytes;
    if (writer->first == 1) {
        memcpy(front, SV_MAGIC, SV_MAGIC_BYTES);
        length = SV_MAGIC_BYTES;
    }
    length += sv_varint_write(front + length, writer->first);
    length += sv_varint_write(front + length, encoder->count);
    unsigned char *raw = encoder->raw + SV_RAW_FRONT - length;
    memcpy(raw, front, length);
    size_t bytes = encoder->bytes - SV_RAW_FRONT + length;
    const unsigned char *member =
        sv_packer_pack(writer->packer, raw, bytes, writer->first, encoder->count, &member_bytes);
    writer->first += encoder->count;
    sv_encoder_begin(encoder);
    return write_all(writer, member, member_bytes);
}

static svasim_err flush_lines(svasim_writer *writer)
{
    size_t bytes = writer->bytes;
    writer->bytes = 0;
    return write_all(writer, writer->lines, bytes);
}

static svasim_err put_line(svasim_writer *writer, const svasim_record *record)
{
    writer->bytes += svasim_record_format(record, writer->lines + writer->bytes, SV_FORMAT_MAX);
    writer->lines[writer->bytes++] = '\n';
    return writer->bytes < LINES_BYTES ? SVASIM_OK : flush_lines(writer);
}

svasim_err svasim_writer_put(svasim_writer *writer, const svasim_record *record)
{
    if (writer->state != SVASIM_OK)
        return writer->state;
    if (!sv_record_check(record, writer->why, sizeof writer->why))
        return SVASIM_EINVAL;
    if (record->has_time && record->time < writer->last_time) {
        (void)snprintf(writer->why, sizeof writer->why,
                       "time: %" PRIu64 " lies before %" PRIu64 " of an earlier record",
                       record->time, writer->last_time);
        return SVASIM_EINVAL;
    }
    if (record->has_time)
        writer->last_time = record->time;
    if (writer->form == SVASIM_FORM_TEXT)
        return put_line(writer, record);
    sv_encoder_put(writer->encoder, record);
    return writer->encoder->bytes < SV_RAW_TARGET ? SVASIM_OK : flush_block(writer);
}

const char *svasim_writer_error(const svasim_writer *writer)
{
    return writer->why;
}

svasim_err svasim_writer_close(svasim_writer *writer)
{
    if (writer == NULL)
        return SVASIM_OK;
    if (writer->state == SVASIM_OK && writer->form == SVASIM_FORM_TEXT)
        (void)flush_lines(writer);
    if (writer->state == SVASIM_OK && writer->encoder != NULL && writer->encoder->count > 0)
        (void)flush_block(writer);
    if (writer->state == SVASIM_OK && writer->encoder != NULL)
        (void)flush_block(writer);
    if (writer->owned && close(writer->file) != 0)
        writer->state = SVASIM_EIO;
    svasim_err err = writer->state;
    release(writer);
    return err;
}
