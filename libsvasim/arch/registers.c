/* SPDX-License-Identifier: MIT */
/* registers.c - reads and writes of the register file. A row of registers.def says where each
 * register lies and what a write stores; those whose write does more have a function here.
 * Not modelled: what memory types do to the speed of an access; its answer says which it has. */
#include "arch/registers.h"

#define GCMD_TE        (UINT64_C(1) << 31)
#define GCMD_SRTP      (UINT64_C(1) << 30)
#define GCMD_QIE       (UINT64_C(1) << 26)
#define GCMD_IRE       (UINT64_C(1) << 25)
#define GCMD_SIRTP     (UINT64_C(1) << 24)
#define GCMD_CFI       (UINT64_C(1) << 23)
#define CONTROL_IM     (UINT64_C(1) << 31)
#define CONTROL_IP     (UINT64_C(1) << 30)
#define ICS_IWC        UINT64_C(1)
#define PMEN_EPM       (UINT64_C(1) << 31)
#define PMEN_PRS       UINT64_C(1)
#define RTADDR_SSIRWE  (UINT64_C(1) << 7)
#define PERF_PIS       UINT64_C(1)
#define IRTA_EIME      (UINT64_C(1) << 11)
#define COMMAND_BIT    (UINT64_C(1) << 63) /* ICC, IVT */
#define CCMD_CAIG      bits_mask(60, 59)
#define IOTLB_IAIG     bits_mask(58, 57)
#define IOTLB_WRITABLE (bits_mask(61, 60) | bits_mask(49, 32))

static uint64_t cap_value(const svasim_config *config)
{
    /* DRD and DWD (bits 55, 54) are always set from major version 2 on. */
    uint64_t drains = config->value[SV_KEY_VERSION] >= 2 ? UINT64_C(3) << 54 : 0;
    return sv_capability_register(config, false) | drains;
}

/* The widest address that any supported paging mode translates. */
static uint8_t widest_address(const svasim_config *config)
{
    uint64_t sagaw = config->value[SV_KEY_SAGAW];
    bool five = config->value[SV_KEY_CAP_FIRST + SV_CAP_FS5LP] || (sagaw & 8);
    bool four = config->value[SV_KEY_CAP_FIRST + SV_CAP_FSTS] || (sagaw & 4);
    return five ? 57 : four ? 48 : sagaw & 2 ? 39 : 64;
}

static bool exists(const struct sv_registers *registers, unsigned i)
{
    return (sv_register_needs[i] & ~registers->caps) == 0;
}

void sv_registers_reset(struct sv_registers *registers, const svasim_config *config)
{
    *registers = (struct sv_registers){0};
    registers->caps = sv_config_caps(config);
    for (unsigned i = 0; i < SV_REG_COUNT; i++)
        if (exists(registers, i))
            registers->value[i] = sv_registers[i].reset;
    registers->value[SV_REG_VER] = config->value[SV_KEY_VERSION] << 4;
    registers->value[SV_REG_CAP] = cap_value(config);
    registers->value[SV_REG_ECAP] = sv_capability_register(config, true);
    registers->fault_offset = 16 * (uint32_t)config->value[SV_KEY_FRO];
    registers->iotlb_offset = 16 * (uint32_t)config->value[SV_KEY_IRO];
    registers->fault_width = widest_address(config);
    registers->log.count = (uint16_t)(config->value[SV_KEY_NFR] + 1);
    registers->log.collapse = config->value[SV_KEY_COLLAPSE] != 0;
    sv_perfmon_reset(&registers->perf, config);
    sv_perfmon_announce(&registers->perf, registers->value);
    sv_commands_reset(&registers->commands, config);
    registers->value[SV_REG_ECCAP3] = sv_commands_capability(&registers->commands);
    sv_virtual_commands_reset(&registers->virtual_commands, config);
    if (exists(registers, SV_REG_VCCAP))
        registers->value[SV_REG_VCCAP] =
            sv_virtual_commands_capability(&registers->virtual_commands);
}

/* --- event messages, section 11.4.7.2 and its neighbours --- */

