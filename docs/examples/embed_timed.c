/* SPDX-License-Identifier: MIT */
/* embed_timed.c - the loop of a cycle-level host: offer requests until the port is full, run the
 * unit to its next event, take answers as they come. The host lends its own memory through the
 * ports and owns the clock; a SystemC or Verilator host does the same with its own. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <svasim/sva.h>

#define DEVICE   0x0010
#define PASID    5
#define BUFFER   UINT64_C(0x7f0000000000)
#define PAGES    16u
#define REQUESTS 64u

struct host {
    svasim_mem *mem; /* stands for the host's own memory model */
    svasim *unit;
    unsigned offered, answered, hits, joined;
    bool may_offer;
};

/* --- what the host lends the unit --- */

static int read_memory(void *user, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct host *host = user;
    return svasim_mem_read(host->mem, hpa, out, bytes) != SVASIM_OK;
}

static int write_memory(void *user, uint64_t hpa, const void *data, uint32_t bytes)
{
    const struct host *host = user;
    return svasim_mem_write(host->mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update update_memory(void *user, uint64_t hpa, uint64_t expected, uint64_t desired,
                                   uint64_t *seen)
{
    const struct host *host = user;
    *seen = svasim_mem_read64(host->mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(host->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                    : SVASIM_UPDATE_FAILED;
}

static void on_respond(void *user, const svasim_response *response)
{
    struct host *host = user;
    host->answered++;
    host->hits += (response->flags & SVASIM_IOTLB_HIT) != 0;
    host->joined += (response->flags & SVASIM_JOINED) != 0;
    if (response->tag % 16 == 0)
        printf("request %2" PRIu64 " at tick %4" PRIu64 ": %3" PRIu64 " cycles, %3" PRIu64
               " of them in memory\n",
               response->tag, response->accepted_at, response->completed_at - response->accepted_at,
               response->where[SVASIM_STAGE_MEMORY]);
}

static void on_credit(void *user)
{
    struct host *host = user;
    host->may_offer = true;
}

/* --- the loop --- */

/* Offer what the port takes. SVASIM_BUSY is no error: on_credit tells when to go on. */
static svasim_err offer(struct host *host)
{
    while (host->may_offer && host->offered < REQUESTS) {
        svasim_request request = {.tag = host->offered,
                                  .address = BUFFER + host->offered * 1024u,
                                  .length = 64,
                                  .pasid = PASID,
                                  .source_id = DEVICE,
                                  .op = SVASIM_WRITE};
        svasim_err err = svasim_submit(host->unit, &request);
        if (err == SVASIM_BUSY)
            host->may_offer = false;
        else if (err != SVASIM_OK)
            return err;
        else
            host->offered++;
    }
    return SVASIM_OK;
}

static svasim_err run(struct host *host)
{
    svasim_err err = offer(host);
    while (err == SVASIM_OK && host->answered < REQUESTS) {
        svasim_run_until(host->unit, svasim_next_event(host->unit));
        err = offer(host);
    }
    return err;
}

/* --- the software side: a process with a mapped buffer, bound to the PASID --- */

static svasim_err prepare(struct host *host, svasim_tables *tables, svasim_sva *sva)
{
    svasim_space process;
    svasim_mmio_write(host->unit, 0x20, 8, svasim_tables_root(tables) | 1u << 10);
    svasim_mmio_write(host->unit, 0x18, 4, UINT64_C(1) << 30);
    svasim_mmio_write(host->unit, 0x18, 4, UINT64_C(1) << 31);
    svasim_err err = svasim_sva_space_create(sva, SVASIM_SPACE_USER, 4, false, &process);
    if (err == SVASIM_OK)
        err = svasim_sva_map(sva, process, BUFFER, UINT64_MAX, PAGES * 4096, 4096,
                             SVASIM_MAP_READ | SVASIM_MAP_WRITE, 0);
    return err == SVASIM_OK ? svasim_sva_bind(sva, DEVICE, PASID, process, 0) : err;
}

int main(void)
{
    struct host host = {.mem = svasim_mem_create(0, NULL), .may_offer = true};
    svasim_config *config = svasim_config_create();
    svasim_ports ports = {
        .size = sizeof ports,
        .host = &host,
        .read = read_memory,
        .write = write_memory,
        .update = update_memory,
        .respond = on_respond,
        .on_credit = on_credit,
    };
    if (!host.mem || !config)
        return EXIT_FAILURE;
    svasim_config_set(config, "port.credits", "32");
    svasim_config_set(config, "memory.latency", "80");
    if (svasim_create(&host.unit, config, &ports, NULL) != SVASIM_OK) {
        fprintf(stderr, "%s\n", svasim_config_error(config));
        return EXIT_FAILURE;
    }

    const svasim_tables_setup frames = {0x40000000, 0x1000000, .scalable = true, .pdts = 7};
    const svasim_sva_setup setup = svasim_sva_setup_default();
    svasim_tables *tables = svasim_tables_create(host.mem, &frames);
    svasim_sva *sva = tables ? svasim_sva_create(host.unit, host.mem, tables, &setup) : NULL;
    svasim_err err = sva ? prepare(&host, tables, sva) : SVASIM_ENOMEM;
    if (err == SVASIM_OK)
        err = run(&host);
    printf("%u answered at tick %" PRIu64 ": %u IOTLB hits, %u joined a walk\n", host.answered,
           svasim_now(host.unit), host.hits, host.joined);

    svasim_sva_destroy(sva);
    svasim_tables_destroy(tables);
    svasim_destroy(host.unit);
    svasim_config_destroy(config);
    svasim_mem_destroy(host.mem);
    return err == SVASIM_OK && host.answered == REQUESTS ? EXIT_SUCCESS : EXIT_FAILURE;
}
