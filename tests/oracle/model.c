/* SPDX-License-Identifier: MIT */
/* model.c - drives a unit of the library through its public interface only: configuration from the
 * machine's capabilities, memory ports over an arena, registers to switch it on. */
#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct model *model = host;
    unsigned char *to = out;
    int failed = 0;
    for (uint32_t i = 0; i < bytes; i += 8) {
        uint64_t word;
        failed |= arena_read(&model->memory, hpa + i, &word);
        for (unsigned k = 0; k < 8; k++)
            to[i + k] = (unsigned char)(word >> 8 * k);
    }
    return failed;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct model *model = host;
    (void)hpa, (void)data, (void)bytes;
    model->stray_writes++;
    return 0;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    struct model *model = host;
    struct arena *memory = &model->memory;
    for (unsigned i = 0; i < memory->frozen; i++)
        if (memory->freeze[i] == hpa)
            return SVASIM_UPDATE_FAILED;
    if (!arena_touch(memory, hpa)) {
        model->stray_writes++;
        return SVASIM_UPDATE_FAILED;
    }
    uint64_t *word = arena_word(memory, hpa);
    if (*word != expected) {
        *seen = *word;
        return SVASIM_UPDATE_LOST;
    }
    *word = desired;
    return SVASIM_UPDATE_DONE;
}

static const char *const cache_names[] = {"iotlb_4k", "iotlb_2m", "iotlb_1g", "context",  "pasid",
                                          "fs_pde",   "fs_pdpe",  "fs_pml4e", "fs_pml5e", "ss_pde",
                                          "ss_pdpe",  "ss_pml4e", "ss_pml5e"};

static void set_caches(model_setter *set, void *to, bool on)
{
    for (size_t i = 0; i < sizeof cache_names / sizeof cache_names[0]; i++) {
        char key[40];
        snprintf(key, sizeof key, "%s.enabled", cache_names[i]);
        set(to, key, on);
        snprintf(key, sizeof key, "%s.sets", cache_names[i]);
        set(to, key, 1);
        snprintf(key, sizeof key, "%s.ways", cache_names[i]);
        set(to, key, 2);
    }
}

