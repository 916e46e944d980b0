/* SPDX-License-Identifier: MIT */
/* bind.c - how does a PASID come to use a space, and lose it? Writes PASID entries in the order
 * that hardware reading them at the same time requires. It must not build descriptors. */
#include "sva/state.h"

#include <inttypes.h>

#define ENTRY_WORDS 8u

static svasim_err check_pasid(svasim_sva *sva, const char *act, uint32_t pasid)
{
    if (pasid >> SV_PASID_BITS != 0)
        return sv_sva_fail(sva, SVASIM_EINVAL, "%s: pasid 0x%" PRIx32 ", expected 20 bits", act,
                           pasid);
    return SVASIM_OK;
}

static svasim_err find_entry(svasim_sva *sva, const char *act, uint16_t source_id, uint32_t pasid,
                             bool create, uint64_t *out_hpa, uint64_t *words)
{
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_PASID, .source_id = source_id, .pasid = pasid};
    const svasim_layout *layout;
    svasim_err error = svasim_tables_locate(sva->tables, &ref, create, out_hpa, &layout);
    if (error != SVASIM_OK)
        return sv_sva_pass(sva, act, error);
    for (unsigned i = 0; i < ENTRY_WORDS; i++)
        words[i] = svasim_mem_read64(sva->mem, *out_hpa + i * 8u);
    return SVASIM_OK;
}

/* From the last quadword to the first, which holds P. */
static svasim_err store_entry(svasim_sva *sva, const char *act, uint64_t hpa, const uint64_t *words)
{
    for (unsigned i = ENTRY_WORDS; i-- > 0;) {
        svasim_err error = svasim_mem_write64(sva->mem, hpa + i * 8u, words[i]);
        if (error != SVASIM_OK)
            return sv_sva_fail(sva, error, "%s: PASID entry at 0x%" PRIx64 " cannot be written",
                               act, hpa);
    }
    return SVASIM_OK;
}

/* Every value fits its field except a root outside it, which the builder cannot hand out. */
static void put(const svasim_field *field, uint64_t *words, uint64_t value)
{
    (void)svasim_field_set(field, words, value);
}

static void fill_entry(const svasim_sva *sva, const struct sv_space *space, uint32_t act,
                       uint64_t *words)
{
    const struct sv_sva_fields *f = &sva->fields;
    if (space->tree.second) {
        put(f->pasid_entry_pgtt, words, SV_PGTT_SECOND);
        put(f->pasid_entry_aw, words, space->tree.levels - 2u);
        put(f->pasid_entry_ssptptr, words, space->tree.root);
    } else {
        put(f->pasid_entry_pgtt, words, SV_PGTT_FIRST);
        put(f->pasid_entry_fspm, words, space->tree.levels - 4u);
        put(f->pasid_entry_fsptptr, words, space->tree.root);
    }
    put(f->pasid_entry_did, words, space->domain_id);
    put(f->pasid_entry_pwsnp, words, sva->abilities.coherent_walks);
    put(f->pasid_entry_sre, words, (act & SVASIM_SVA_SUPERVISOR) != 0);
    put(f->pasid_entry_wpe, words, (act & SVASIM_SVA_WPE) != 0);
    put(f->pasid_entry_eafe, words, (act & SVASIM_SVA_EAFE) != 0);
    put(f->pasid_entry_p, words, 1);
}

svasim_err svasim_sva_bind(svasim_sva *sva, uint16_t source_id, uint32_t pasid, svasim_space number,
                           uint32_t act)
{
    struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    svasim_err error = check_pasid(sva, "bind", pasid);
    if (error == SVASIM_OK && (act & ~(uint32_t)SV_ACTS_OF_BIND) != 0)
        error = sv_sva_fail(sva, SVASIM_EINVAL, "bind: act 0x%" PRIx32 ", expected bits of 0x%x",
                            act, (unsigned)SV_ACTS_OF_BIND);
    if (error != SVASIM_OK)
        return error;
    if (!sv_binding_reserve(sva))
        return sv_sva_fail(sva, SVASIM_ENOMEM, "bind: no memory left to note it");
    uint64_t hpa, words[ENTRY_WORDS], entry[ENTRY_WORDS] = {0};
    error = find_entry(sva, "bind", source_id, pasid, true, &hpa, words);
    if (error != SVASIM_OK)
        return error;
    if (svasim_field_get(sva->fields.pasid_entry_p, words) != 0)
        return sv_sva_fail(sva, SVASIM_EINVAL,
                           "bind: pasid 0x%" PRIx32 ": the entry at 0x%" PRIx64
                           " is present, expected P = 0 (unbind first)",
                           pasid, hpa);
    fill_entry(sva, space, act, entry);
    error = store_entry(sva, "bind", hpa, entry);
    if (error != SVASIM_OK)
        return error;
    /* One that was left when somebody cleared P by hand. */
    uint32_t left = sv_binding_find(sva, source_id, pasid);
    if (left != SV_NONE)
        sv_binding_remove(sva, left);
    sv_binding_add(sva, source_id, pasid, number);
    if (act & SVASIM_SVA_NO_FLUSH)
        return SVASIM_OK;
    return sv_flush_bind(sva, pasid, space->domain_id);
}

svasim_err svasim_sva_unbind(svasim_sva *sva, uint16_t source_id, uint32_t pasid, uint32_t act)
{
    const struct sv_sva_fields *f = &sva->fields;
    svasim_err error = check_pasid(sva, "unbind", pasid);
    if (error == SVASIM_OK && (act & ~(uint32_t)(SVASIM_SVA_NO_FLUSH | SVASIM_SVA_FPD)) != 0)
        error = sv_sva_fail(sva, SVASIM_EINVAL, "unbind: act 0x%" PRIx32 ", expected bits of 0x%x",
                            act, (unsigned)(SVASIM_SVA_NO_FLUSH | SVASIM_SVA_FPD));
    if (error != SVASIM_OK)
        return error;
    uint32_t binding = sv_binding_find(sva, source_id, pasid);
    if (binding == SV_NONE)
        return sv_sva_fail(sva, SVASIM_EINVAL,
                           "unbind: pasid 0x%" PRIx32 " of source id 0x%04x is not bound", pasid,
                           (unsigned)source_id);
    uint64_t hpa, words[ENTRY_WORDS];
    error = find_entry(sva, "unbind", source_id, pasid, false, &hpa, words);
    if (error != SVASIM_OK)
        return error;
    put(f->pasid_entry_p, words, 0);
    error = store_entry(sva, "unbind", hpa, words);
    if (error != SVASIM_OK)
        return error;
    uint64_t pgtt = svasim_field_get(f->pasid_entry_pgtt, words);
    uint16_t domain_id = (uint16_t)svasim_field_get(f->pasid_entry_did, words);
    bool second = pgtt == SV_PGTT_SECOND || pgtt == SV_PGTT_NESTED;
    if ((act & SVASIM_SVA_NO_FLUSH) == 0)
        error = sv_flush_unbind(sva, source_id, pasid, domain_id, second);
    sv_binding_remove(sva, binding);
    uint64_t rest[ENTRY_WORDS] = {0};
    put(f->pasid_entry_fpd, rest, (act & SVASIM_SVA_FPD) != 0);
    svasim_err cleared = store_entry(sva, "unbind", hpa, rest);
    return error != SVASIM_OK ? error : cleared;
}
