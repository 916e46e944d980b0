/* SPDX-License-Identifier: MIT */
/**
 * trace.h - the stimulus language: a time-ordered list of records, as text or as
 * compressed binary. A trace with `expect` records is a test.
 *
 * Record kinds and their fields are rows of svasim/records.def; reader, writer,
 * documentation and tests read that table. Format: docs/trace_format.md.
 */
#ifndef SVASIM_TRACE_H
#define SVASIM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "svasim/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Record kinds; rows of records.def. The numbers are part of the binary format. */
typedef enum svasim_record_kind {
#define RECORD(id, number, verb, meaning) SVASIM_RECORD_##id = number,
#define FIELD(id, name, type, required, meaning)
#include "svasim/records.def"
#undef RECORD
#undef FIELD
    SVASIM_RECORD_KIND_MAX = 63
} svasim_record_kind;

/** Slots of the fields of each kind: SVASIM_F_<KIND>_<FIELD>. */
#define RECORD(id, number, verb, meaning)                                                          \
    }                                                                                              \
    ;                                                                                              \
    enum { SVASIM_F_##id##_BASE_ = -1, /* so that the first field is slot 0 */
#define FIELD(id, name, type, required, meaning) SVASIM_F_##id##_##name,
enum {
    SVASIM_F_UNUSED_ = 0
#include "svasim/records.def"
};
#undef RECORD
#undef FIELD

#define SVASIM_RECORD_FIELDS_MAX 32

/** Bytes of a string or data field; not terminated. */
typedef struct svasim_blob {
    const char *data;
    uint32_t bytes;
} svasim_blob;

/** One record. Numeric fields are in `value`; text and data fields in `blob`. */
typedef struct svasim_record {
    uint64_t number;  /**< 1 for the first record of the trace */
    uint64_t line;    /**< text form: 1 for the first line; binary: 0 */
    uint64_t time;    /**< tick, valid if has_time */
    uint32_t present; /**< bit n: field slot n is given */
    uint8_t kind;     /**< svasim_record_kind */
    bool has_time;
    uint64_t value[SVASIM_RECORD_FIELDS_MAX];   /**< 0 where the field is absent */
    svasim_blob blob[SVASIM_RECORD_FIELDS_MAX]; /**< borrowed: valid until the next read */
} svasim_record;

static inline bool svasim_record_has(const svasim_record *record, unsigned slot)
{
    return (record->present >> slot & 1u) != 0;
}

/** Types of fields. */
typedef enum svasim_field_type {
    SVASIM_TYPE_HEX,    /**< number, printed as 0x... */
    SVASIM_TYPE_DEC,    /**< number, printed in decimal */
    SVASIM_TYPE_ID,     /**< like DEC; if absent in text, one more than the last one of any kind */
    SVASIM_TYPE_SID,    /**< source id, printed as bb:dd.f */
    SVASIM_TYPE_FLAG,   /**< present as a bare word: 1 */
    SVASIM_TYPE_CHOICE, /**< one of a fixed list of words; the value is the word's index */
    SVASIM_TYPE_FAULT,  /**< fault by specification name; the value is svasim_fault */
    SVASIM_TYPE_NAME,   /**< a word without blanks (blob) */
    SVASIM_TYPE_DATA,   /**< bytes as hex digits (blob) */
    SVASIM_TYPE_TEXT    /**< the rest of the line (blob); only as last field */
} svasim_field_type;

typedef struct svasim_record_field {
    const char *name;
    const char *meaning;
    const char *choices; /**< "a|b|c" of a CHOICE, else "" */
    uint64_t max;        /**< largest value of a HEX, DEC, ID, SID or FLAG; else 0 */
    uint8_t type;        /**< svasim_field_type */
    bool required;
    bool positional; /**< written without "name=" */
} svasim_record_field;

typedef struct svasim_record_info {
    const char *verb; /**< first word of the line */
    const char *meaning;
    const svasim_record_field *fields;
    uint8_t field_count;
    uint8_t kind;
} svasim_record_info;
/** Row of a kind; NULL if the number is unused. */
SVASIM_API const svasim_record_info *svasim_record_info_of(unsigned kind);

/* --- reading: text or binary is recognised by content --- */

typedef struct svasim_reader svasim_reader;

/** Where and why reading stopped. */
typedef struct svasim_trace_error {
    const char *path;     /**< as given to open; the caller's string if opening failed */
    uint64_t record;      /**< number of the record that could not be read */
    uint64_t line;        /**< text: 1-based line; binary: 0 */
    uint64_t byte_offset; /**< text: of the line; binary: of the block in the file */
    svasim_err code;      /**< SVASIM_EDATA, SVASIM_EIO or SVASIM_ENOMEM */
    char text[256];       /**< what is wrong, with field, value and what was expected */
} svasim_trace_error;

/** Open a file; "-" is standard input. NULL on error, *error tells. `error` may be NULL. */
SVASIM_API svasim_reader *svasim_reader_open(const char *path, svasim_trace_error *error);
/** Read from memory that stays valid and is not changed; `name` is used in messages. */
SVASIM_API svasim_reader *svasim_reader_memory(const void *data, size_t bytes, const char *name,
                                               svasim_trace_error *error);
SVASIM_API void svasim_reader_close(svasim_reader *reader);
/**
 * Next record.
 * @param out receives a pointer, valid until the next call; NULL at the end
 * @return SVASIM_OK; SVASIM_EDATA or SVASIM_EIO: *svasim_reader_error tells, every
 *         further call returns the same
 */
SVASIM_API svasim_err svasim_reader_next(svasim_reader *reader, const svasim_record **out);
SVASIM_API const svasim_trace_error *svasim_reader_error(const svasim_reader *reader);
/** Byte offset of the record read last: of its line, or of its block in the file. */
SVASIM_API uint64_t svasim_reader_offset(const svasim_reader *reader);
/** True for the binary form. */
SVASIM_API bool svasim_reader_is_binary(const svasim_reader *reader);
/**
 * Continue at record `number` (binary from a seekable file: jumps by the block
 * headers; else reads and drops). SVASIM_EINVAL if it lies behind or past the end.
 */
SVASIM_API svasim_err svasim_reader_seek(svasim_reader *reader, uint64_t number);
/** Size of the file and how far reading got, in bytes of the file; 0 if unknown. */
SVASIM_API void svasim_reader_progress(const svasim_reader *reader, uint64_t *out_done,
                                       uint64_t *out_total);

/* --- writing --- */

typedef struct svasim_writer svasim_writer;
typedef enum svasim_trace_form { SVASIM_FORM_TEXT, SVASIM_FORM_BINARY } svasim_trace_form;

/** Create a file; "-" is standard output. NULL on error; errno tells. */
SVASIM_API svasim_writer *svasim_writer_open(const char *path, svasim_trace_form form);
/**
 * Append. `number` and `line` are ignored.
 * @return SVASIM_EINVAL: the record breaks its row or lies before an earlier one in
 *         time; nothing was written and svasim_writer_error has the text. SVASIM_EIO:
 *         every further call returns the same.
 */
SVASIM_API svasim_err svasim_writer_put(svasim_writer *writer, const svasim_record *record);
/** Text of the last error of a put; "" if none. */
SVASIM_API const char *svasim_writer_error(const svasim_writer *writer);
/** Flush and close; the error of any earlier write is returned here too. */
SVASIM_API svasim_err svasim_writer_close(svasim_writer *writer);

/**
 * Parse one line of text into *out. Blobs point into `line`, where data bytes are
 * unpacked in place. A trailing comment is dropped. An omitted id reads as 1.
 * @return SVASIM_OK, with kind 0 for a blank line; SVASIM_EDATA: error->text
 */
SVASIM_API svasim_err svasim_record_parse(char *line, size_t bytes, svasim_record *out,
                                          svasim_trace_error *error);
/** Canonical text of a valid record without line end, cut and terminated to fit `bytes`.
    Returns the length needed without the terminator. */
SVASIM_API size_t svasim_record_format(const svasim_record *record, char *out, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