static const struct {
    uint8_t control, data, address, upper;
} messages[SV_MESSAGE_COUNT] = {
    {SV_REG_FECTL, SV_REG_FEDATA, SV_REG_FEADDR, SV_REG_FEUADDR},
    {SV_REG_IECTL, SV_REG_IEDATA, SV_REG_IEADDR, SV_REG_IEUADDR},
    {SV_REG_PECTL, SV_REG_PEDATA, SV_REG_PEADDR, SV_REG_PEUADDR},
    {SV_REG_PERFINTRCTL, SV_REG_PERFINTRDATA, SV_REG_PERFINTRADDR, SV_REG_PERFINTRUADDR},
};

static void raise_message(struct sv_registers *registers, enum sv_message message)
{
    uint64_t *control = &registers->value[messages[message].control];
    if (*control & CONTROL_IM) {
        *control |= CONTROL_IP;
        return;
    }
    *control &= ~CONTROL_IP;
    registers->due |= (uint8_t)(1u << message);
}

static void write_control(struct sv_registers *registers, enum sv_message message, uint64_t value)
{
    uint64_t *control = &registers->value[messages[message].control];
    *control = (*control & CONTROL_IP) | (value & CONTROL_IM);
    if (*control & CONTROL_IP)
        raise_message(registers, message); /* stays pending if it is masked */
}

static void drop_message(struct sv_registers *registers, enum sv_message message)
{
    registers->value[messages[message].control] &= ~CONTROL_IP;
}

bool sv_registers_take_message(struct sv_registers *registers, uint64_t *out_address,
                               uint32_t *out_data)
{
    unsigned i = 0;
    if (!registers->due)
        return false;
    while (!((unsigned)registers->due >> i & 1u))
        i++;
    registers->due &= (uint8_t) ~(1u << i);
    *out_address =
        registers->value[messages[i].upper] << 32 | registers->value[messages[i].address];
    *out_data = (uint32_t)registers->value[messages[i].data];
    return true;
}

/* Status bits became set: one event, unless one of its kind was pending before. */
static void set_fault_status(struct sv_registers *registers, uint64_t before)
{
    if (!(before & SV_FSTS_ANY))
        raise_message(registers, SV_MESSAGE_FAULT);
}

void sv_registers_fault(struct sv_registers *registers, const struct sv_rules *rules,
                        const svasim_request *request, uint8_t reason)
{
    uint64_t record[2];
    uint64_t before = registers->value[SV_REG_FSTS];
    sv_fault_record_of(request, reason, registers->fault_width, sv_rules_has(rules, SV_CAP_PASID),
                       sv_rules_has(rules, SV_CAP_DT), record);
    sv_fault_log_add(&registers->log, record, &registers->value[SV_REG_FSTS]);
    set_fault_status(registers, before);
}

void sv_registers_queue_error(struct sv_registers *registers, uint8_t iqei)
{
    uint64_t before = registers->value[SV_REG_FSTS];
    registers->value[SV_REG_FSTS] |= SV_FSTS_IQE;
    registers->value[SV_REG_IQERCD] = (registers->value[SV_REG_IQERCD] & ~UINT64_C(0xf)) | iqei;
    set_fault_status(registers, before);
}

void sv_registers_device_error(struct sv_registers *registers, uint64_t bit, uint16_t source_id)
{
    uint64_t before = registers->value[SV_REG_FSTS];
    uint64_t field = bit == SV_FSTS_ITE ? bits_mask(47, 32) : bits_mask(63, 48);
    if (!(before & bit)) {
        registers->value[SV_REG_IQERCD] &= ~field;
        bits_put(&registers->value[SV_REG_IQERCD], field, source_id);
    }
    registers->value[SV_REG_FSTS] |= bit;
    set_fault_status(registers, before);
}

void sv_registers_wait_done(struct sv_registers *registers)
{
    if (registers->value[SV_REG_ICS] & ICS_IWC)
        return;
    registers->value[SV_REG_ICS] |= ICS_IWC;
    raise_message(registers, SV_MESSAGE_INVALIDATION);
}

void sv_registers_page_status(struct sv_registers *registers, uint64_t bit)
{
    uint64_t before = registers->value[SV_REG_PRS];
    registers->value[SV_REG_PRS] |= bit;
    if (!(before & (SV_PRS_PPR | SV_PRS_PRO)))
        raise_message(registers, SV_MESSAGE_PAGE);
}

