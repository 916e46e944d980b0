/* SPDX-License-Identifier: MIT */
/* fuzz_binary.c - a file of any form, recognised by content. The first byte says whether time
 * passes, and what the rest is: a whole file, or the records of one or two blocks, which are packed
 * and sealed here so that damage reaches the decoder and is not stopped by a checksum. */
#include "fuzz.h"

#include "trace/code.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTIONAL 1u
#define RECORDS    2u /* the next two bytes: how many records the first block claims to have */
#define TWO_BLOCKS 4u
#define INPUT_MAX  32768u

struct file {
    unsigned char at[4 * SV_MEMBER_MAX];
    size_t bytes;
};

static void add_block(struct file *file, uint64_t first, uint64_t count, const uint8_t *records,
                      size_t bytes)
{
    unsigned char raw[SV_RAW_FRONT + INPUT_MAX], *to = raw;
    size_t packed;
    if (first == 1) {
        memcpy(to, SV_MAGIC, SV_MAGIC_BYTES);
        to += SV_MAGIC_BYTES;
    }
    to += sv_varint_write(to, first);
    to += sv_varint_write(to, count);
    if (bytes)
        memcpy(to, records, bytes);
    struct sv_packer *packer = sv_packer_create();
    FUZZ_REQUIRE(packer);
    const unsigned char *member =
        sv_packer_pack(packer, raw, (size_t)(to - raw) + bytes, first, (uint32_t)count, &packed);
    memcpy(file->at + file->bytes, member, packed);
    file->bytes += packed;
    sv_packer_destroy(packer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct fuzz_input input = {data, bytes};
    unsigned how = (unsigned)fuzz_take(&input, 1);
    if (!(how & RECORDS)) {
        fuzz_trace(input.at, input.left, how & FUNCTIONAL);
        return 0;
    }
    uint64_t count = fuzz_take(&input, 2);
    if (input.left > INPUT_MAX)
        return 0;
    struct file *file = malloc(sizeof *file);
    FUZZ_REQUIRE(file);
    file->bytes = 0;
    size_t cut = how & TWO_BLOCKS ? input.left / 2 : input.left;
    add_block(file, 1, count, input.at, cut);
    if (how & TWO_BLOCKS && count) {
        add_block(file, count + 1, count, input.at + cut, input.left - cut);
        count *= 2;
    }
    if (count)
        add_block(file, count + 1, 0, NULL, 0);
    fuzz_trace(file->at, file->bytes, how & FUNCTIONAL);
    free(file);
    return 0;
}
