/* SPDX-License-Identifier: MIT */
/* registers.h - the register file (section 11.4): storage, reset values, write-one-to-clear bits,
 * fault records, event messages, and what a write sets off. The unit carries out the actions;
 * this file only says which. */
#ifndef SV_ARCH_REGISTERS_H
#define SV_ARCH_REGISTERS_H

#include "arch/commands.h"
#include "arch/fault_log.h"
#include "arch/virtual_commands.h"
#include "arch/walk.h"
#include "spec/tables.h"

/* Event messages: each has a control, a data and two address registers. */
enum sv_message {
    SV_MESSAGE_FAULT,
    SV_MESSAGE_INVALIDATION,
    SV_MESSAGE_PAGE,
    SV_MESSAGE_PERF,
    SV_MESSAGE_COUNT
};

struct sv_registers {
    uint64_t value[SV_REG_COUNT];
    uint64_t iva, iotlb; /* at IRO */
    uint64_t caps;       /* which registers exist */
    uint64_t levels;     /* TE, QIE, IRE and CFI as commanded last */
    struct sv_fault_log log;
    uint32_t fault_offset, iotlb_offset; /* bytes */
    uint8_t fault_width;                 /* address bits that a fault record shows */
    uint8_t due;                         /* bit n: message n must be sent now */
    struct sv_commands commands;
    struct sv_virtual_commands virtual_commands;
    struct sv_perfmon perf;
};

/* What the unit must do after a write. */
enum sv_action {
    SV_ACTION_NONE = 0,
    SV_ACTION_LATCH_ROOT = 1u << 0, /* RTADDR takes effect now */
    SV_ACTION_ENABLE = 1u << 1,     /* TE 0 -> 1 */
    SV_ACTION_DISABLE = 1u << 2,    /* TE 1 -> 0 */
    SV_ACTION_QUEUE = 1u << 3,      /* the invalidation queue may have work */
    SV_ACTION_CCMD = 1u << 4,       /* register-based context invalidation */
    SV_ACTION_IOTLB = 1u << 5,      /* register-based IOTLB invalidation */
    SV_ACTION_COMMAND = 1u << 6,    /* an enhanced command is in progress */
    SV_ACTION_PERF = 1u << 7,       /* counters were programmed */
    SV_ACTION_LATCH_IRTA = 1u << 8, /* IRTA takes effect now */
    SV_ACTION_INTERRUPTS = 1u << 9, /* IRE or CFI changed */
    SV_ACTION_FLUSH_IEC = 1u << 10, /* the interrupt entry cache must be empty */
    SV_ACTION_PROTECT = 1u << 11,   /* EPM was written */
    SV_ACTION_DRAIN = 1u << 12      /* TE or IRE 0 -> 1: sv_registers_drained follows */
};

void sv_registers_reset(struct sv_registers *registers, const svasim_config *config);
/* Apply a write of 4 or 8 bytes; returns sv_action bits. */
unsigned sv_registers_write(struct sv_registers *registers, const struct sv_rules *rules,
                            uint32_t offset, uint32_t bytes, uint64_t value);
uint64_t sv_registers_read(const struct sv_registers *registers, uint32_t offset, uint32_t bytes);
/* RTADDR as the walk uses it. */
void sv_registers_latch(const struct sv_registers *registers, const struct sv_rules *rules,
                        struct sv_mode *mode);
/* IRTA, and the levels of GCMD, as interrupt requests use them. */
void sv_registers_latch_irta(const struct sv_registers *registers, const struct sv_rules *rules,
                             struct sv_interrupt_mode *mode);
void sv_registers_interrupt_levels(const struct sv_registers *registers,
                                   struct sv_interrupt_mode *mode);

/* Record a fault that is to be logged, and raise the fault event if it is due one. */
void sv_registers_fault(struct sv_registers *registers, const struct sv_rules *rules,
                        const svasim_request *request, uint8_t reason);
/* The invalidation queue stops with an error (IQEI). */
void sv_registers_queue_error(struct sv_registers *registers, uint8_t iqei);
/* A device did not complete an invalidation in time (ITE), or completed what was not asked of it
 * (ICE); its source id is kept unless an earlier one is. */
void sv_registers_device_error(struct sv_registers *registers, uint64_t bit, uint16_t source_id);
/* A wait descriptor with its interrupt flag is complete. */
void sv_registers_wait_done(struct sv_registers *registers);
/* Set PPR (1) or PRO (2) of PRS_REG, and raise the page request event if it is due one. */
#define SV_PRS_PPR UINT64_C(1)
#define SV_PRS_PRO UINT64_C(2)
void sv_registers_page_status(struct sv_registers *registers, uint64_t bit);
/* A counter has overflowed that asks for an interrupt. */
void sv_registers_perf_event(struct sv_registers *registers);
/* Would one be sent, or held pending, now? Not while software has not seen the last. */
bool sv_registers_perf_event_is_new(const struct sv_registers *registers);
/* Carry out the enhanced command in progress. */
void sv_registers_run_command(struct sv_registers *registers);
/* Take one message that is due: its address and data. False: none is. */
bool sv_registers_take_message(struct sv_registers *registers, uint64_t *out_address,
                               uint32_t *out_data);
/* What a register-based invalidation asks for, as a descriptor; false: it is refused, and the
 * command bit clears. Otherwise the granularity done is reported, and the bit clears with
 * sv_registers_drained. */
bool sv_registers_take_ccmd(struct sv_registers *registers, const struct sv_rules *rules,
                            enum sv_ttm ttm, uint64_t *out_words);
bool sv_registers_take_iotlb(struct sv_registers *registers, const struct sv_rules *rules,
                             enum sv_ttm ttm, uint64_t *out_words);
/* What was in flight when the command came is drained: its status shows. Section 6.5.3. */
enum {
    SV_DRAINED_IOTLB = 1u << 0,  /* IVT clears */
    SV_DRAINED_LEVELS = 1u << 1, /* TES and IRES are as commanded */
    SV_DRAINED_PMEN = 1u << 2,   /* protected memory is in force */
    SV_DRAINED_CONTEXT = 1u << 3 /* ICC clears; nothing was waited for but the engine */
};
void sv_registers_drained(struct sv_registers *registers, unsigned what);

#endif
