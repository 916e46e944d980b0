/* SPDX-License-Identifier: MIT */
/* code.h - the binary form as constants, and what its encoder and decoder remember between the
 * records of a block. Every byte is described in docs/trace_format.md. */
#ifndef SV_TRACE_CODE_H
#define SV_TRACE_CODE_H

#include "base/bits.h"
#include "trace/internal.h"

/* --- gzip member that holds one block: fixed head, deflate data, CRC32 and ISIZE --- */

#define SV_MEMBER_HEAD 32u
#define SV_MEMBER_TAIL 8u
/* Its first 16 bytes, always the same: gzip with FEXTRA of 20 bytes, no time, unknown system, and
 * one subfield 'S' 'V' of 16 bytes. */
#define SV_MEMBER_BEGIN "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x14\0SV\x10\0"
/* Offsets in the head, inside the FEXTRA subfield 'S' 'V'. */
#define SV_HEAD_SIZE  16u /* u32: bytes of the member */
#define SV_HEAD_FIRST 20u /* u64: number of its first record */
#define SV_HEAD_COUNT 28u /* u32: records in it */

/* Records that are hard to predict leave deflate little to find, and reading its single symbols
 * back costs more than all the rest: a block is deflated only if that saves one part in
 * SV_DEFLATE_WORTH. Higher levels take twice the time for a tenth of the size. */
#define SV_DEFLATE_LEVEL 3
#define SV_DEFLATE_WORTH 4u

/* A block is closed when it reaches the target; one record never needs more than the rest. */
#define SV_RAW_TARGET 65536u
#define SV_RAW_MAX    131072u
#define SV_MEMBER_MAX 133120u
/* Zero bytes after a block in the decoder's buffer: the longest record without blobs is shorter,
 * and zeros end any number, so a record needs one bounds check at its end. */
#define SV_RAW_SLACK 512u

/* --- content of a block --- */

#define SV_MAGIC       "SVTR\x01" /* before the first block */
#define SV_MAGIC_BYTES 5u
/* Room before the records for magic, number of the first record and count. */
#define SV_RAW_FRONT 32u

/* A record begins with the number of its form; this byte says that the form is described here. */
#define SV_FORM_NEW  0xffu
#define SV_FORMS_MAX 240u
/* In a description: the kind's byte says that records of the form have a time. */
#define SV_FORM_TIME 0x80u
/* Each kind has this many lanes; a record is coded against the last one of its lane. */
#define SV_LANES 16u

/* The row of a kind, as bits by slot. */
struct sv_code {
    const svasim_record_info *info; /* NULL: no such kind */
    uint32_t valid, required, blobs, flags;
    uint32_t pages;  /* fields whose difference may be counted in pages */
    uint32_t stream; /* fields that tell one stream of records from another */
    int id_slot;     /* slot of the id, or -1 */
    uint64_t min[SVASIM_RECORD_FIELDS_MAX], span[SVASIM_RECORD_FIELDS_MAX];
};
/* Fill `codes` from the record table. */
void sv_codes_fill(struct sv_code codes[SV_KINDS]);

/* Bits of a page offset: differences that are multiples of 4 KiB are stored without them. */
#define SV_PAGE_BITS 12u

static inline uint64_t sv_zigzag(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t sv_unzigzag(uint64_t code)
{
    return code >> 1 ^ (0 - (code & 1));
}

/* --- encode.c --- */

/* What a record has in common with others of its lane: one byte stands for all of this. */
struct sv_form {
    uint32_t present, changed; /* bits by slot */
    uint8_t kind, lane;
    bool has_time;
};

struct sv_encoder {
    struct sv_code codes[SV_KINDS];
    struct sv_form forms[SV_FORMS_MAX];
    unsigned form_count;
    uint8_t form_at[1024]; /* hash table: index into `forms` plus one */
    struct {
        svasim_record last; /* blobs point into `raw` */
        uint64_t stream;    /* hash of the fields that tell streams apart; 0: unused */
        uint64_t used;      /* larger is later */
    } lanes[SV_KINDS][SV_LANES];
    uint64_t last_id, last_time, uses;
    uint64_t touched; /* kinds with lanes in use */
    uint32_t count;   /* records in the block */
    size_t bytes;     /* used of `raw`; the records begin at SV_RAW_FRONT */
    unsigned char raw[SV_RAW_MAX];
};
/* Begin a block; `codes` are filled once. */
void sv_encoder_begin(struct sv_encoder *encoder);
/* Append a record that obeys its row; there is room if `bytes` < SV_RAW_TARGET. */
void sv_encoder_put(struct sv_encoder *encoder, const svasim_record *record);
/* LEB128. Returns the bytes written, at most 10. */
size_t sv_varint_write(unsigned char *to, uint64_t value);

/* --- decode.c --- */

/* A form as the decoder needs it. */
struct sv_recipe {
    svasim_record *record; /* last one of the lane */
    const struct sv_code *code;
    uint32_t present, changed;
    bool has_time;
};

struct sv_decoder {
    const unsigned char *at, *end;
    uint64_t number; /* of the next record */
    uint64_t left;   /* records left in the block */
    uint64_t last_id, last_time;
    uint64_t time_floor; /* time of the last timed record of earlier blocks */
    unsigned recipe_count;
    struct sv_recipe recipes[SV_FORMS_MAX + 1]; /* the last one: described and not kept */
    struct sv_code codes[SV_KINDS];
    uint16_t touched[SV_KINDS]; /* lanes that are not clear */
    svasim_record lanes[SV_KINDS][SV_LANES];
};
/* Begin a block of `count` records in [at, end), SV_RAW_SLACK zero bytes behind it. */
void sv_decoder_begin(struct sv_decoder *decoder, const unsigned char *at, const unsigned char *end,
                      uint64_t first, uint64_t count);
/* The next record; `left` is not 0. SVASIM_EDATA: error->text. */
svasim_err sv_decoder_next(struct sv_decoder *decoder, const svasim_record **out,
                           svasim_trace_error *error);
/* LEB128 of a number in [at, end): bytes used, 0 if it is malformed. */
size_t sv_varint_read(const unsigned char *at, const unsigned char *end, uint64_t *out);

/* --- blocks.c: members of the file to blocks --- */

struct sv_blocks;
/* True if the bytes begin like a member of the binary form. */
bool sv_blocks_recognise(const unsigned char *bytes, size_t count);
struct sv_blocks *sv_blocks_create(struct sv_source *source);
void sv_blocks_destroy(struct sv_blocks *blocks);
/* The next record; NULL after the last. */
svasim_err sv_blocks_next(struct sv_blocks *blocks, const svasim_record **out,
                          svasim_trace_error *error);
/* Go to record `number`, which is not behind; *out_found tells if it exists. */
svasim_err sv_blocks_seek(struct sv_blocks *blocks, uint64_t number, bool *out_found,
                          svasim_trace_error *error);
/* Number of the next record, and the offset of the block in hand. */
uint64_t sv_blocks_number(const struct sv_blocks *blocks);
uint64_t sv_blocks_offset(const struct sv_blocks *blocks);

/* --- member.c: a block to a gzip member --- */

struct sv_packer;
struct sv_packer *sv_packer_create(void);
void sv_packer_destroy(struct sv_packer *packer);
/* Pack `bytes` of raw block. *out is the packer's, good until the next call. */
const unsigned char *sv_packer_pack(struct sv_packer *packer, const unsigned char *raw,
                                    size_t bytes, uint64_t first, uint32_t count,
                                    size_t *out_bytes);

#endif
