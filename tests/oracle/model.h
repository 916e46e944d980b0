/* SPDX-License-Identifier: MIT */
/* model.h - the unit under test, fed from an arena, its answers in the oracle's words. It must not
 * know any rule of translation. */
#ifndef ORACLE_MODEL_H
#define ORACLE_MODEL_H

#include "machine.h"
#include "svasim/svasim.h"

/* The model's answer: `result` as the oracle would say it. */
struct answer {
    struct oracle_result result;
    svasim_response raw;
    uint64_t record[2]; /* the fault record that software reads; 0 if there is none */
};

struct model {
    svasim *unit;
    struct arena memory;
    uint32_t records_at;   /* offset of the only fault recording register */
    unsigned stray_writes; /* stores other than flag updates: there must be none */
};

/* The configuration of a unit with these capabilities, key by key. */
typedef void model_setter(void *to, const char *key, uint64_t value);
void model_settings(const struct oracle_caps *caps, bool caches, model_setter *set, void *to);

/* Create and enable a unit with the machine's capabilities over model->memory. False: *error says
   why not. */
bool model_open(struct model *model, const struct machine *machine, bool caches,
                const char **error);
void model_close(struct model *model);
/* False: the library refused the request as malformed. */
bool model_translate(struct model *model, const struct oracle_request *request,
                     struct answer *answer);

#endif
