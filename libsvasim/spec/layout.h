/* SPDX-License-Identifier: MIT */
/* layout.h - layouts.def and caps.def as C: capability bits, layout numbers, and for each field
 * `sv_<layout>_<field>(words)` and `sv_<layout>_<field>_mask()`. Words are host-order quadwords. */
#ifndef SV_SPEC_LAYOUT_H
#define SV_SPEC_LAYOUT_H

#include "base/bits.h"
#include "svasim/facts.h"

enum sv_cap {
#define CAP(id, name, reg, bit, initial, meaning) SV_CAP_##id,
#include "spec/caps.def"
#undef CAP
    SV_CAP_COUNT
};
#define SV_CAP_BIT(id) (UINT64_C(1) << SV_CAP_##id)

enum sv_layout_id {
#define LAYOUT_BEGIN(layout, words, title, section) SV_LAYOUT_##layout,
#define LAYOUT_END(layout)
#define FIELD(layout, name, word, hi, lo, spec, caps, meaning)
#define ADDR(layout, name, word, hi, lo, spec, caps, meaning)
#define WIDE(layout, name, word, hi, lo, spec, caps, meaning)
#define DOMAIN_ID(layout, name, word, hi, lo, spec, caps, meaning)
#define RSVD(layout, word, hi, lo)
#define IGN(layout, word, hi, lo)
#include "spec/layouts.def"
#undef LAYOUT_BEGIN
#undef FIELD
#undef ADDR
#undef WIDE
#undef DOMAIN_ID
    SV_LAYOUT_COUNT
};

#define LAYOUT_BEGIN(layout, words, title, section)
#define FIELD(layout, name, word, hi, lo, spec, caps, meaning)                                     \
    static inline uint64_t sv_##layout##_##name(const uint64_t *words)                             \
    {                                                                                              \
        return bits_get(words[word], hi, lo);                                                      \
    }                                                                                              \
    static inline uint64_t sv_##layout##_##name##_mask(void)                                       \
    {                                                                                              \
        return bits_mask(hi, lo);                                                                  \
    }
#define ADDR(layout, name, word, hi, lo, spec, caps, meaning)                                      \
    static inline uint64_t sv_##layout##_##name(const uint64_t *words)                             \
    {                                                                                              \
        return words[word] & bits_mask(hi, lo);                                                    \
    }                                                                                              \
    static inline uint64_t sv_##layout##_##name##_mask(void)                                       \
    {                                                                                              \
        return bits_mask(hi, lo);                                                                  \
    }
#define WIDE      ADDR
#define DOMAIN_ID FIELD
#include "spec/layouts.def"
#undef LAYOUT_BEGIN
#undef LAYOUT_END
#undef FIELD
#undef ADDR
#undef WIDE
#undef DOMAIN_ID
#undef RSVD
#undef IGN

/* Bits of every quadword of a layout that must be 0, given the unit's capabilities. `out` holds
 * as many quadwords as the layout. */
void sv_reserved_masks(enum sv_layout_id layout, uint64_t caps, unsigned haw, unsigned did_width,
                       uint64_t *out);

#endif
