/* SPDX-License-Identifier: MIT */
/* play_qemu.c - a scenario on QEMU: a q35 board with five edu devices behind an intel-iommu. Each
 * edu has 4096 bytes of its own; the lower half holds markers to write, the upper half takes what
 * is read, which shows after the scenario through tables that map everything. */
#include "play.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define IOMMU_BASE UINT64_C(0xfed90000)
#define EDU_BASE   UINT64_C(0xe0000000)
#define EDU_BYTES  UINT64_C(0x100000)
#define BRIDGE_BAR UINT64_C(0xe8000000) /* behind the bridge */
#define EDU_BUFFER UINT64_C(0x40000)
#define READ_HALF  UINT64_C(2048)

/* Tables of our own: root, contexts and one level of 1 GiB pages, the same for all requesters. */
#define OWN_ROOT    UINT64_C(0xf00000)
#define OWN_CONTEXT UINT64_C(0xf01000)
#define OWN_TOP     UINT64_C(0xf02000)
#define OWN_SCRATCH UINT64_C(0xf08000) /* a page per requester */

struct qemu_player {
    struct qemu qemu;
    uint64_t queue_bytes; /* of a descriptor, as long as the queue is on */
    unsigned next_slot[REQUESTERS];
};

const uint16_t requester_sid[REQUESTERS] = {0x0028, 0x0030, 0x0031, 0x0090, 0x0100};

static const char *const board[] = {
    "-device", "edu,addr=05.0,dma_mask=0xffffffffffffffff",
    "-device", "edu,addr=06.0,dma_mask=0xffffffffffffffff,multifunction=on",
    "-device", "edu,addr=06.1,dma_mask=0xffffffffffffffff",
    "-device", "edu,addr=12.0,dma_mask=0xffffffffffffffff",
    "-device", "pcie-root-port,id=bridge,addr=03.0,chassis=1",
    "-device", "edu,bus=bridge,addr=00.0,dma_mask=0xffffffffffffffff",
    "-trace",  "enable=vtd_dmar_translate",
    "-trace",  "enable=vtd_dmar_fault",
    "-trace",  "enable=vtd_fault_disabled",
    "-trace",  "enable=vtd_irq_generate",
    "-trace",  "enable=vtd_iotlb_page_hit",
};

static uint64_t edu(unsigned requester, uint64_t offset)
{
    return (requester == 4 ? BRIDGE_BAR : EDU_BASE + requester * EDU_BYTES) + offset;
}

static void set_config(struct qemu *qemu, uint16_t sid, unsigned offset, uint32_t value)
{
    qemu_out32(qemu, 0xcf8, 0x80000000u | (uint32_t)sid << 8 | offset);
    qemu_out32(qemu, 0xcfc, value);
}

/* The bridge leads to bus 1; every device decodes its registers and may master the bus. */
static void enumerate(struct qemu *qemu)
{
    const uint16_t bridge = 0x0018;
    set_config(qemu, bridge, 0x18, 0x00010100);
    set_config(qemu, bridge, 0x20, 0xe800e800);
    set_config(qemu, bridge, 0x04, 6);
    for (unsigned i = 0; i < REQUESTERS; i++) {
        set_config(qemu, requester_sid[i], 0x10, (uint32_t)edu(i, 0));
        set_config(qemu, requester_sid[i], 0x04, 6);
    }
}

static void put64(struct qemu_player *player, uint64_t address, uint64_t value)
{
    memory_put(player->qemu.ram, address, (uint32_t)value);
    memory_put(player->qemu.ram, address + 4, (uint32_t)(value >> 32));
}

static void set_register(struct qemu_player *player, uint64_t offset, unsigned bytes,
                         uint64_t value)
{
    if (bytes == 8)
        qemu_store64(&player->qemu, IOMMU_BASE + offset, value);
    else
        qemu_store32(&player->qemu, IOMMU_BASE + offset, (uint32_t)value);
}

