/* SPDX-License-Identifier: MIT */
/* lines.c - lines of a text that is plain or inside gzip (several members in a row are one text).
 * Checks length and NUL; what a line says, it never asks. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "trace/internal.h"

/* Room for the longest line with its end, twice over, so that moving text is rare. */
#define BUFFER_BYTES (4u * SV_LINE_MAX)

struct sv_lines {
    struct sv_source *source;
    bool gzip, ended;
    bool inside; /* gzip: a member is begun and not finished */
    z_stream stream;
    uint64_t number, offset; /* of the line last looked at */
    uint64_t next_offset;
    size_t begin, end; /* text not yet handed out */
    char buffer[BUFFER_BYTES];
};

struct sv_lines *sv_lines_create(struct sv_source *source, bool gzip)
{
    struct sv_lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return NULL;
    lines->source = source;
    lines->gzip = gzip;
    if (gzip && inflateInit2(&lines->stream, 15 + 16) != Z_OK) {
        free(lines);
        return NULL;
    }
    return lines;
}

void sv_lines_destroy(struct sv_lines *lines)
{
    if (lines == NULL)
        return;
    if (lines->gzip)
        (void)inflateEnd(&lines->stream);
    free(lines);
}

static svasim_err fill_plain(struct sv_lines *lines, const unsigned char *from, size_t bytes,
                             svasim_trace_error *error)
{
    size_t room = BUFFER_BYTES - lines->end;
    if (bytes > room)
        bytes = room;
    memcpy(lines->buffer + lines->end, from, bytes);
    lines->end += bytes;
    return sv_source_skip(lines->source, bytes, error);
}

static svasim_err fill_gzip(struct sv_lines *lines, const unsigned char *from, size_t bytes,
                            svasim_trace_error *error)
{
    z_stream *stream = &lines->stream;
    if (!lines->inside)
        (void)inflateReset(stream);
    lines->inside = true;
    uInt given = bytes < UINT32_MAX ? (uInt)bytes : UINT32_MAX;
    stream->next_in = (z_const Bytef *)(uintptr_t)from;
    stream->avail_in = given;
    stream->next_out = (Bytef *)lines->buffer + lines->end;
    stream->avail_out = (uInt)(BUFFER_BYTES - lines->end);
    int result = inflate(stream, Z_NO_FLUSH);
    lines->end = BUFFER_BYTES - stream->avail_out;
    if (result == Z_STREAM_END)
        lines->inside = false;
    else if (result == Z_MEM_ERROR)
        return sv_trace_fail(error, SVASIM_ENOMEM, "memory is short");
    else if (result != Z_OK)
        return sv_trace_fail(error, SVASIM_EDATA, "gzip data is corrupt: %s",
                             stream->msg != NULL ? stream->msg : "no progress");
    return sv_source_skip(lines->source, given - stream->avail_in, error);
}

static svasim_err fill(struct sv_lines *lines, svasim_trace_error *error)
{
    const unsigned char *from;
    size_t bytes;
    svasim_err err = sv_source_need(lines->source, 1, &from, &bytes, error);
    if (err != SVASIM_OK)
        return err;
    if (lines->begin > 0) {
        memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
        lines->end -= lines->begin;
        lines->begin = 0;
    }
    if (bytes == 0) {
        lines->ended = true;
        if (lines->inside)
            return sv_trace_fail(error, SVASIM_EDATA, "gzip data is truncated");
        return SVASIM_OK;
    }
    return lines->gzip ? fill_gzip(lines, from, bytes, error)
                       : fill_plain(lines, from, bytes, error);
}

static svasim_err check_line(struct sv_word *line, svasim_trace_error *error)
{
    if (line->bytes > 0 && line->at[line->bytes - 1] == '\r')
        line->bytes--;
    if (line->bytes > SV_LINE_MAX)
        return sv_trace_fail(error, SVASIM_EDATA, "line is longer than %u bytes", SV_LINE_MAX);
    const char *nul = line->bytes > 0 ? memchr(line->at, '\0', line->bytes) : NULL;
    if (nul != NULL)
        return sv_trace_fail(error, SVASIM_EDATA, "byte %zu of the line is NUL (expected text)",
                             (size_t)(nul - line->at) + 1);
    return SVASIM_OK;
}

svasim_err sv_lines_next(struct sv_lines *lines, struct sv_word *out, svasim_trace_error *error)
{
    size_t searched = 0;
    lines->number++;
    lines->offset = lines->next_offset;
    *out = (struct sv_word){NULL, 0};
    for (;;) {
        char *at = lines->buffer + lines->begin;
        size_t bytes = lines->end - lines->begin;
        char *newline = bytes > searched ? memchr(at + searched, '\n', bytes - searched) : NULL;
        bool last = newline == NULL && lines->ended;
        if (last && bytes == 0)
            return SVASIM_OK;
        if (newline != NULL || last || bytes > SV_LINE_MAX + 1) {
            *out = (struct sv_word){at, newline != NULL ? (size_t)(newline - at) : bytes};
            size_t used = out->bytes + (newline != NULL);
            svasim_err err = check_line(out, error);
            lines->begin += used;
            lines->next_offset += used;
            return err;
        }
        searched = bytes;
        svasim_err err = fill(lines, error);
        if (err != SVASIM_OK)
            return err;
    }
}

uint64_t sv_lines_number(const struct sv_lines *lines)
{
    return lines->number;
}

uint64_t sv_lines_offset(const struct sv_lines *lines)
{
    return lines->offset;
}