void model_settings(const struct oracle_caps *c, bool caches, model_setter *set, void *to)
{
    const struct {
        const char *key;
        uint64_t value;
    } keys[] = {
        {"cap.haw", c->haw},       {"cap.mgaw", c->mgaw},
        {"cap.sagaw", c->sagaw},   {"cap.sslps", c->sslps},
        {"cap.pss", c->pss},       {"cap.nd", c->nd},
        {"cap.zlr", c->zlr},       {"cap.fs1gp", c->fs1gp},
        {"cap.fs5lp", c->fs5lp},   {"cap.dt", c->dt},
        {"cap.pt", c->pt},         {"cap.sc", c->sc},
        {"cap.mts", c->mts},       {"cap.nest", c->nest},
        {"cap.prs", c->prs},       {"cap.ers", c->ers},
        {"cap.srs", c->srs},       {"cap.nwfs", c->nwfs},
        {"cap.eafs", c->eafs},     {"cap.pasid", c->pasid},
        {"cap.smts", c->smts},     {"cap.ssads", c->ssads},
        {"cap.ssts", c->ssts},     {"cap.fsts", c->fsts},
        {"cap.smpwcs", c->smpwcs}, {"cap.rps", c->rps},
        {"cap.adms", c->adms},     {"cap.rprivs", c->rprivs},
        {"cap.hpts", c->hpts},     {"cap.ptrs", c->ptrs},
        {"cap.ssirws", c->ssirws}, {"cap.version_major", c->major},
        {"cap.dit", c->dt},        {"cap.pds", c->dt},
        {"cap.sms", c->prs},       {"cap.nfr", 0},
        {"walk.walkers", 1},       {"walk.pending", 1},
        {"port.credits", 1},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        set(to, keys[i].key, keys[i].value);
    set_caches(set, to, caches);
}

static void set_number(void *config, const char *key, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    if (svasim_config_set(config, key, text) != SVASIM_OK)
        fprintf(stderr, "oracle: %s\n", svasim_config_error(config));
}

bool model_open(struct model *model, const struct machine *machine, bool caches, const char **error)
{
    static char text[256];
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_config *config = svasim_config_create();
    *error = text;
    if (!config) {
        snprintf(text, sizeof text, "no memory");
        return false;
    }
    ports.host = model;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    model->stray_writes = 0;
    model->unit = NULL;
    model_settings(&machine->caps, caches, set_number, config);
    bool good = svasim_create(&model->unit, config, &ports, NULL) == SVASIM_OK;
    snprintf(text, sizeof text, "%s", good ? "" : svasim_config_error(config));
    svasim_config_destroy(config);
    if (!good)
        return false;
    uint64_t cap = 0;
    svasim_mmio_read(model->unit, 0x08, 8, &cap);
    model->records_at = (uint32_t)(cap >> 24 & 0x3FF) * 16;
    const struct oracle_regs *r = &machine->regs;
    svasim_mmio_write(model->unit, 0x20, 8,
                      r->rta | (uint64_t)r->ttm << 10 | (uint64_t)r->ssirwe << 7);
    svasim_mmio_write(model->unit, 0x18, 4, UINT64_C(1) << 30);
    if (r->tes)
        svasim_mmio_write(model->unit, 0x18, 4, UINT64_C(1) << 31);
    return true;
}

void model_close(struct model *model)
{
    svasim_destroy(model->unit);
    model->unit = NULL;
}

/* Take the fault record, if there is one, and make room for the next. */
static void take_record(struct model *model, uint64_t record[2])
{
    uint64_t status = 0;
    svasim_mmio_read(model->unit, 0x34, 4, &status);
    if (!(status & 2))
        return;
    svasim_mmio_read(model->unit, model->records_at, 8, &record[0]);
    svasim_mmio_read(model->unit, model->records_at + 8, 8, &record[1]);
    svasim_mmio_write(model->unit, model->records_at + 12, 4, UINT64_C(1) << 31);
}

bool model_translate(struct model *model, const struct oracle_request *q, struct answer *answer)
{
    svasim_request request = {.address = q->address,
                              .length = q->length,
                              .pasid = q->has_pasid ? q->pasid : SVASIM_NO_PASID,
                              .source_id = q->sid,
                              .op = q->op,
                              .at = q->at};
    request.flags = (uint8_t)((q->pr ? SVASIM_PRIV : 0) | (q->er ? SVASIM_EXEC : 0) |
                              (q->nw ? SVASIM_NO_WRITE : 0));
    svasim_response *raw = &answer->raw;
    memset(answer, 0, sizeof *answer);
    if (svasim_translate(model->unit, &request, raw) != SVASIM_OK)
        return false;
    take_record(model, answer->record);
    const svasim_fault_info *fault = svasim_fault_at(raw->fault);
    answer->result = (struct oracle_result){
        .fault = fault ? fault->name : "",
        .code = fault ? fault->code : 0,
        .address = raw->address,
        .page_bytes = raw->page_bytes,
        .domain_id = raw->domain_id,
        .status = raw->status == SVASIM_STATUS_OK   ? ORACLE_OK
                  : raw->status == SVASIM_STATUS_UR ? ORACLE_UR
                                                    : ORACLE_CA,
        .logged = (raw->flags & SVASIM_RECORDED) != 0,
        .r = (raw->rights & SVASIM_R) != 0,
        .w = (raw->rights & SVASIM_W) != 0,
        .priv = (raw->rights & SVASIM_P) != 0,
        .u = (raw->flags & SVASIM_UNTRANSLATED_ONLY) != 0,
        .snoop = (raw->flags & SVASIM_SNOOP) != 0,
        .interrupt = (raw->flags & SVASIM_INTERRUPT) != 0,
    };
    return true;
}
