/* SPDX-License-Identifier: MIT */
/* vectors_record.c - a machine's traffic becomes steps: what goes in, in order, and with each what
 * the unit did. All that software stored before the unit first looked at memory is the image. */
#include <stdlib.h>
#include <string.h>

#include "svasim/front.h"
#include "vectors.h"

json_t *vectors_step(struct vectors_run *run, const char *what)
{
    json_t *step = json_object();
    vectors_set(run, step, "kind", json_string("step"));
    vectors_set(run, step, "step", json_integer((json_int_t)json_array_size(run->steps) + 1));
    vectors_set(run, step, "line", json_integer(run->record ? (json_int_t)run->record->line : 0));
    vectors_set(run, step, "do", json_string(what));
    vectors_append(run, run->steps, step);
    return step;
}

/* --- stores --- */

static void note_word(struct vectors_run *run, uint64_t address)
{
    struct vectors_stores *stores = &run->stores;
    if (stores->count && stores->words[stores->count - 1] == address)
        return;
    if (stores->count == stores->room) {
        size_t room = stores->room ? 2 * stores->room : 256;
        uint64_t *words = realloc(stores->words, room * sizeof *words);
        if (!words) {
            run->failed = true;
            return;
        }
        stores->words = words;
        stores->room = room;
    }
    stores->words[stores->count++] = address;
}

