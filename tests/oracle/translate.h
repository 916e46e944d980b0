/* SPDX-License-Identifier: MIT */
/* translate.h - what should a remapping unit answer to one request? A second, naive reading of the
 * specification: no caches, no clock, no code or table of the library. It must not know the model:
 * names, codes and bit positions are typed here again. */
#ifndef ORACLE_TRANSLATE_H
#define ORACLE_TRANSLATE_H

#include <stdbool.h>
#include <stdint.h>

/* Capabilities, by their specification names in lower case. */
struct oracle_caps {
    unsigned haw, mgaw;    /* bits */
    unsigned sagaw, sslps; /* bitmaps as in the register */
    unsigned pss, nd, major;
    bool zlr, fs1gp, fs5lp, dt, pt, sc, mts, nest, prs, ers, srs, nwfs, eafs, pasid;
    bool smts, ssads, ssts, fsts, smpwcs, rps, adms, rprivs, hpts, ptrs, ssirws;
};

/* What software latched with the last root pointer command. */
struct oracle_regs {
    uint64_t rta;
    unsigned ttm;
    bool ssirwe, tes;
};

enum { ORACLE_READ, ORACLE_WRITE, ORACLE_ATOMIC };
enum { ORACLE_UNTRANSLATED, ORACLE_TRANSLATION, ORACLE_TRANSLATED, ORACLE_AT3 };

struct oracle_request {
    uint64_t address;
    uint32_t length, pasid;
    uint16_t sid;
    uint8_t op, at;
    bool has_pasid, pr, er, nw;
};

/* Physical memory; nonzero = the access failed. `update` sets bits of a quadword atomically. */
struct oracle_memory {
    void *host;
    int (*read)(void *host, uint64_t hpa, uint64_t *out);
    int (*update)(void *host, uint64_t hpa, uint64_t set);
};

enum { ORACLE_OK, ORACLE_UR, ORACLE_CA };

struct oracle_result {
    const char *fault; /* "SPT.6"; "" if none */
    uint64_t address, page_bytes;
    uint16_t domain_id;
    uint8_t code, status;
    bool logged, r, w, priv, u;
    bool snoop;     /* the access must snoop */
    bool interrupt; /* an interrupt message, not DMA */
    bool no_data;   /* completes, but address and size mean nothing */
};

struct oracle_result oracle_translate(const struct oracle_caps *caps,
                                      const struct oracle_regs *regs,
                                      const struct oracle_memory *memory,
                                      const struct oracle_request *request);

/* Name of row `index` of the fault conditions known here; NULL past the end. */
const char *oracle_fault_name(unsigned index);

#endif