bool sv_registers_perf_event_is_new(const struct sv_registers *registers)
{
    return !(registers->value[SV_REG_PERFINTRSTS] & PERF_PIS);
}

void sv_registers_perf_event(struct sv_registers *registers)
{
    bool is_new = sv_registers_perf_event_is_new(registers);
    registers->value[SV_REG_PERFINTRSTS] |= PERF_PIS;
    if (is_new)
        raise_message(registers, SV_MESSAGE_PERF);
}

void sv_registers_run_command(struct sv_registers *registers)
{
    sv_commands_run(&registers->commands, &registers->value[SV_REG_ECRSP], &registers->perf);
}

/* --- writes with effects --- */

static unsigned write_gcmd(struct sv_registers *registers, const struct sv_rules *rules,
                           uint64_t value)
{
    uint64_t *status = &registers->value[SV_REG_GSTS];
    uint64_t levels = GCMD_TE;
    if (sv_rules_has(rules, SV_CAP_QI))
        levels |= GCMD_QIE;
    if (sv_rules_has(rules, SV_CAP_IR))
        levels |= GCMD_IRE | GCMD_CFI;
    uint64_t before = registers->levels, now = value & levels;
    unsigned actions = SV_ACTION_NONE;
    registers->levels = now;
    /* What was accepted before is drained before software sees that TE or IRE is on. */
    *status = (*status & ~levels) | (now & (*status | ~(GCMD_TE | GCMD_IRE)));
    if (now & ~before & (GCMD_TE | GCMD_IRE))
        actions |= SV_ACTION_DRAIN;
    if (value & GCMD_SRTP) {
        *status |= GCMD_SRTP;
        actions |= SV_ACTION_LATCH_ROOT;
    }
    if ((value & GCMD_SIRTP) && sv_rules_has(rules, SV_CAP_IR)) {
        *status |= GCMD_SIRTP;
        actions |= SV_ACTION_LATCH_IRTA;
    }
    if ((before ^ now) & (GCMD_IRE | GCMD_CFI))
        actions |= SV_ACTION_INTERRUPTS;
    bool stale = (actions & SV_ACTION_LATCH_IRTA) || (before & ~now & GCMD_IRE);
    if (stale && sv_rules_has(rules, SV_CAP_ESIRTPS))
        actions |= SV_ACTION_FLUSH_IEC;
    if ((before & ~now) & GCMD_QIE)
        registers->value[SV_REG_IQH] = 0; /* IQT keeps its value, section 6.5.2 */
    if ((now ^ before) & GCMD_QIE)
        actions |= SV_ACTION_QUEUE;
    if ((before ^ now) & GCMD_TE)
        actions |= now & GCMD_TE ? SV_ACTION_ENABLE : SV_ACTION_DISABLE;
    /* The fault index starts over when neither translation nor interrupt remapping is on. */
    if ((before & (GCMD_TE | GCMD_IRE)) && !(now & (GCMD_TE | GCMD_IRE)))
        registers->log.next = 0;
    return actions;
}

/* EPM acts at once; its status follows when what was accepted before is drained. */
static unsigned write_pmen(struct sv_registers *registers, uint64_t value)
{
    if (registers->caps & (SV_CAP_BIT(PLMR) | SV_CAP_BIT(PHMR)))
        registers->value[SV_REG_PMEN] = value & PMEN_EPM;
    return SV_ACTION_PROTECT;
}

static unsigned write_fsts(struct sv_registers *registers, uint64_t value)
{
    uint64_t *status = &registers->value[SV_REG_FSTS];
    uint64_t before = *status;
    *status &= ~(value & (SV_FSTS_PFO | SV_FSTS_IQE | SV_FSTS_ICE | SV_FSTS_ITE));
    if (!(*status & SV_FSTS_ANY))
        drop_message(registers, SV_MESSAGE_FAULT);
    return before & ~*status & (SV_FSTS_IQE | SV_FSTS_ITE) ? SV_ACTION_QUEUE : SV_ACTION_NONE;
}

static void write_w1c(struct sv_registers *registers, enum sv_register index, uint64_t value,
                      uint64_t bits, enum sv_message message)
{
    registers->value[index] &= ~(value & bits);
    if (!(registers->value[index] & bits))
        drop_message(registers, message);
}

