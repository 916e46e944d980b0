/* SPDX-License-Identifier: MIT */
/* player.h - test vectors (docs/vectors.md) put through a unit: what the files of this example
 * share. To try another model of a unit, replace world.c and the calls of it in steps.c. */
#ifndef PLAYER_H
#define PLAYER_H

#include <jansson.h>

#include <svasim/front.h>
#include <svasim/svasim.h>

/* The unit under test and all around it: nothing here comes from anywhere but the vectors. */
struct world {
    svasim_mem *mem;
    svasim_front *front;  /* the memory as the unit meets it: errors, lines in CPU caches */
    svasim_ports through; /* of the front */
    svasim_config *config;
    svasim *unit;
    const json_t *answers;   /* device_invalidations of the step: says what devices answer */
    json_t *effects;         /* what the unit did in this step, as in `expect` */
    json_t *messages, *told; /* since the last count of them */
};

/* What the unit under test has otherwise: `--set key=value`. */
struct setting {
    const char *key, *value;
};

/* One file. */
struct player {
    struct world world;
    const struct setting *settings; /* of a unit that is another one than the vectors' */
    int other;
    const char *path, *name;
    unsigned long line, step;
    unsigned long steps, requests, differences;
    json_t *registers; /* offset as text: what it must read */
};

/* world.c */
const char *world_open(struct world *world, const json_t *header,
                       const struct setting *settings); /* NULL, or what is wrong */
void world_close(struct world *world);
const char *world_store(struct world *world, const json_t *run, const char *by, int kept);

/* steps.c: do what a step says. `expect` and `internal` get what came of it, in the form of the
   step's own. Returns NULL, or what is wrong with the step. */
const char *step_do(struct world *world, const json_t *step, json_t *expect, json_t *internal);

/* answers.c */
json_t *answer_expect(const svasim_request *request, const svasim_response *response);
json_t *answer_internal(svasim *unit, const svasim_request *request,
                        const svasim_response *response);
json_t *answer_fault(unsigned fault);

/* compare.c: each difference is printed and counted. */
void compare(struct player *player, const char *part, const json_t *wanted, const json_t *got);
/* Registers read what the vectors said so far; those that `told` names have changed. With `free`
   they may read anything, which is what they are expected to read from now on. */
void compare_registers(struct player *player, const json_t *told, const json_t *records, int free);

/* schema.c: NULL, or why `value` is not what the schema allows; `where` gets the place. */
const char *schema_check(const json_t *root, const json_t *schema, const json_t *value,
                         char where[256]);

/* values */
uint64_t number(const json_t *object, const char *key);  /* integer, or "0x..." */
const char *text(const json_t *object, const char *key); /* "" if there is none */
int flag(const json_t *object, const char *key);
json_t *hex(uint64_t value);
json_t *pasid_value(uint32_t pasid);
uint32_t pasid_of(const json_t *object);

#endif
