/* SPDX-License-Identifier: MIT */
/* memory.c - reads that are not one plain access: long ones in pieces between which software's
 * stores can land (the specification promises 16 bytes at once, chapter 9), and those that do not
 * snoop the CPU's caches (section 3.10). */
#include "uarch/core.h"

void sv_core_memory_init(struct sv_core *core, const svasim_config *config)
{
    core->piece_bytes = 64u >> config->value[SV_KEY_PIECE];
    core->plain_bytes = core->ports.read_unsnooped ? 0 : core->piece_bytes;
}

static int read_one(const struct sv_core *core, bool snoops, uint64_t hpa, void *out,
                    uint32_t bytes)
{
    const svasim_ports *ports = &core->ports;
    bool plain = snoops || !ports->read_unsnooped;
    return (plain ? ports->read : ports->read_unsnooped)(ports->host, hpa, out, bytes);
}

int sv_core_fetch(const struct sv_core *core, bool snoops, uint64_t hpa, void *out, uint32_t bytes)
{
    unsigned char *to = out;
    int failed = 0;
    for (uint32_t done = 0; done < bytes; done += core->piece_bytes) {
        uint32_t left = bytes - done;
        failed |= read_one(core, snoops, hpa + done, to + done,
                           left < core->piece_bytes ? left : core->piece_bytes);
    }
    return failed;
}

bool sv_core_read_piece(const struct sv_core *core, struct sv_walk *walk, unsigned index)
{
    uint32_t at = index * core->piece_bytes, left = walk->bytes - at;
    uint32_t bytes = left < core->piece_bytes ? left : core->piece_bytes;
    uint64_t *words = walk->words + at / 8;
    bool ok = read_one(core, sv_walk_snoops(walk), walk->hpa + at, words, bytes) == 0;
    walk->ok = ok && (index == 0 || walk->ok);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (unsigned i = 0; i < bytes / 8u; i++)
        words[i] = load_le64(&words[i]);
#endif
    return left > bytes;
}