/* Register that contains byte `offset`; SV_REG_COUNT in a hole. */
static unsigned register_at(const struct sv_registers *registers, uint32_t offset)
{
    for (unsigned i = 0; i < SV_REG_COUNT; i++)
        if (exists(registers, i) && offset >= sv_registers[i].offset &&
            offset < sv_registers[i].offset + sv_registers[i].bytes)
            return i;
    return SV_REG_COUNT;
}

static bool in_fault_records(const struct sv_registers *registers, uint32_t offset)
{
    return offset >= registers->fault_offset &&
           offset < registers->fault_offset + 16u * registers->log.count;
}

static bool in_iotlb(const struct sv_registers *registers, uint32_t offset)
{
    return offset >= registers->iotlb_offset && offset < registers->iotlb_offset + 16;
}

static void write_fault_record(struct sv_registers *registers, uint32_t offset, uint32_t value)
{
    uint32_t at = offset - registers->fault_offset;
    uint64_t *fsts = &registers->value[SV_REG_FSTS];
    if (at % 16 != 12 || !(value >> 31))
        return;
    sv_fault_log_clear(&registers->log, at / 16, fsts);
    if (!(*fsts & SV_FSTS_ANY))
        drop_message(registers, SV_MESSAGE_FAULT);
}

static void put_half(uint64_t *word, unsigned shift, uint32_t value, uint64_t writable)
{
    uint64_t mask = writable & (UINT64_C(0xffffffff) << shift);
    *word = (*word & ~mask) | ((uint64_t)value << shift & mask);
}

/* CMD, in the lowest byte, starts the command; the upper half alone leaves the last response. */
static void write_vcmd(struct sv_registers *registers, unsigned shift, uint32_t value)
{
    uint64_t *vcmd = &registers->value[SV_REG_VCMD];
    put_half(vcmd, shift, value, sv_register_writable[SV_REG_VCMD]);
    if (shift == 0)
        registers->value[SV_REG_VCRSP] =
            sv_virtual_commands_run(&registers->virtual_commands, *vcmd);
}

static unsigned write_iotlb(struct sv_registers *registers, uint32_t offset, uint32_t value)
{
    uint32_t at = offset - registers->iotlb_offset;
    if (at < 8) {
        put_half(&registers->iva, 8 * at, value, UINT64_MAX);
        return SV_ACTION_NONE;
    }
    put_half(&registers->iotlb, 8 * (at & 4), value, IOTLB_WRITABLE);
    return at == 12 && value >> 31 ? SV_ACTION_IOTLB : SV_ACTION_NONE;
}

/* Is a command of GCMD or PMEN in flight, whose status does not show yet? */
static bool is_draining(const struct sv_registers *registers)
{
    uint64_t pmen = registers->value[SV_REG_PMEN];
    uint64_t late = registers->levels & ~registers->value[SV_REG_GSTS];
    return (late & (GCMD_TE | GCMD_IRE)) || ((pmen & PMEN_EPM) && !(pmen & PMEN_PRS));
}