static uint64_t get_register(struct qemu_player *player, uint64_t offset, unsigned bytes)
{
    return bytes == 8 ? qemu_load64(&player->qemu, IOMMU_BASE + offset)
                      : qemu_load32(&player->qemu, IOMMU_BASE + offset);
}

/* Move `bytes` between a device's buffer and memory, and wait until that is over. */
static void move(struct qemu_player *player, unsigned requester, uint64_t address, uint64_t buffer,
                 uint64_t bytes, bool write)
{
    struct qemu *qemu = &player->qemu;
    buffer += EDU_BUFFER;
    qemu_store64(qemu, edu(requester, 0x80), write ? buffer : address);
    qemu_store64(qemu, edu(requester, 0x88), write ? address : buffer);
    qemu_store64(qemu, edu(requester, 0x90), bytes);
    qemu_store64(qemu, edu(requester, 0x98), write ? 3 : 1);
    for (unsigned tries = 0; qemu_load64(qemu, edu(requester, 0x98)) & 1; tries++)
        if (tries > 1000000)
            qemu_died(qemu, "a DMA does not end");
    qemu_flush(qemu);
}

static void build_own_tables(struct qemu_player *player)
{
    bool three_levels = !(get_register(player, 0x08, 8) >> 10 & 1);
    for (unsigned i = 0; i < REQUESTERS; i++) {
        put64(player, OWN_ROOT + 16 * (requester_sid[i] >> 8), OWN_CONTEXT | 1);
        put64(player, OWN_CONTEXT + 16 * (requester_sid[i] & 0xff), OWN_TOP | 1);
        put64(player, OWN_CONTEXT + 16 * (requester_sid[i] & 0xff) + 8,
              UINT64_C(0xffff) << 8 | (three_levels ? 1 : 2));
    }
    if (!three_levels)
        put64(player, OWN_TOP, (OWN_TOP + 0x1000) | 3);
    put64(player, three_levels ? OWN_TOP : OWN_TOP + 0x1000, 0x83);
}

static void drop_trace(struct qemu_player *player)
{
    while (qemu_trace(&player->qemu))
        ;
}

static void use_own_tables(struct qemu_player *player)
{
    uint64_t on = get_register(player, REG_GSTS, 4) & (GCMD_QIE | GCMD_TE);
    set_register(player, REG_RTADDR, 8, OWN_ROOT);
    set_register(player, REG_GCMD, 4, on | GCMD_SRTP);
    if (!(on & GCMD_TE))
        set_register(player, REG_GCMD, 4, on | GCMD_TE);
    qemu_flush(&player->qemu);
}

struct qemu_player *qemu_player_start(const char *program, enum unit_kind unit)
{
    const char *arguments[64] = {"-device", unit == UNIT_LEGACY_39
                                                ? "intel-iommu,intremap=off,aw-bits=39"
                                                : "intel-iommu,intremap=off,aw-bits=48,"
                                                  "x-scalable-mode=on"};
    memcpy(arguments + 2, board, sizeof board);
    struct qemu_player *player = calloc(1, sizeof *player);
    if (!player)
        abort();
    qemu_start(&player->qemu, program, arguments);
    enumerate(&player->qemu);
    memory_fill(player->qemu.ram);
    build_own_tables(player);
    use_own_tables(player);
    for (unsigned i = 0; i < REQUESTERS; i++) {
        for (unsigned slot = 0; slot < SLOTS; slot++)
            memory_put(player->qemu.ram, OWN_SCRATCH + 4 * slot, MARKER(i, slot));
        move(player, i, OWN_SCRATCH, 0, 4 * SLOTS, false);
    }
    return player;
}

void qemu_player_stop(struct qemu_player *player)
{
    if (player)
        qemu_stop(&player->qemu);
    free(player);
}

unsigned char *qemu_player_ram(struct qemu_player *player)
{
    return player->qemu.ram;
}

