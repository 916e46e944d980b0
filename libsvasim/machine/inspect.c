/* SPDX-License-Identifier: MIT */
/* inspect.c - expectations on what software and the interrupt controller see of the unit:
 * registers, the fault recording registers, interrupt messages. */
#include "machine/differ.h"
#include "machine/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CAP_REG 0x8u

static uint64_t low_bits(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static uint64_t read_register(svasim_machine *machine, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    (void)svasim_mmio_read(machine->unit, offset, bytes, &value);
    return value;
}

/* --- holds, register --- */

/* "FSTS" and "fsts_reg" are FSTS_REG. */
static bool is_name_of(const char *full, const char *given)
{
    size_t length = strlen(given), whole = strlen(full);
    return strcasecmp(full, given) == 0 ||
           (length + 4 == whole && !strcasecmp(full + length, "_REG") &&
            strncasecmp(full, given, length) == 0);
}

/* Row of a register by name, or by offset if `given` is NULL; -1: none. */
static int find_register(const char *given, uint64_t offset)
{
    const svasim_register_info *info;
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        if (given ? is_name_of(info->name, given) : info->offset == offset)
            return (int)i;
    return -1;
}

static uint64_t field_of(const svasim_register_field *field, uint64_t value)
{
    uint64_t mask = low_bits(field->hi - field->lo + 1u);
    return field->kind == SVASIM_BITS_ADDRESS ? value & mask << field->lo
                                              : value >> field->lo & mask;
}

static void show_value(const svasim_register_field *field, uint64_t value, char out[24])
{
    if (field->kind == SVASIM_BITS_SOURCE)
        (void)snprintf(out, 24, "%02x:%02x.%x", (unsigned)(value >> 8 & 0xff),
                       (unsigned)(value >> 3 & 0x1f), (unsigned)(value & 7));
    else if (field->kind == SVASIM_BITS_ADDRESS)
        (void)snprintf(out, 24, "0x%" PRIx64, value);
    else
        (void)snprintf(out, 24, "%" PRIu64, value);
}

/* " (FSTS_REG 0x52: iqe=1 ...)": what is there, with the fields that are not 0. */
static void append_content(struct sv_differences *d, int row, uint64_t value)
{
    const svasim_register_field *field;
    char shown[24];
    bool any = false;
    if (row < 0)
        return;
    sv_differ_append(d, " (%s 0x%" PRIx64, svasim_register_at((unsigned)row)->name, value);
    for (unsigned i = 0; (field = svasim_register_field_at(i)) != NULL; i++) {
        if (field->reg != (unsigned)row || !field_of(field, value))
            continue;
        show_value(field, field_of(field, value), shown);
        sv_differ_append(d, "%s %s=%s", any ? "" : ":", field->name, shown);
        any = true;
    }
    sv_differ_append(d, ")");
}

static const svasim_register_field *find_field(int row, const char *name)
{
    const svasim_register_field *field;
    for (unsigned i = 0; (field = svasim_register_field_at(i)) != NULL; i++)
        if (field->reg == (unsigned)row && strcasecmp(field->name, name) == 0)
            return field;
    return NULL;
}

static bool parse_value(const svasim_register_field *field, const char *text, uint64_t *out)
{
    char *end;
    uint16_t sid;
    if (field->kind == SVASIM_BITS_SOURCE && sv_parse_sid(text, &sid)) {
        *out = sid;
        return true;
    }
    *out = strtoull(text, &end, 0);
    return text[0] >= '0' && text[0] <= '9' && !*end && field_of(field, UINT64_MAX) >= *out;
}

/* One "field=value" against the register. */
static svasim_err judge_field(svasim_machine *machine, struct sv_differences *d, int row,
                              char *word, uint64_t actual)
{
    char wanted[24], got[24];
    uint64_t expected;
    char *value = strchr(word, '=');
    if (value)
        *value++ = 0;
    const svasim_register_field *field = find_field(row, word);
    if (!field)
        return sv_machine_fail(machine, SVASIM_EINVAL, "fields: %s has no field \"%.40s\"",
                               svasim_register_at((unsigned)row)->name, word);
    if (!value || !parse_value(field, value, &expected))
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "fields: %s: expected a number of at most 0x%" PRIx64, field->name,
                               field_of(field, UINT64_MAX));
    if (expected == field_of(field, actual))
        return SVASIM_OK;
    show_value(field, expected, wanted);
    show_value(field, field_of(field, actual), got);
    sv_differ_value(d, field->name, wanted, got);
    return SVASIM_OK;
}

