/* SPDX-License-Identifier: MIT */
/* internal.h - what the files of this room share: words of a line, rows of the record table,
 * checks, and where bytes come from. Nothing here knows the binary form (see code.h). */
#ifndef SV_TRACE_INTERNAL_H
#define SV_TRACE_INTERNAL_H

#include <stdio.h>

#include "svasim/trace.h"

/* Longest line without its end, and the most characters that the words, data digits and text of
 * one record may have together. The difference leaves room for the numbers of any record, so
 * that whatever is read can also be written. */
#define SV_LINE_MAX    65536u
#define SV_PAYLOAD_MAX 61440u
/* No canonical line is longer, with its terminator. */
#define SV_FORMAT_MAX 65536u

#define SV_FIRST_LINE   "svasim-trace 1"
#define SV_KINDS        64u
#define SV_OPERANDS_MAX 48u

/* A piece of a line. */
struct sv_word {
    char *at;
    size_t bytes;
};

#if defined(__GNUC__)
#define SV_PRINTF(text, arguments) __attribute__((format(printf, text, arguments)))
#else
#define SV_PRINTF(text, arguments)
#endif

/* --- words.c --- */

/* Set code and text of *error; returns code. Positions are the reader's to fill in. */
svasim_err sv_trace_fail(svasim_trace_error *error, svasim_err code, const char *format, ...)
    SV_PRINTF(3, 4);
/* Cut the next word between blanks off the front of *rest; false at the end. */
bool sv_word_next(struct sv_word *rest, struct sv_word *out);
void sv_word_trim(struct sv_word *word);
bool sv_word_is(struct sv_word word, const char *text);
/* Split "name=value"; false if there is no '='. */
bool sv_word_split(struct sv_word word, struct sv_word *name, struct sv_word *value);
/* The word for a message: clipped, control bytes shown as '?'. Returns `out`. */
#define SV_SHOW_MAX 48
const char *sv_word_show(struct sv_word word, char out[SV_SHOW_MAX]);
/* Number in decimal or 0x with '_' between digits; NULL, or what was expected instead. */
const char *sv_word_number(struct sv_word word, uint64_t *out);
/* Source id bb:dd.f. */
bool sv_word_sid(struct sv_word word, uint64_t *out);
/* Hexadecimal digits to bytes, in place; returns the count, 0 if malformed. */
size_t sv_word_unpack(struct sv_word word);
/* How different two words are: insertions, deletions and changes; large if not similar. */
unsigned sv_word_distance(struct sv_word word, const char *text);
/* Is the name close enough to suggest? Keeps the best of several calls in *best. */
struct sv_guess {
    const char *text;
    unsigned distance;
};
void sv_guess_offer(struct sv_guess *guess, struct sv_word word, const char *text);
/* "; did you mean 'x'?" or "". */
const char *sv_guess_text(const struct sv_guess *guess, char out[64]);

/* --- records.c --- */

const svasim_record_info *sv_record_find(struct sv_word verb);
/* Slot of a field, or -1. */
int sv_field_find(const svasim_record_info *info, struct sv_word name);
unsigned sv_choice_count(const svasim_record_field *field);
/* Index of a word, or -1. */
int sv_choice_find(const svasim_record_field *field, struct sv_word word);
/* Word number `index`, which exists. */
struct sv_word sv_choice_at(const svasim_record_field *field, unsigned index);
bool sv_field_is_blob(const svasim_record_field *field);
/* Smallest and largest value of a numeric field. */
uint64_t sv_field_min(const svasim_record_field *field);
uint64_t sv_field_max(const svasim_record_field *field);

/* --- check.c --- */

/* Does the record obey its row? If not, say why. */
bool sv_record_check(const svasim_record *record, char *why, size_t why_bytes);

/* --- parse.c, operand.c --- */

/* What a line gave: the record (kind 0 if there is none) and the text after '#'. */
struct sv_line {
    svasim_record record;
    struct sv_word comment;
    bool has_comment;
};
/* `last_id` is the id that an omitted one follows. `line` is changed (data is unpacked). */
svasim_err sv_line_parse(struct sv_word line, uint64_t last_id, struct sv_line *out,
                         svasim_trace_error *error);
/* Words of a submit or inv record that its row does not know: the operand by field names. */
svasim_err sv_operand_parse(svasim_record *record, const struct sv_word *words, unsigned count,
                            svasim_trace_error *error);

/* --- format.c --- */

/* Text that grows up to a limit; `length` counts on beyond it. */
struct sv_text {
    char *at;
    size_t room, length;
};
void sv_text_put(struct sv_text *text, const char *from, size_t bytes);
void sv_text_print(struct sv_text *text, const char *format, ...) SV_PRINTF(2, 3);
/* The operand by field names, each with a blank before; false if only raw quadwords can say it. */
bool sv_operand_format(const svasim_record *record, struct sv_text *text);

/* --- source.c: bytes of a file, pipe or memory through one window --- */

struct sv_source;
/* `bytes` of `memory` if it is not NULL, else the file `path`. NULL: *error tells. */
struct sv_source *sv_source_open(const char *path, const void *memory, size_t bytes,
                                 svasim_trace_error *error);
void sv_source_close(struct sv_source *source);
/* Have at least `want` (up to SV_SOURCE_WINDOW) bytes contiguous if the input has them. */
#define SV_SOURCE_WINDOW (256u * 1024u)
svasim_err sv_source_need(struct sv_source *source, size_t want, const unsigned char **out,
                          size_t *out_bytes, svasim_trace_error *error);
/* Move on. Jumps where the input can; it may then lie past the end, which shows as no bytes. */
svasim_err sv_source_skip(struct sv_source *source, uint64_t bytes, svasim_trace_error *error);
/* Offset of the next byte, and the size of the input (0 if unknown). */
uint64_t sv_source_at(const struct sv_source *source);
uint64_t sv_source_total(const struct sv_source *source);

/* --- lines.c: lines of text, plain or inside gzip --- */

struct sv_lines;
struct sv_lines *sv_lines_create(struct sv_source *source, bool gzip);
void sv_lines_destroy(struct sv_lines *lines);
/* The next line without its end, good until the next call; at == NULL at the end. */
svasim_err sv_lines_next(struct sv_lines *lines, struct sv_word *out, svasim_trace_error *error);
/* Number and offset of the line that sv_lines_next last looked at. */
uint64_t sv_lines_number(const struct sv_lines *lines);
uint64_t sv_lines_offset(const struct sv_lines *lines);

/* --- describe.c --- */

/* Markdown tables of all records, for the documentation. Nonzero: writing failed. */
SVASIM_API int sv_trace_print_records(FILE *out);

#endif