uint64_t qemu_player_register(struct qemu_player *player, uint64_t offset)
{
    return get_register(player, offset, 8);
}

/* --- before a scenario: as after a reset, with the queue and translation on --- */

/* QEMU turns the queue off only when it is empty and ended with a wait descriptor. */
static void stop_queue(struct qemu_player *player)
{
    uint64_t status = get_register(player, REG_GSTS, 4);
    if (!(status & GCMD_QIE))
        return;
    set_register(player, REG_FSTS, 4, 0x11);
    uint64_t slot = get_register(player, REG_IQH, 8);
    uint64_t wait[4] = {5 | 1 << 5, STATUS_BASE, 0, 0};
    for (unsigned i = 0; i < player->queue_bytes / 8; i++)
        put64(player, QUEUE_BASE + slot + 8 * i, wait[i]);
    set_register(player, REG_IQT, 8, (slot + player->queue_bytes) % 4096);
    set_register(player, REG_GCMD, 4, status & GCMD_TE);
    if (get_register(player, REG_GSTS, 4) & GCMD_QIE)
        qemu_died(&player->qemu, "its queue does not stop");
    memory_put(player->qemu.ram, STATUS_BASE, pristine(STATUS_BASE));
    for (unsigned i = 0; i < player->queue_bytes / 8; i++)
        put64(player, QUEUE_BASE + slot + 8 * i, 0);
}

