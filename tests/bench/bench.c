/* SPDX-License-Identifier: MIT */
/* bench.c - how fast is the simulator? One JSON line per benchmark: median, minimum and maximum of
 * several runs after a warm-up, in process CPU time on one core. Walks are random 4 KiB pages over
 * 64 MiB with the IOTLB and the paging-structure caches off, so a 4-level walk reads 4 entries. */
#define _POSIX_C_SOURCE 200809L
#include "bench_decode.h"
#include "svasim/mem.h"
#include "svasim/tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS  7
#define SID   0x0010
#define PASID 5
#define PAGES 16384u
#define BASE  UINT64_C(0x7f0000000000)

struct bed {
    svasim *unit;
    svasim_mem *mem;
    svasim_tables *tables;
    uint64_t random;
};

static void die(const char *what)
{
    fprintf(stderr, "svasim-bench: %s\n", what);
    exit(4);
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void set(svasim_tables *tables, const svasim_entry_ref *ref, const char *fields)
{
    if (svasim_tables_set(tables, ref, fields) != SVASIM_OK)
        die(svasim_tables_error(tables));
}

static void build_tables(struct bed *bed, bool nested)
{
    svasim_tree first, second;
    char fields[200];
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_PASID, .source_id = SID, .pasid = PASID};
    if (svasim_tree_create(bed->tables, false, 4, &first) ||
        svasim_tree_create(bed->tables, true, 4, &second))
        die("no memory for tables");
    uint32_t flags = SVASIM_MAP_WRITE | SVASIM_MAP_READ | SVASIM_MAP_USER | SVASIM_MAP_ACCESSED |
                     SVASIM_MAP_DIRTY;
    if (svasim_tree_map(bed->tables, &first, BASE, UINT64_C(0x10000000), PAGES * 4096ull, 4096,
                        flags))
        die("cannot map");
    if (nested && svasim_tree_map(bed->tables, &second, 0, 0, UINT64_C(0x20000000), 4096, flags))
        die("cannot map the second stage");
    snprintf(fields, sizeof fields,
             "pgtt=%d did=7 pwsnp=1 sre=1 aw=2 ssptptr=0x%" PRIx64 " fsptptr=0x%" PRIx64 " p=1",
             nested ? 3 : 1, second.root, first.root);
    set(bed->tables, &ref, fields);
}

static const char *const caches_off[] = {"iotlb_4k.enabled", "iotlb_2m.enabled", "iotlb_1g.enabled",
                                         "fs_pde.enabled",   "fs_pdpe.enabled",  "fs_pml4e.enabled",
                                         "fs_pml5e.enabled", "ss_pde.enabled",   "ss_pdpe.enabled",
                                         "ss_pml4e.enabled", "ss_pml5e.enabled"};

static void open_bed(struct bed *bed, bool walks, bool nested)
{
    memset(bed, 0, sizeof *bed);
    svasim_config *config = svasim_config_create();
    bed->mem = svasim_mem_create(0, NULL);
    if (!config || !bed->mem)
        die("no memory");
    for (size_t i = 0; walks && i < sizeof caches_off / sizeof caches_off[0]; i++)
        svasim_config_set(config, caches_off[i], "off");
    svasim_tables_setup setup = {
        .frames_base = 0x100000, .frames_bytes = 64u << 20, .scalable = true, .pdts = 7};
    bed->tables = svasim_tables_create(bed->mem, &setup);
    if (!bed->tables)
        die("no memory");
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_mem_ports(bed->mem, &ports);
    ports.respond = NULL;
    if (svasim_create(&bed->unit, config, &ports, NULL) != SVASIM_OK)
        die(svasim_config_error(config));
    svasim_config_destroy(config);
    build_tables(bed, nested);
    svasim_mmio_write(bed->unit, 0x20, 8, svasim_tables_root(bed->tables) | 1u << 10);
    svasim_mmio_write(bed->unit, 0x18, 4, 1u << 30);
    svasim_mmio_write(bed->unit, 0x18, 4, 1u << 31);
}