static void on_store(struct vectors_run *run, const svasim_crossing *crossing)
{
    struct vectors_stores *stores = &run->stores;
    if (crossing->bytes == 0 || (run->only_steps && !run->image_done && !crossing->kept))
        return;
    if (crossing->kept)
        vectors_image_close(run);
    if (run->image_done && (stores->device != crossing->flag || stores->kept != crossing->kept))
        vectors_settle(run);
    stores->device = crossing->flag;
    stores->kept = crossing->kept;
    uint64_t last = (crossing->address + (crossing->bytes - 1)) & ~UINT64_C(7);
    for (uint64_t at = crossing->address & ~UINT64_C(7);; at += 8) {
        note_word(run, at);
        if (at == last)
            break;
    }
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* What the stored words hold now, as runs of neighbours; with `sparse`, without those that are 0.
   Nothing is pending afterwards. */
static json_t *take_runs(struct vectors_run *run, bool sparse)
{
    const svasim_mem *mem = svasim_machine_mem(run->machine);
    struct vectors_stores *stores = &run->stores;
    json_t *runs = json_array(), *words = NULL;
    uint64_t next = 0;
    if (stores->count)
        qsort(stores->words, stores->count, sizeof stores->words[0], by_value);
    for (size_t i = 0; i < stores->count; i++) {
        uint64_t address = stores->words[i], value = svasim_mem_read64(mem, address);
        if ((i && stores->words[i - 1] == address) || (sparse && value == 0))
            continue;
        if (!words || address != next) {
            json_t *one = json_object();
            words = json_array();
            vectors_set(run, one, "address", vectors_hex(address));
            vectors_set(run, one, "words", words);
            vectors_append(run, runs, one);
        }
        vectors_append(run, words, vectors_hex(value));
        next = address + 8;
    }
    stores->count = 0;
    return runs;
}

void vectors_image_close(struct vectors_run *run)
{
    if (run->image_done)
        return;
    run->image_done = true;
    if (!run->only_steps)
        run->image = take_runs(run, true);
    run->stores.count = 0;
}

void vectors_settle(struct vectors_run *run)
{
    if (!run->image_done || run->stores.count == 0)
        return;
    json_t *step = vectors_step(run, "store");
    vectors_set(run, step, "by", json_string(run->stores.device ? "device" : "software"));
    vectors_set(run, step, "kept", json_boolean(run->stores.kept));
    vectors_set(run, step, "runs", take_runs(run, false));
}

/* --- what the unit did --- */

static json_t *effects_of(struct vectors_run *run, const char *key)
{
    json_t *list = json_object_get(run->effects, key);
    if (!list)
        vectors_set(run, run->effects, key, json_array());
    return list ? list : json_object_get(run->effects, key);
}

static void on_change(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *one = json_object();
    vectors_set(run, one, "address", vectors_hex(crossing->address));
    vectors_set(run, one, "bytes", json_integer((json_int_t)crossing->bytes));
    vectors_set(run, one, "old", vectors_hex(crossing->old));
    vectors_set(run, one, "new", vectors_hex(crossing->value));
    vectors_set(run, one, "locked", json_boolean(crossing->flag));
    vectors_append(run, effects_of(run, "changes"), one);
}

static void on_told(struct vectors_run *run, const svasim_crossing *crossing)
{
    const svasim_device_invalidation *message = crossing->message;
    json_t *one = json_object();
    vectors_set(run, one, "source_id", json_integer(message->source_id));
    vectors_set(run, one, "itag", json_integer(message->itag));
    vectors_set_pasid(run, one, message->pasid);
    vectors_set(run, one, "all_pasids", json_boolean(message->all_pasids));
    vectors_set(run, one, "address", vectors_hex(message->address));
    vectors_set(run, one, "size_log2", json_integer(message->size_log2));
    vectors_set(run, one, "done", json_boolean(crossing->flag));
    if (json_array_append(run->told, one) != 0)
        run->failed = true;
    vectors_append(run, effects_of(run, "device_invalidations"), one);
    run->needs |= VECTORS_DEVICE_TLB;
}

static void on_message(struct vectors_run *run, const svasim_event *event)
{
    json_t *one = json_object();
    vectors_set(run, one, "address", vectors_hex(event->address));
    vectors_set(run, one, "data", vectors_hex(event->data));
    if (json_array_append(run->messages, one) != 0)
        run->failed = true;
    vectors_append(run, effects_of(run, "messages"), one);
}

static void on_page_response(struct vectors_run *run, const svasim_page_response *response)
{
    json_t *one = json_object();
    vectors_set(run, one, "source_id", json_integer(response->source_id));
    vectors_set_pasid(run, one, response->pasid);
    vectors_set(run, one, "group", json_integer(response->group));
    vectors_set(run, one, "code", json_integer(response->code));
    vectors_append(run, effects_of(run, "page_responses"), one);
}

/* The step is over: what the unit did meanwhile belongs to it. */
static void finish(struct vectors_run *run, json_t *step)
{
    json_t *expect = vectors_part(run, step, "expect");
    if (json_object_update(expect, run->effects) != 0 || json_object_clear(run->effects) != 0)
        run->failed = true;
    vectors_registers_tell(run, step);
}

/* --- what goes in --- */

static void on_register(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *step = run->step = vectors_step(run, "write_register");
    const char *name = vectors_register_name(&run->shown, (uint32_t)crossing->address);
    vectors_set(run, step, "name", name ? json_string(name) : json_null());
    vectors_set(run, step, "offset", vectors_hex(crossing->address));
    vectors_set(run, step, "bytes", json_integer((json_int_t)crossing->bytes));
    vectors_set(run, step, "value", vectors_hex(crossing->value));
}

static void on_invalidate(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *step = run->step = vectors_step(run, "invalidate"), *words = json_array();
    for (unsigned i = 0; i < 4; i++)
        vectors_append(run, words, vectors_hex(crossing->words[i]));
    vectors_set(run, step, "words", words);
    run->needs |= VECTORS_DESCRIPTORS;
}

static void on_device_done(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *step = run->step = vectors_step(run, "device_tlb_done");
    vectors_set(run, step, "source_id", json_integer(crossing->source_id));
    vectors_set(run, step, "itags", vectors_hex(crossing->itags));
    vectors_set(run, step, "messages", json_integer(crossing->messages));
    run->needs |= VECTORS_DEVICE_TLB;
}

static void on_time(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *step = run->step = vectors_step(run, "advance");
    vectors_set(run, step, "tick", vectors_number(crossing->tick));
    vectors_set(run, step, "timed", json_true());
    run->needs |= VECTORS_TIME;
}

static void on_end(struct vectors_run *run, const svasim_crossing *crossing)
{
    json_t *step = run->step;
    run->step = NULL;
    if (crossing->flag) { /* nothing was done: it comes again */
        (void)json_array_remove(run->steps, json_array_size(run->steps) - 1);
        return;
    }
    if (strcmp(vectors_text(step, "do"), "invalidate") == 0)
        vectors_set(run, vectors_part(run, step, "expect"), "iqei", json_integer(crossing->iqei));
    finish(run, step);
}

static void on_range(struct vectors_run *run, const svasim_crossing *crossing, const char *what)
{
    static const char *const accesses[] = {"read", "write", "update"};
    json_t *step = vectors_step(run, what);
    vectors_set(run, step, "address", vectors_hex(crossing->address));
    vectors_set(run, step, "bytes", vectors_hex(crossing->bytes));
    run->needs |=
        crossing->kind == SVASIM_CROSSING_FLUSH ? VECTORS_CPU_CACHE : VECTORS_ACCESS_ERRORS;
    if (crossing->kind != SVASIM_CROSSING_FAIL)
        return;
    json_t *list = json_array();
    for (unsigned i = 0; i < 3; i++)
        if (crossing->value >> i & 1u)
            vectors_append(run, list, json_string(accesses[i]));
    vectors_set(run, step, "accesses", list);
}

static void on_crossing(void *user, const svasim_crossing *crossing)
{
    struct vectors_run *run = user;
    if (run->failed)
        return;
    if (crossing->kind == SVASIM_CROSSING_STORE) {
        on_store(run, crossing);
        return;
    }
    if (crossing->kind == SVASIM_CROSSING_ACCESS)
        vectors_image_close(run);
    vectors_settle(run);
    switch (crossing->kind) {
    case SVASIM_CROSSING_CHANGE:
        on_change(run, crossing);
        break;
    case SVASIM_CROSSING_REGISTER:
        on_register(run, crossing);
        break;
    case SVASIM_CROSSING_INVALIDATE:
        on_invalidate(run, crossing);
        break;
    case SVASIM_CROSSING_DEVICE_DONE:
        on_device_done(run, crossing);
        break;
    case SVASIM_CROSSING_TIME:
        on_time(run, crossing);
        break;
    case SVASIM_CROSSING_END:
        on_end(run, crossing);
        break;
    case SVASIM_CROSSING_TOLD:
        on_told(run, crossing);
        break;
    case SVASIM_CROSSING_FAIL:
        on_range(run, crossing, "fail");
        break;
    case SVASIM_CROSSING_HEAL:
        on_range(run, crossing, "heal");
        break;
    case SVASIM_CROSSING_FLUSH:
        on_range(run, crossing, "flush");
        break;
    case SVASIM_CROSSING_STORE:
    case SVASIM_CROSSING_ACCESS:
        break;
    }
}

static void on_request(struct vectors_run *run, const svasim_event *event, const char *what,
                       void (*tell)(struct vectors_run *, json_t *, const svasim_event *))
{
    vectors_image_close(run);
    vectors_settle(run);
    json_t *step = vectors_step(run, what);
    tell(run, step, event);
    finish(run, step);
    run->requests++;
}

/* It follows the answer that it speaks of. */
static void on_stale(struct vectors_run *run)
{
    json_t *step = json_array_get(run->steps, json_array_size(run->steps) - 1);
    vectors_set(run, vectors_part(run, step, "internal"), "stale", json_true());
}

static void on_event(void *user, const svasim_event *event)
{
    struct vectors_run *run = user;
    if (run->failed)
        return;
    if (event->kind == SVASIM_EVENT_TRANSLATION)
        on_request(run, event, "request", vectors_tell_request);
    else if (event->kind == SVASIM_EVENT_PAGE_REQUEST)
        on_request(run, event, "page_request", vectors_tell_page_request);
    else if (event->kind == SVASIM_EVENT_INTERRUPT)
        on_message(run, event);
    else if (event->kind == SVASIM_EVENT_PAGE_RESPONSE)
        on_page_response(run, event->page_response);
    else if (event->kind == SVASIM_EVENT_STALE)
        on_stale(run);
}

void vectors_options(struct vectors_run *run, svasim_machine_options *out)
{
    *out = (svasim_machine_options){.functional = true,
                                    .check_stale = true,
                                    .on_event = on_event,
                                    .on_crossing = on_crossing,
                                    .user = run};
}
