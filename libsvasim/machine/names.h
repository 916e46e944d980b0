/* SPDX-License-Identifier: MIT */
/* names.h - words and the number each stands for; grows by doubling. */
#ifndef SV_MACHINE_NAMES_H
#define SV_MACHINE_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct sv_name {
    char *text; /* NULL: free */
    uint32_t bytes, number;
};

struct sv_names {
    struct sv_name *slots;
    size_t capacity, used;
};

/* The number of a word; false if it is unknown. */
bool sv_names_find(const struct sv_names *names, const char *text, uint32_t bytes,
                   uint32_t *out_number);
/* Add a word that is not there; false if memory is short. */
bool sv_names_add(struct sv_names *names, const char *text, uint32_t bytes, uint32_t number);
void sv_names_free(struct sv_names *names);

#endif