/* Store the 32 bits at `offset`, which is a multiple of 4. */
static unsigned write_half(struct sv_registers *registers, const struct sv_rules *rules,
                           uint32_t offset, uint32_t value)
{
    if (in_fault_records(registers, offset)) {
        write_fault_record(registers, offset, value);
        return SV_ACTION_NONE;
    }
    if (in_iotlb(registers, offset))
        return write_iotlb(registers, offset, value);
    if (sv_perfmon_has(&registers->perf, offset)) {
        sv_perfmon_write(&registers->perf, offset, value);
        return SV_ACTION_PERF;
    }
    unsigned i = register_at(registers, offset);
    if (i == SV_REG_COUNT)
        return SV_ACTION_NONE;
    unsigned shift = 8 * (offset - sv_registers[i].offset);
    switch (i) {
    case SV_REG_GCMD:
        return write_gcmd(registers, rules, value);
    case SV_REG_PMEN:
        return write_pmen(registers, value);
    case SV_REG_FSTS:
        return write_fsts(registers, value);
    case SV_REG_FECTL:
        write_control(registers, SV_MESSAGE_FAULT, value);
        return SV_ACTION_NONE;
    case SV_REG_IECTL:
        write_control(registers, SV_MESSAGE_INVALIDATION, value);
        return SV_ACTION_NONE;
    case SV_REG_PECTL:
        write_control(registers, SV_MESSAGE_PAGE, value);
        return SV_ACTION_NONE;
    case SV_REG_ICS:
        write_w1c(registers, SV_REG_ICS, value, ICS_IWC, SV_MESSAGE_INVALIDATION);
        return SV_ACTION_NONE;
    case SV_REG_PRS:
        write_w1c(registers, SV_REG_PRS, value, SV_PRS_PPR | SV_PRS_PRO, SV_MESSAGE_PAGE);
        if (rules->page_event_is_ppr && !(registers->value[SV_REG_PRS] & SV_PRS_PPR))
            drop_message(registers, SV_MESSAGE_PAGE);
        return SV_ACTION_NONE;
    case SV_REG_PERFINTRCTL:
        write_control(registers, SV_MESSAGE_PERF, value);
        return SV_ACTION_NONE;
    case SV_REG_PERFINTRSTS:
        write_w1c(registers, SV_REG_PERFINTRSTS, value, PERF_PIS, SV_MESSAGE_PERF);
        return SV_ACTION_NONE;
    case SV_REG_ECMD:
        return sv_commands_write(&registers->commands, &registers->value[SV_REG_ECRSP], shift / 8,
                                 value, is_draining(registers))
                   ? SV_ACTION_COMMAND
                   : SV_ACTION_NONE;
    case SV_REG_VCMD:
        write_vcmd(registers, shift, value);
        return SV_ACTION_NONE;
    default:
        put_half(&registers->value[i], shift, value, sv_register_writable[i]);
    }
    if (!sv_rules_has(rules, SV_CAP_SSIRWS))
        registers->value[SV_REG_RTADDR] &= ~RTADDR_SSIRWE;
    if (!sv_rules_has(rules, SV_CAP_EIM))
        registers->value[SV_REG_IRTA] &= ~IRTA_EIME;
    if (i == SV_REG_CCMD && shift && value >> 31)
        return SV_ACTION_CCMD;
    return i == SV_REG_IQT && !shift ? SV_ACTION_QUEUE : SV_ACTION_NONE;
}

unsigned sv_registers_write(struct sv_registers *registers, const struct sv_rules *rules,
                            uint32_t offset, uint32_t bytes, uint64_t value)
{
    /* The lower half of ECMD and VCMD starts the command, so its operand goes first (sections 11.4
     * and 11.4.14.1). */
    bool upper_first =
        bytes == 8 &&
        (offset == sv_registers[SV_REG_ECMD].offset ||
         (offset == sv_registers[SV_REG_VCMD].offset && exists(registers, SV_REG_VCMD)));
    unsigned actions = SV_ACTION_NONE;
    if (upper_first)
        actions |= write_half(registers, rules, offset + 4, (uint32_t)(value >> 32));
    actions |= write_half(registers, rules, offset, (uint32_t)value);
    if (bytes == 8 && !upper_first)
        actions |= write_half(registers, rules, offset + 4, (uint32_t)(value >> 32));
    return actions;
}

/* --- register-based invalidation, section 6.5.1 --- */

static bool registers_may_invalidate(const struct sv_registers *registers,
                                     const struct sv_rules *rules, enum sv_ttm ttm)
{
    bool queued = (registers->value[SV_REG_GSTS] & GCMD_QIE) != 0 && !rules->registers_beside_queue;
    return ttm == SV_TTM_LEGACY && rules->version_major <= 5 && !queued;
}

bool sv_registers_take_ccmd(struct sv_registers *registers, const struct sv_rules *rules,
                            enum sv_ttm ttm, uint64_t *out_words)
{
    uint64_t *ccmd = &registers->value[SV_REG_CCMD];
    uint64_t granularity = bits_get(*ccmd, 62, 61);
    *ccmd &= ~(COMMAND_BIT | CCMD_CAIG);
    if (!registers_may_invalidate(registers, rules, ttm) || granularity == 0)
        return false;
    out_words[0] = 1 | granularity << 4 | (*ccmd & 0xffff) << 16 | bits_get(*ccmd, 31, 16) << 32 |
                   bits_get(*ccmd, 33, 32) << 48;
    out_words[1] = out_words[2] = out_words[3] = 0;
    *ccmd |= COMMAND_BIT | granularity << 59;
    return true;
}