static void prepare(struct qemu_player *player, const struct scenario *scenario)
{
    stop_queue(player);
    set_register(player, REG_FECTL, 4, 0x80000000);
    set_register(player, REG_FEDATA, 4, 0);
    set_register(player, REG_FEADDR, 4, 0);
    set_register(player, REG_IECTL, 4, 0x80000000);
    set_register(player, REG_FRCD_HIGH, 8, UINT64_C(1) << 63);
    set_register(player, REG_FSTS, 4, 0x11);
    set_register(player, REG_ICS, 4, 1);
    set_register(player, REG_IQA, 8, QUEUE_BASE | (scenario->wide_queue ? 0x801 : 0));
    set_register(player, REG_IQT, 8, 0);
    player->queue_bytes = scenario->wide_queue ? 32 : 16;
    for (unsigned i = 0; i < scenario->stores; i++)
        put64(player, scenario->store[i].address, scenario->store[i].value);
    set_register(player, REG_RTADDR, 8, scenario->rtaddr);
    set_register(player, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
    set_register(player, REG_GCMD, 4, GCMD_TE | GCMD_QIE);
    qemu_flush(&player->qemu);
    drop_trace(player);
}

/* --- DMA --- */

/* Numbers of a trace line, in their order; decimal or hexadecimal with 0x. */
static bool number_after(const char *line, const char *word, uint64_t *out)
{
    const char *at = strstr(line, word);
    if (at)
        *out = strtoull(at + strlen(word), NULL, 0);
    return at != NULL;
}

/* What was traced since the last call; all of it belongs to one DMA, or to none (`answer` NULL). */
static void read_trace(struct qemu_player *player, uint64_t address, struct answer *answer,
                       struct result *out)
{
    struct answer unused;
    answer = answer ? answer : &unused;
    const char *line;
    uint64_t code, to, mask;
    bool seen = false;
    while ((line = qemu_trace(&player->qemu))) {
        if (strncmp(line, "vtd_dmar_translate", 18) == 0 && number_after(line, "gpa ", &to) &&
            number_after(line, "mask ", &mask)) {
            answer->dma.physical = (to & ~mask) | (address & mask);
            seen = true;
        } else if (strncmp(line, "vtd_dmar_fault", 14) == 0 &&
                   number_after(line, " fault ", &code)) {
            answer->dma.outcome = OUTCOME_BLOCKED;
            answer->dma.reported = true;
            answer->dma.code = (int)code;
            seen = true;
        } else if (strncmp(line, "vtd_fault_disabled", 18) == 0) {
            answer->dma.outcome = OUTCOME_BLOCKED;
            seen = true;
        } else if (strncmp(line, "vtd_iotlb_page_hit", 18) == 0) {
            answer->hit = true;
        } else if (strncmp(line, "vtd_irq_generate", 16) == 0) {
            out->messages++;
        }
    }
    answer->untranslated = !seen;
    if (!seen)
        answer->dma.physical = address;
}

static void play_dma(struct qemu_player *player, const struct step *step, struct answer *answer,
                     struct result *out)
{
    bool write = step->kind == STEP_WRITE_DMA;
    uint64_t buffer = 4 * (step->value % SLOTS) + (write ? 0 : READ_HALF);
    read_trace(player, 0, NULL, out);
    answer->dma = (struct dma_answer){.outcome = OUTCOME_MOVED, .code = -1};
    move(player, step->requester, step->address, buffer, 4, write);
    read_trace(player, step->address, answer, out);
    if (answer->dma.outcome == OUTCOME_BLOCKED || !write || !in_memory(answer->dma.physical))
        return;
    touch(&out->touched, answer->dma.physical);
    if (memory_get(player->qemu.ram, answer->dma.physical) !=
        MARKER(step->requester, step->value % SLOTS))
        answer->dma.outcome = OUTCOME_BLOCKED;
}

/* Reads show now: the words that the devices got must be those of memory. A word that changed since
   it was read was written by a device, with a marker that tells. */
static void judge_reads(struct qemu_player *player, const struct scenario *scenario,
                        const uint32_t *expected, struct result *out)
{
    uint32_t readers = 0;
    for (unsigned i = 0; i < scenario->steps; i++)
        if (scenario->step[i].kind == STEP_READ_DMA)
            readers |= 1u << scenario->step[i].requester;
    use_own_tables(player);
    for (unsigned i = 0; i < REQUESTERS; i++)
        if (readers >> i & 1)
            move(player, i, OWN_SCRATCH + 0x1000 * i, READ_HALF, 4 * SLOTS, true);
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];
        struct answer *answer = &out->answer[i];
        if (step->kind != STEP_READ_DMA || answer->dma.outcome == OUTCOME_BLOCKED ||
            !in_memory(answer->dma.physical))
            continue;
        if (memory_get(player->qemu.ram, OWN_SCRATCH + 0x1000 * step->requester +
                                             4 * (step->value % SLOTS)) != expected[i])
            answer->dma.outcome = OUTCOME_BLOCKED;
    }
}

void qemu_play(struct qemu_player *player, const struct scenario *scenario, struct result *out)
{
    uint32_t expected[STEPS_MAX] = {0};
    memset(out, 0, sizeof *out);
    prepare(player, scenario);
    for (unsigned i = 0; i < scenario->stores; i++) {
        touch(&out->touched, scenario->store[i].address);
        touch(&out->touched, scenario->store[i].address + 4);
    }
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];
        struct answer *answer = &out->answer[i];
        switch (step->kind) {
        case STEP_STORE:
            put64(player, step->address, step->value);
            touch(&out->touched, step->address);
            touch(&out->touched, step->address + 4);
            break;
        case STEP_READ_DMA:
        case STEP_WRITE_DMA:
            play_dma(player, step, answer, out);
            if (in_memory(answer->dma.physical))
                expected[i] = memory_get(player->qemu.ram, answer->dma.physical);
            break;
        case STEP_SET:
            set_register(player, step->address, step->bytes, step->value);
            qemu_flush(&player->qemu);
            break;
        case STEP_GET:
            answer->value = get_register(player, step->address, step->bytes);
            break;
        default:
            break;
        }
    }
    qemu_flush(&player->qemu);
    read_trace(player, 0, NULL, out);
    judge_reads(player, scenario, expected, out);
}