svasim_err sv_act_register(svasim_machine *machine, const svasim_record *record)
{
    char given[32] = "", words[512], text[512];
    struct sv_differences d;
    svasim_blob name = record->blob[SVASIM_F_REGISTER_name];
    svasim_blob fields = record->blob[SVASIM_F_REGISTER_fields];
    if (name.bytes < sizeof given)
        memcpy(given, name.data, name.bytes);
    int row = find_register(given, 0);
    sv_differences_begin(&d, text, sizeof text);
    if (row < 0)
        return sv_machine_fail(machine, SVASIM_EINVAL, "name: \"%.*s\" is not a register",
                               (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    if (fields.bytes >= sizeof words)
        return sv_machine_fail(machine, SVASIM_EINVAL, "fields: longer than %zu bytes",
                               sizeof words - 1);
    memcpy(words, fields.data, fields.bytes);
    words[fields.bytes] = 0;
    const svasim_register_info *info = svasim_register_at((unsigned)row);
    uint64_t actual = read_register(machine, info->offset, info->bytes);
    for (char *at = words + strspn(words, " \t"); *at; at += strspn(at, " \t")) {
        char *word = at;
        at += strcspn(at, " \t");
        if (*at)
            *at++ = 0;
        svasim_err err = judge_field(machine, &d, row, word, actual);
        if (err)
            return err;
    }
    append_content(&d, row, actual);
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}

svasim_err sv_act_holds(svasim_machine *machine, const svasim_record *record)
{
    char text[512];
    struct sv_differences d;
    uint64_t offset = record->value[SVASIM_F_HOLDS_offset], value = 0;
    uint64_t expected = record->value[SVASIM_F_HOLDS_value];
    uint64_t mask = UINT64_MAX, size = 4;
    if (svasim_record_has(record, SVASIM_F_HOLDS_size))
        size = record->value[SVASIM_F_HOLDS_size];
    if (svasim_record_has(record, SVASIM_F_HOLDS_mask))
        mask = record->value[SVASIM_F_HOLDS_mask];
    if (svasim_mmio_read(machine->unit, (uint32_t)offset, (uint32_t)size, &value) != SVASIM_OK)
        return sv_machine_fail(machine, SVASIM_EINVAL, "%s", svasim_error(machine->unit));
    sv_differences_begin(&d, text, sizeof text);
    sv_differ_masked(&d, "register", offset, expected, mask, value);
    append_content(&d, find_register(NULL, offset), value);
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}

/* --- logged --- */

/* Offset of fault recording register `index`; false if there are fewer. */
static bool fault_record_at(svasim_machine *machine, uint64_t index, uint32_t *out)
{
    uint64_t cap = read_register(machine, CAP_REG, 8);
    *out = 16 * ((uint32_t)(cap >> 24 & 0x3ff) + (uint32_t)index);
    return index <= (cap >> 40 & 0xff);
}

static void append_record(struct sv_differences *d, const svasim_layout *layout,
                          const uint64_t words[2])
{
    sv_differ_append(d, " (0x%016" PRIx64 " 0x%016" PRIx64 ":", words[0], words[1]);
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        uint64_t value = svasim_field_get(field, words);
        if (field->name[0] && value)
            sv_differ_append(d, " %s=0x%" PRIx64, field->name, value);
    }
    sv_differ_append(d, ")");
}

/* A record has a reason code, which several rows may share. */
static void judge_reason(struct sv_differences *d, const svasim_fault_info *wanted, uint64_t code)
{
    const char *name = NULL;
    unsigned rows = 0;
    if (!wanted || wanted->code == code)
        return;
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++)
        if (svasim_fault_at(i)->code == code) {
            name = svasim_fault_at(i)->name;
            rows++;
        }
    bool unknown = d->unknown;
    sv_differ(d, "expected fault=%s (code 0x%x), got code 0x%" PRIx64, wanted->name, wanted->code,
              code);
    if (rows != 1)
        return;
    d->unknown = unknown;
    sv_differ_actual(d, "fault", name);
}

