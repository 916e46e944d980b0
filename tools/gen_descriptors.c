/* SPDX-License-Identifier: MIT */
/* gen_descriptors.c - traces of descriptors on a shared work queue: copies in sequence, a mix of
 * operations, and a kernel client with a supervisor PASID. */
#include "gen.h"
#include "svasim/sva.h"

#include <string.h>

#define RECORD_BYTES 32
#define RECORD_SLOTS 128 /* one page of completion records, used in turn */
#define LISTS        16  /* batches that the mix submits, prepared once */
#define LIST_LENGTH  4
#define LIST_BASE    (GEN_RECORDS + 4096)

/* Where the operands of a client lie: sources, destinations and second destinations. */
struct client {
    uint64_t source, target, target2, records;
    uint64_t bytes; /* of each */
    uint64_t pasid;
    bool supervisor;
};

static struct client user_client(struct gen *gen)
{
    uint64_t bytes = cli_gen_whole_pages(gen, gen->window);
    cli_gen_device(gen);
    cli_gen_space(gen, "app", "user");
    cli_gen_map(gen, "app", GEN_RECORDS, 2 * 4096, 0, false);
    cli_gen_map(gen, "app", GEN_USER, 3 * bytes, gen->page, false);
    cli_gen_bind(gen, "app", 1, false);
    return (struct client){.source = GEN_USER,
                           .target = GEN_USER + bytes,
                           .target2 = GEN_USER + 2 * bytes,
                           .records = GEN_RECORDS,
                           .bytes = bytes,
                           .pasid = 1};
}

static uint64_t record_address(const struct gen *gen, const struct client *client)
{
    return client->records + gen->made % RECORD_SLOTS * RECORD_BYTES;
}

static void submit(struct gen *gen, const struct client *client, struct gen_descriptor *descriptor)
{
    cli_descriptor_record(descriptor, record_address(gen, client));
    cli_gen_submit(gen, descriptor, client->pasid, client->supervisor);
}

int cli_gen_copies(struct gen *gen)
{
    struct client client = user_client(gen);
    uint64_t steps = client.bytes / gen->size;
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        struct gen_descriptor descriptor = cli_descriptor("memmove");
        uint64_t offset = gen->made % steps * gen->size;
        cli_descriptor_set(&descriptor, "src", client.source + offset);
        cli_descriptor_set(&descriptor, "dst", client.target + offset);
        cli_descriptor_set(&descriptor, "size", gen->size);
        submit(gen, &client, &descriptor);
    }
    return gen->to->code;
}

/* A place for `bytes` in a region, on a cache line. */
static uint64_t place(struct gen *gen, const struct client *client, uint64_t bytes)
{
    return cli_random_below(gen, (client->bytes - bytes) / 64 + 1) * 64;
}

int cli_gen_supervisor(struct gen *gen)
{
    svasim_sva_setup setup = svasim_sva_setup_default();
    uint64_t bytes = cli_gen_whole_pages(gen, gen->window);
    struct client client = {.bytes = bytes, .pasid = 1, .supervisor = true};
    cli_gen_device(gen);
    cli_gen_space(gen, "kernel", "kernel");
    if (cli_gen_page_bytes(gen) == setup.direct_map_page) {
        /* Every kernel space has the direct map. Stay away from the frames of tables. */
        client.source = setup.direct_map_va + setup.data_base;
    } else {
        client.source = GEN_VMALLOC;
        cli_gen_map(gen, "kernel", GEN_VMALLOC, 2 * bytes + cli_gen_page_bytes(gen), gen->page,
                    false);
    }
    client.target = client.source + bytes;
    client.records = client.target + bytes;
    cli_gen_bind(gen, "kernel", client.pasid, true);
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        struct gen_descriptor descriptor = cli_descriptor("memmove");
        cli_descriptor_set(&descriptor, "src", client.source + place(gen, &client, gen->size));
        cli_descriptor_set(&descriptor, "dst", client.target + place(gen, &client, gen->size));
        cli_descriptor_set(&descriptor, "size", gen->size);
        submit(gen, &client, &descriptor);
    }
    return gen->to->code;
}

/* --- mix --- */

static const struct {
    const char *operation;
    unsigned weight; /* of 100 */
} mix[] = {{"memmove", 40}, {"fill", 14},       {"compare", 8}, {"crc", 10}, {"copy_crc", 6},
           {"dualcast", 6}, {"cache_flush", 4}, {"noop", 6},    {"batch", 6}};

/* Lists of copies that batch descriptors name. */
static void put_lists(struct gen *gen, const struct client *client)
{
    for (unsigned list = 0; list < LISTS; list++) {
        uint8_t bytes[LIST_LENGTH * 64];
        for (unsigned i = 0; i < LIST_LENGTH; i++) {
            struct gen_descriptor copy = cli_descriptor("memmove");
            cli_descriptor_set(&copy, "src", client->source + place(gen, client, gen->size));
            cli_descriptor_set(&copy, "dst", client->target + place(gen, client, gen->size));
            cli_descriptor_set(&copy, "size", gen->size);
            memcpy(bytes + (size_t)i * 64, copy.bytes, 64);
        }
        cli_build(gen->to, SVASIM_RECORD_FILL);
        cli_build_text(gen->to, SVASIM_F_FILL_space, "app");
        cli_build_number(gen->to, SVASIM_F_FILL_address, LIST_BASE + list * sizeof bytes);
        cli_build_data(gen->to, SVASIM_F_FILL_data, bytes, sizeof bytes);
        cli_build_put(gen->to);
    }
}

static void put_operation(struct gen *gen, const struct client *client, const char *operation)
{
    struct gen_descriptor descriptor = cli_descriptor(operation);
    uint64_t size = 64 * (1 + cli_random_below(gen, gen->size / 64));
    uint64_t offset = place(gen, client, size);
    bool batch = strcmp(operation, "batch") == 0, noop = strcmp(operation, "noop") == 0;
    if (batch) {
        uint64_t list = cli_random_below(gen, LISTS);
        cli_descriptor_set(&descriptor, "list", LIST_BASE + list * LIST_LENGTH * 64);
        cli_descriptor_set(&descriptor, "count", LIST_LENGTH);
    } else if (!noop) {
        /* An operation takes the fields it has. Equal offsets: dualcast wants them. */
        cli_descriptor_set(&descriptor, "src", client->source + place(gen, client, size));
        cli_descriptor_set(&descriptor, "src2", client->source + place(gen, client, size));
        cli_descriptor_set(&descriptor, "dst", client->target + offset);
        cli_descriptor_set(&descriptor, "dst2", client->target2 + offset);
        cli_descriptor_set(&descriptor, "pattern_lo", cli_random(gen));
        cli_descriptor_set(&descriptor, "size", size);
    }
    submit(gen, client, &descriptor);
}

int cli_gen_mix(struct gen *gen)
{
    struct client client = user_client(gen);
    put_lists(gen, &client);
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        uint64_t point = cli_random_below(gen, 100);
        unsigned i = 0;
        while (point >= mix[i].weight)
            point -= mix[i++].weight;
        put_operation(gen, &client, mix[i].operation);
    }
    return gen->to->code;
}
