/* SPDX-License-Identifier: MIT */
/* play_svasim.c - a scenario on the model, through its public interface: a fresh unit, the same
 * bytes in memory, the same register writes. A DMA that may go through is carried out here, as a
 * device would. */
#include "play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model_player {
    unsigned char *ram;
    svasim *unit;
    svasim_config *config[2]; /* caches as QEMU has them, all caches */
    struct result *out;       /* of the scenario being played */
};

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct model_player *player = host;
    if (hpa >= QEMU_RAM_BYTES || QEMU_RAM_BYTES - hpa < bytes)
        return 1;
    memcpy(out, player->ram + hpa, bytes);
    return 0;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct model_player *player = host;
    if (hpa >= QEMU_RAM_BYTES || QEMU_RAM_BYTES - hpa < bytes)
        return 1;
    memcpy(player->ram + hpa, data, bytes);
    for (uint32_t i = 0; i < bytes; i += 4)
        touch(&player->out->touched, hpa + i);
    return 0;
}

/* Nothing of what QEMU has updates entries. */
static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    (void)host, (void)hpa, (void)expected, (void)desired, (void)seen;
    return SVASIM_UPDATE_FAILED;
}

static void port_interrupt(void *host, uint64_t address, uint32_t data)
{
    struct model_player *player = host;
    (void)address, (void)data;
    player->out->messages++;
}

/* --- a unit as QEMU announces its own --- */

static void set(svasim_config *config, const char *key, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    if (svasim_config_set(config, key, text) != SVASIM_OK) {
        printf("the model refuses its configuration: %s\n", svasim_config_error(config));
        exit(1);
    }
}

/* Off: every capability that QEMU has not. */
static void set_capabilities(svasim_config *config, enum unit_kind unit)
{
    static const char *const on[] = {"cap.psi", "cap.qi", "cap.pt"};
    static const char *const on_scalable[] = {"cap.smts", "cap.ssts", "cap.srs", "cap.rps"};
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)); i++)
        if (strncmp(key->name, "cap.", 4) == 0 && strcmp(key->type, "bool") == 0)
            set(config, key->name, 0);
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
        set(config, on[i], 1);
    for (size_t i = 0; unit == UNIT_SCALABLE_48 && i < sizeof on_scalable / sizeof on_scalable[0];
         i++)
        set(config, on_scalable[i], 1);
    unsigned width = unit == UNIT_LEGACY_39 ? 39 : 48;
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {{"cap.haw", width},
                   {"cap.mgaw", width},
                   {"cap.sagaw", unit == UNIT_LEGACY_39 ? 2 : 6},
                   {"cap.sslps", 3},
                   {"cap.pss", 0},
                   {"cap.nd", 6},
                   {"cap.mamv", 18},
                   {"cap.mhmv", 0},
                   {"cap.nfr", 0},
                   {"cap.fro", 0x22},
                   {"cap.iro", 0xf},
                   {"cap.version_major", 1},
                   {"policy.collapse_faults", 1}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        set(config, numbers[i].key, numbers[i].value);
}

static svasim_config *configure(enum unit_kind unit, bool all_caches)
{
    static const char *const not_in_qemu[] = {"pasid", "ss_pde", "ss_pdpe", "ss_pml4e"};
    svasim_config *config = svasim_config_create();
    if (!config)
        abort();
    set_capabilities(config, unit);
    for (size_t i = 0; !all_caches && i < sizeof not_in_qemu / sizeof not_in_qemu[0]; i++) {
        char key[40];
        snprintf(key, sizeof key, "%s.enabled", not_in_qemu[i]);
        set(config, key, 0);
    }
    set(config, "iotlb_1g.ways", 64); /* QEMU's holds 1024: nothing is replaced in either */
    return config;
}

struct model_player *model_player_start(enum unit_kind unit)
{
    struct model_player *player = calloc(1, sizeof *player);
    if (!player)
        abort();
    player->ram = calloc(1, QEMU_RAM_BYTES);
    if (!player->ram)
        abort();
    memory_fill(player->ram);
    for (unsigned i = 0; i < 2; i++)
        player->config[i] = configure(unit, i == 1);
    return player;
}

void model_player_stop(struct model_player *player)
{
    if (!player)
        return;
    svasim_config_destroy(player->config[0]);
    svasim_config_destroy(player->config[1]);
    free(player->ram);
    free(player);
}

unsigned char *model_player_ram(struct model_player *player)
{
    return player->ram;
}