svasim_err sv_act_logged(svasim_machine *machine, const svasim_record *record)
{
    const svasim_layout *layout = svasim_layout_find("fault_record");
    uint64_t words[2], index = record->value[SVASIM_F_LOGGED_index];
    char text[512];
    struct sv_differences d;
    svasim_record wanted = *record;
    uint32_t offset;
    if (!fault_record_at(machine, index, &offset))
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "index: there is no fault recording register %" PRIu64, index);
    words[0] = read_register(machine, offset, 8);
    words[1] = read_register(machine, offset + 8, 8);
#define GET(name) svasim_field_get(svasim_field_find(layout, name), words)
    wanted.present |= 1u << SVASIM_F_LOGGED_f;
    if (!svasim_record_has(record, SVASIM_F_LOGGED_f))
        wanted.value[SVASIM_F_LOGGED_f] = 1;
    if (svasim_record_has(record, SVASIM_F_LOGGED_pasid) &&
        !svasim_record_has(record, SVASIM_F_LOGGED_pp)) {
        wanted.present |= 1u << SVASIM_F_LOGGED_pp;
        wanted.value[SVASIM_F_LOGGED_pp] = 1;
    }
    wanted.value[SVASIM_F_LOGGED_address] &= ~UINT64_C(0xfff);
    const svasim_fault_info *fault =
        svasim_fault_at((unsigned)record->value[SVASIM_F_LOGGED_fault]);
    sv_differences_begin(&d, text, sizeof text);
    sv_differ_append(&d, "fault record %" PRIu64 ": ", index);
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_f, GET("f"));
    judge_reason(&d, fault, GET("fr"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_code, GET("fr"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_sid, GET("sid"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_address, GET("fi"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_pp, GET("pp"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_pasid, GET("pv"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_type, GET("t1") << 1 | GET("t2"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_at, GET("at"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_priv, GET("priv"));
    sv_differ_field(&d, &wanted, SVASIM_F_LOGGED_exe, GET("exe"));
#undef GET
    append_record(&d, layout, words);
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}

/* --- interrupted --- */

void sv_messages_add(struct sv_messages *messages, uint64_t address, uint32_t data)
{
    messages->last[messages->sent % SV_MESSAGES].address = address;
    messages->last[messages->sent % SV_MESSAGES].data = data;
    messages->sent++;
}

svasim_err sv_act_interrupted(svasim_machine *machine, const svasim_record *record)
{
    struct sv_messages *messages = &machine->messages;
    char text[512];
    struct sv_differences d;
    bool by_address = svasim_record_has(record, SVASIM_F_INTERRUPTED_address);
    bool by_data = svasim_record_has(record, SVASIM_F_INTERRUPTED_data);
    uint64_t kept = messages->sent < SV_MESSAGES ? messages->sent : SV_MESSAGES, matching = 0;
    for (uint64_t i = messages->sent - kept; i < messages->sent; i++)
        matching += (!by_address || messages->last[i % SV_MESSAGES].address ==
                                        record->value[SVASIM_F_INTERRUPTED_address]) &&
                    (!by_data || messages->last[i % SV_MESSAGES].data ==
                                     record->value[SVASIM_F_INTERRUPTED_data]);
    sv_differences_begin(&d, text, sizeof text);
    sv_differ_append(&d, "messages: ");
    if ((by_address || by_data) && messages->sent > SV_MESSAGES)
        sv_differ(&d, "more than %u messages: only the last ones are known", SV_MESSAGES);
    sv_differ_field(&d, record, SVASIM_F_INTERRUPTED_count,
                    by_address || by_data ? matching : messages->sent);
    sv_differ_append(&d, " (%" PRIu64 " sent:", messages->sent);
    for (uint64_t i = messages->sent - (kept < 8 ? kept : 8); i < messages->sent; i++)
        sv_differ_append(&d, " 0x%" PRIx64 "=0x%" PRIx32, messages->last[i % SV_MESSAGES].address,
                         messages->last[i % SV_MESSAGES].data);
    sv_differ_append(&d, ")");
    messages->sent = 0;
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}