bool sv_registers_take_iotlb(struct sv_registers *registers, const struct sv_rules *rules,
                             enum sv_ttm ttm, uint64_t *out_words)
{
    uint64_t *iotlb = &registers->iotlb;
    uint64_t granularity = bits_get(*iotlb, 61, 60);
    *iotlb &= ~(COMMAND_BIT | IOTLB_IAIG);
    uint64_t am = registers->iva & 0x3f;
    bool page = granularity == 3;
    if (!registers_may_invalidate(registers, rules, ttm) || granularity == 0 ||
        (page && sv_rules_has(rules, SV_CAP_PSI) && am > rules->mamv))
        return false;
    if (page && !sv_rules_has(rules, SV_CAP_PSI))
        granularity = 2; /* coarser than asked, and said so */
    out_words[0] = 2 | granularity << 4 | bits_get(*iotlb, 47, 32) << 16;
    out_words[1] = registers->iva & (bits_mask(63, 12) | 0x7f);
    out_words[2] = out_words[3] = 0;
    *iotlb |= COMMAND_BIT | granularity << 57;
    return true;
}

void sv_registers_drained(struct sv_registers *registers, unsigned what)
{
    if (what & SV_DRAINED_IOTLB)
        registers->iotlb &= ~COMMAND_BIT;
    if (what & SV_DRAINED_CONTEXT)
        registers->value[SV_REG_CCMD] &= ~COMMAND_BIT;
    if (what & SV_DRAINED_LEVELS)
        registers->value[SV_REG_GSTS] |= registers->levels & (GCMD_TE | GCMD_IRE);
    if (what & SV_DRAINED_PMEN)
        registers->value[SV_REG_PMEN] |= registers->value[SV_REG_PMEN] & PMEN_EPM ? PMEN_PRS : 0;
}

/* --- reads --- */

static uint64_t read_half(const struct sv_registers *registers, uint32_t offset)
{
    if (in_fault_records(registers, offset)) {
        uint32_t at = offset - registers->fault_offset;
        return registers->log.record[at / 16][at % 16 / 8] >> (8 * (at & 4)) & UINT64_C(0xffffffff);
    }
    if (in_iotlb(registers, offset)) {
        uint32_t at = offset - registers->iotlb_offset;
        return at < 8 ? 0 : registers->iotlb >> (8 * (at & 4)) & UINT64_C(0xffffffff);
    }
    if (sv_perfmon_has(&registers->perf, offset))
        return sv_perfmon_read(&registers->perf, offset);
    unsigned i = register_at(registers, offset);
    if (i == SV_REG_COUNT)
        return 0;
    return registers->value[i] >> (8 * (offset - sv_registers[i].offset)) & UINT64_C(0xffffffff);
}

uint64_t sv_registers_read(const struct sv_registers *registers, uint32_t offset, uint32_t bytes)
{
    uint64_t value = read_half(registers, offset);
    return bytes == 8 ? value | read_half(registers, offset + 4) << 32 : value;
}

void sv_registers_latch(const struct sv_registers *registers, const struct sv_rules *rules,
                        struct sv_mode *mode)
{
    uint64_t rtaddr = registers->value[SV_REG_RTADDR];
    mode->root = rtaddr & bits_mask(63, 12) & low_mask(rules->haw);
    mode->ttm = (uint8_t)bits_get(rtaddr, 11, 10);
    mode->ssirwe = sv_rules_has(rules, SV_CAP_SSIRWS) && bit_get(rtaddr, 7);
}

void sv_registers_latch_irta(const struct sv_registers *registers, const struct sv_rules *rules,
                             struct sv_interrupt_mode *mode)
{
    uint64_t irta = registers->value[SV_REG_IRTA];
    mode->table = irta & bits_mask(63, 12) & low_mask(rules->haw);
    mode->entries = 2u << bits_get(irta, 3, 0);
    mode->extended = (irta & IRTA_EIME) != 0;
}

void sv_registers_interrupt_levels(const struct sv_registers *registers,
                                   struct sv_interrupt_mode *mode)
{
    mode->enabled = (registers->levels & GCMD_IRE) != 0;
    mode->compatible = (registers->levels & GCMD_CFI) != 0;
}