static void close_bed(struct bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

static svasim_request next_request(struct bed *bed, bool walks)
{
    svasim_request request = {.length = 64, .pasid = PASID, .source_id = SID, .address = BASE};
    if (walks) {
        bed->random = bed->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        request.address += (bed->random >> 40) % PAGES * 4096;
    }
    return request;
}

static double functional(struct bed *bed, bool walks, uint64_t count)
{
    svasim_response response = {0};
    double start = cpu_seconds();
    for (uint64_t i = 0; i < count; i++) {
        svasim_request request = next_request(bed, walks);
        if (svasim_translate(bed->unit, &request, &response) || response.fault)
            die("a benchmark request faulted");
    }
    return (double)count / (cpu_seconds() - start);
}

static double timed(struct bed *bed, bool walks, uint64_t count)
{
    double start = cpu_seconds();
    for (uint64_t i = 0; i < count;) {
        svasim_request request = next_request(bed, walks);
        request.tag = i;
        while (svasim_submit(bed->unit, &request) == SVASIM_BUSY)
            svasim_run_until(bed->unit, svasim_next_event(bed->unit));
        i++;
    }
    svasim_drain(bed->unit);
    return (double)count / (cpu_seconds() - start);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *rates, int runs)
{
    qsort(rates, (size_t)runs, sizeof *rates, by_value);
    printf("{\"bench\": \"%s\", \"per_second\": %.0f, \"min\": %.0f, \"max\": %.0f}\n", name,
           rates[runs / 2], rates[0], rates[runs - 1]);
    fflush(stdout);
}

static const char *only; /* benchmark to run; NULL: all */

static void measure(const char *name, bool is_timed, bool walks, bool nested, uint64_t count)
{
    struct bed bed;
    double rates[RUNS];
    if (only && strcmp(only, name) != 0)
        return;
    open_bed(&bed, walks, nested);
    double (*run)(struct bed *, bool, uint64_t) = is_timed ? timed : functional;
    run(&bed, walks, count / 4);
    for (int i = 0; i < RUNS; i++)
        rates[i] = run(&bed, walks, count);
    report(name, rates, RUNS);
    close_bed(&bed);
}

/* Peak resident memory of a child that runs `count` timed requests. */
static void measure_memory(uint64_t count)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        die("cannot fork");
    if (child == 0) {
        struct bed bed;
        open_bed(&bed, true, false);
        timed(&bed, true, count);
        close_bed(&bed);
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("{\"bench\": \"peak_memory_%" PRIu64 "\", \"kibibytes\": %ld}\n", count,
               usage.ru_maxrss);
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0)
        die("the memory benchmark failed");
}

static void measure_decode(const char *name, const char *form, uint64_t records)
{
    double rates[RUNS];
    if (only && strcmp(only, name) != 0)
        return;
    for (int i = 0; i < RUNS; i++)
        rates[i] = bench_decode(form, records, 1, NULL);
    report(name, rates, RUNS);
}

/* svasim-bench [PERCENT [NAME]]: PERCENT of the usual request counts, one benchmark only. */
int main(int argc, char **argv)
{
    uint64_t scale = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
    only = argc > 2 ? argv[2] : NULL;
    uint64_t million = 10000 * (scale ? scale : 1);
    measure("functional_hit", false, false, false, 10 * million);
    measure("functional_walk4", false, true, false, 2 * million);
    measure("functional_nested", false, true, true, million / 2);
    measure("timed_hit", true, false, false, 2 * million);
    measure("timed_walk4", true, true, false, million);
    measure("timed_nested", true, true, true, million / 4);
    measure_decode("decode_text", "text", million / 2);
    measure_decode("decode_binary", "binary", 4 * million);
    if (!only) {
        measure_memory(million / 10);
        measure_memory(10 * million);
    }
    return 0;
}
