/* SPDX-License-Identifier: MIT */
/* decode.c - the bytes of a block to records. The hot path of replaying: a record is the last one
 * of its lane with the changed fields replaced, and is handed out in place. Knows neither gzip
 * nor files; the bytes are hostile. */
#include <inttypes.h>
#include <string.h>

#include "trace/code.h"

void sv_decoder_begin(struct sv_decoder *d, const unsigned char *at, const unsigned char *end,
                      uint64_t first, uint64_t count)
{
    for (unsigned kind = 0; kind < SV_KINDS; kind++)
        for (unsigned lane = 0; d->touched[kind] >> lane != 0; lane++)
            if ((d->touched[kind] >> lane & 1) != 0)
                memset(&d->lanes[kind][lane], 0, sizeof d->lanes[kind][lane]);
    if (d->last_time > d->time_floor)
        d->time_floor = d->last_time;
    memset(d->touched, 0, sizeof d->touched);
    d->recipe_count = 0;
    d->last_id = 0;
    d->last_time = 0;
    d->at = at;
    d->end = end;
    d->number = first;
    d->left = count;
}

#if defined(__GNUC__)
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define lowest_bit(word)  ((unsigned)__builtin_ctzll(word))
#define ALWAYS_INLINE     inline __attribute__((always_inline))
#define NEVER_INLINE      __attribute__((noinline, cold))
#else
#define LIKELY(condition) (condition)
#define ALWAYS_INLINE     inline
#define NEVER_INLINE
static unsigned lowest_bit(uint64_t word)
{
    unsigned bit = 0;
    while ((word >> bit & 1) == 0)
        bit++;
    return bit;
}
#endif

/* What is bad about a record. */
#define BAD_CODING UINT64_C(1)
#define BAD_VALUE  UINT64_C(2)

/* A number of nine bytes and more; malformed ones set *bad and move on by ten. */
static NEVER_INLINE const unsigned char *read_long(const unsigned char *at, uint64_t *out,
                                                   uint64_t *bad)
{
    size_t bytes = sv_varint_read(at, at + 10, out);
    if (bytes != 0)
        return at + bytes;
    *out = 0;
    *bad |= BAD_CODING;
    return at + 10;
}

/* A number of any length without a branch on its length up to eight bytes: lengths of address
 * differences are random, and a mispredicted branch costs more than these shifts. Reads up to ten
 * bytes, which the slack behind the block allows. */