static void open_unit(struct model_player *player, bool all_caches)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    ports.host = player;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    ports.interrupt = port_interrupt;
    if (svasim_create(&player->unit, player->config[all_caches], &ports, NULL) != SVASIM_OK) {
        printf("the model cannot be created: %s\n",
               svasim_config_error(player->config[all_caches]));
        exit(1);
    }
}

uint64_t model_player_register(struct model_player *player, uint64_t offset)
{
    uint64_t value = 0;
    open_unit(player, false);
    svasim_mmio_read(player->unit, (uint32_t)offset, 8, &value);
    svasim_destroy(player->unit);
    return value;
}

/* --- playing --- */

static void put64(struct model_player *player, uint64_t address, uint64_t value)
{
    memory_put(player->ram, address, (uint32_t)value);
    memory_put(player->ram, address + 4, (uint32_t)(value >> 32));
    touch(&player->out->touched, address);
    touch(&player->out->touched, address + 4);
}

static void set_register(struct model_player *player, uint32_t offset, uint32_t bytes,
                         uint64_t value)
{
    svasim_mmio_write(player->unit, offset, bytes, value);
    svasim_drain(player->unit);
}

static void prepare(struct model_player *player, const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->stores; i++)
        put64(player, scenario->store[i].address, scenario->store[i].value);
    open_unit(player, scenario->all_caches);
    set_register(player, REG_IQA, 8, QUEUE_BASE | (scenario->wide_queue ? 0x801 : 0));
    set_register(player, REG_RTADDR, 8, scenario->rtaddr);
    set_register(player, REG_GCMD, 4, GCMD_SRTP);
    set_register(player, REG_GCMD, 4, GCMD_TE);
    set_register(player, REG_GCMD, 4, GCMD_TE | GCMD_QIE);
}

static struct dma_answer answer_of(const svasim_response *response)
{
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    return (struct dma_answer){
        .outcome = response->status == SVASIM_STATUS_OK && !fault ? OUTCOME_MOVED : OUTCOME_BLOCKED,
        .reported = (response->flags & SVASIM_RECORDED) != 0,
        .code = fault ? fault->code : -1,
        .physical = response->address};
}

struct way {
    bool write, lacks;
    uint64_t entry;
};

static void look_at_step(void *user, const svasim_step *step)
{
    struct way *way = user;
    way->entry = step->words[0];
    if (step->level > 0 && step->layout && !(step->words[0] & (way->write ? 2u : 1u)))
        way->lacks = true;
}

static bool near_interrupts(const svasim_response *response)
{
    uint64_t base = response->address & ~(response->page_bytes - 1);
    return response->page_bytes > 4096 && base < UINT64_C(0xfef00000) &&
           base + response->page_bytes > UINT64_C(0xfee00000);
}

static void play_dma(struct model_player *player, const struct step *step, struct answer *answer)
{
    bool write = step->kind == STEP_WRITE_DMA;
    struct way way = {.write = write};
    svasim_request request = {.address = step->address,
                              .length = 4,
                              .pasid = SVASIM_NO_PASID,
                              .source_id = requester_sid[step->requester],
                              .op = write ? SVASIM_WRITE : SVASIM_READ};
    svasim_response fresh = {0}, response = {0};
    if (svasim_explain(player->unit, &request, look_at_step, &way, &fresh) != SVASIM_OK ||
        svasim_translate(player->unit, &request, &response) != SVASIM_OK) {
        printf("the model refuses a request: %s\n", svasim_error(player->unit));
        exit(1);
    }
    answer->dma = answer_of(&response);
    answer->fresh = answer_of(&fresh);
    answer->lacks_right = way.lacks;
    answer->entry = way.entry;
    answer->near_interrupts = near_interrupts(&fresh) || near_interrupts(&response);
    if (answer->dma.outcome == OUTCOME_BLOCKED || !write || !in_memory(response.address))
        return;
    memory_put(player->ram, response.address, MARKER(step->requester, step->value % SLOTS));
    touch(&player->out->touched, response.address);
}

void model_play(struct model_player *player, const struct scenario *scenario, struct result *out)
{
    memset(out, 0, sizeof *out);
    player->out = out;
    prepare(player, scenario);
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];
        switch (step->kind) {
        case STEP_STORE:
            put64(player, step->address, step->value);
            break;
        case STEP_READ_DMA:
        case STEP_WRITE_DMA:
            play_dma(player, step, &out->answer[i]);
            break;
        case STEP_SET:
            set_register(player, (uint32_t)step->address, step->bytes, step->value);
            break;
        case STEP_GET:
            svasim_mmio_read(player->unit, (uint32_t)step->address, step->bytes,
                             &out->answer[i].value);
            break;
        default:
            break;
        }
    }
    svasim_destroy(player->unit);
    player->unit = NULL;
}