static ALWAYS_INLINE const unsigned char *read_number(const unsigned char *at, uint64_t *out,
                                                      uint64_t *bad)
{
    uint64_t word = load_le64(at);
    uint64_t ends = ~word & UINT64_C(0x8080808080808080);
    if (!LIKELY(ends != 0)) {
        /* Copies: what a call may write cannot stay in a register. */
        uint64_t number, worse = 0;
        at = read_long(at, &number, &worse);
        *out = number;
        *bad |= worse;
        return at;
    }
    word &= (ends ^ (ends - 1)) & UINT64_C(0x7f7f7f7f7f7f7f7f);
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    word = (word & UINT64_C(0x0fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
    *out = word;
    return at + (lowest_bit(ends) >> 3) + 1;
}

static NEVER_INLINE svasim_err fail_record(const struct sv_decoder *d, const char *why,
                                           svasim_trace_error *error)
{
    return sv_trace_fail(error, SVASIM_EDATA, "binary record: %s",
                         d->at > d->end ? "runs past the end of its block" : why);
}

/* A form is described here. NULL: the description breaks the row of its kind. */
static NEVER_INLINE const struct sv_recipe *read_form(struct sv_decoder *d, const char **why)
{
    uint64_t bad = 0, present, changed;
    const unsigned char *at = d->at;
    unsigned mark = at[0], kind = at[1] & ~SV_FORM_TIME, lane = at[2];
    bool has_time = (at[1] & SV_FORM_TIME) != 0;
    *why = "its form has no description";
    if (mark != SV_FORM_NEW)
        return NULL;
    at = read_number(at + 3, &present, &bad);
    at = read_number(at, &changed, &bad);
    d->at = at;
    *why = "its form is of an unknown kind";
    if (kind >= SV_KINDS || d->codes[kind].info == NULL || lane >= SV_LANES)
        return NULL;
    const struct sv_code *code = &d->codes[kind];
    *why = "its form has fields that its kind has not, or lacks required ones";
    if (bad != 0 || (present & ~(uint64_t)code->valid) != 0 || (code->required & ~present) != 0 ||
        (changed & ~(present & ~code->flags)) != 0)
        return NULL;
    *why = "a comment has no time";
    if (kind == SVASIM_RECORD_COMMENT && has_time)
        return NULL;
    struct sv_recipe *recipe = &d->recipes[d->recipe_count];
    if (d->recipe_count < SV_FORMS_MAX)
        d->recipe_count++;
    d->touched[kind] = (uint16_t)(d->touched[kind] | 1u << lane);
    recipe->record = &d->lanes[kind][lane];
    recipe->record->kind = (uint8_t)kind;
    recipe->code = code;
    recipe->present = (uint32_t)present;
    recipe->changed = (uint32_t)changed;
    recipe->has_time = has_time;
    return recipe;
}

/* The lane's last record had other fields: those that go away leave nothing to differ from. */
static NEVER_INLINE void reshape(const struct sv_recipe *recipe)
{
    svasim_record *record = recipe->record;
    for (unsigned slot = 0; slot < recipe->code->info->field_count; slot++) {
        uint32_t bit = 1u << slot;
        if ((recipe->present & bit) == 0) {
            record->value[slot] = 0;
            record->blob[slot] = (svasim_blob){NULL, 0};
        } else if ((recipe->code->flags & bit) != 0) {
            record->value[slot] = 1;
        }
    }
    record->present = recipe->present;
}

static ALWAYS_INLINE const unsigned char *read_time(struct sv_decoder *d, svasim_record *record,
                                                    const unsigned char *at, uint64_t *bad)
{
    uint64_t difference;
    at = read_number(at, &difference, bad);
    bool backwards = difference > UINT64_MAX - d->last_time;
    d->last_time += difference;
    if (!LIKELY(!backwards && d->last_time >= d->time_floor))
        *bad |= BAD_CODING;
    record->time = d->last_time;
    record->has_time = true;
    return at;
}

static NEVER_INLINE const unsigned char *read_blob(const struct sv_decoder *d, svasim_blob *blob,
                                                   const unsigned char *at, uint64_t *bad)
{
    uint64_t bytes;
    at = read_number(at, &bytes, bad);
    if (at > d->end || bytes > (uint64_t)(d->end - at)) {
        *bad |= BAD_CODING;
        return at;
    }
    *blob = (svasim_blob){(const char *)at, (uint32_t)bytes};
    return at + bytes;
}

/* Fields named by `changed`; differences add up, whatever they are: the result is checked. */
static ALWAYS_INLINE const unsigned char *read_fields(const struct sv_decoder *d,
                                                      const struct sv_code *code,
                                                      svasim_record *record, uint64_t changed,
                                                      const unsigned char *at, uint64_t *bad)
{
    while (changed != 0) {
        unsigned slot = lowest_bit(changed);
        changed &= changed - 1;
        if (!LIKELY((code->blobs >> slot & 1) == 0)) {
            uint64_t worse = 0;
            at = read_blob(d, &record->blob[slot], at, &worse);
            *bad |= worse;
            continue;
        }
        uint64_t number;
        at = read_number(at, &number, bad);
        unsigned pages = code->pages >> slot & 1;
        if (!LIKELY((number & (0 - (uint64_t)pages)) != 1)) {
            pages = 0;
            at = read_number(at, &number, bad);
        } else {
            unsigned in_pages = (unsigned)number & pages;
            number >>= pages;
            pages = in_pages;
        }
        record->value[slot] += sv_unzigzag(number) << (pages * SV_PAGE_BITS);
        bool outside = record->value[slot] - code->min[slot] > code->span[slot];
        *bad |= outside ? BAD_VALUE : 0;
    }
    return at;
}

/* Why a record is refused, in words: its coding is broken, or what its row says. */
static NEVER_INLINE svasim_err refuse(const struct sv_decoder *d, const svasim_record *record,
                                      uint64_t bad, svasim_trace_error *error)
{
    char why[160] = "malformed number, length or order of time";
    if ((bad & BAD_CODING) == 0)
        (void)sv_record_check(record, why, sizeof why);
    return fail_record(d, why, error);
}

svasim_err sv_decoder_next(struct sv_decoder *d, const svasim_record **out,
                           svasim_trace_error *error)
{
    const struct sv_recipe *recipe;
    unsigned form = *d->at;
    if (LIKELY(form < d->recipe_count)) {
        recipe = &d->recipes[form];
        d->at++;
    } else {
        const char *why;
        recipe = read_form(d, &why);
        if (recipe == NULL)
            return fail_record(d, why, error);
    }
    const struct sv_code *code = recipe->code;
    svasim_record *record = recipe->record;
    const unsigned char *at = d->at;
    uint64_t bad = 0;
    /* Numbers are checked on the way; what else a row asks can only break here. */
    bool unchecked = record->present != recipe->present || (recipe->changed & code->blobs) != 0;
    if (!LIKELY(record->present == recipe->present))
        reshape(recipe);
    record->has_time = false;
    record->time = 0;
    if (recipe->has_time)
        at = read_time(d, record, at, &bad);
    if (code->id_slot >= 0)
        record->value[code->id_slot] = d->last_id + 1;
    at = read_fields(d, code, record, recipe->changed, at, &bad);
    if (code->id_slot >= 0)
        d->last_id = record->value[code->id_slot];
    record->number = d->number;
    d->at = at;
    char why[160];
    if (!LIKELY(bad == 0 && at <= d->end))
        return refuse(d, record, bad, error);
    if (unchecked && !sv_record_check(record, why, sizeof why))
        return fail_record(d, why, error);
    d->number++;
    d->left--;
    *out = record;
    return SVASIM_OK;
}
