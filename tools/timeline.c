/* SPDX-License-Identifier: MIT */
/* timeline.c - a run as Chrome trace events: a track per walker with its walks and what each waited
 * for, a track per kind of event, a span per request and descriptor, and how many requests are in
 * each stage. Written as it goes; what is kept is what is in flight. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "timeline.h"

#define TEXT_MAX 600

/* Tracks of events, behind those of the walkers. */
enum track {
    TRACK_INVALIDATIONS = 10001,
    TRACK_PAGE_REQUESTS,
    TRACK_FAULTS,
    TRACK_MESSAGES,
    TRACK_ENGINES /* as svasim_engine counts them */
};

/* A request goes from one stage to the next, at a tick that may still be ahead. */
struct move {
    svasim_tick tick;
    uint8_t from, to; /* SVASIM_STAGE_COUNT: nowhere */
};

struct cli_timeline {
    gzFile file;
    const char *path;
    svasim_machine *machine;
    uint64_t mhz, spans;
    unsigned process, walkers_named, engines_named; /* the last: a bit each */
    bool failed, begun;
    struct move *moves; /* heap, by tick */
    size_t count, room;
    int64_t inside[SVASIM_STAGE_COUNT], shown[SVASIM_STAGE_COUNT];
    svasim_tick counted_at;
    uint32_t occupied[SVASIM_OCCUPANT_COUNT]; /* as shown */
};

/* --- writing --- */

/* One object; the first comma of the array is left out. */
__attribute__((format(printf, 2, 3))) static void put(struct cli_timeline *t, const char *format,
                                                      ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        length = 0;
    if (gzputs(t->file, t->begun ? ",\n" : "\n") < 0 ||
        (length && gzwrite(t->file, text, (unsigned)length) != length))
        t->failed = true;
    t->begun = true;
}

/* Microseconds, exact to the picosecond. */
static const char *micros(const struct cli_timeline *t, svasim_tick ticks, char text[48])
{
    uint64_t whole = ticks / t->mhz, rest = ticks % t->mhz * 1000000 / t->mhz;
    (void)snprintf(text, 48, "%" PRIu64 ".%06" PRIu64, whole, rest);
    return text;
}

static void name_track(struct cli_timeline *t, unsigned track, const char *name, unsigned number)
{
    char text[40];
    (void)snprintf(text, sizeof text, track > 10000 ? "%s" : "%s %u", name, number);
    put(t,
        "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":\"%s\"}}",
        t->process, track, text);
    put(t,
        "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%u,\"tid\":%u,"
        "\"args\":{\"sort_index\":%u}}",
        t->process, track, track);
}

static void put_span(struct cli_timeline *t, unsigned track, const char *name, uint64_t id,
                     svasim_tick since, svasim_tick until)
{
    char start[48], length[48];
    put(t,
        "{\"ph\":\"X\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":%s,\"dur\":%s,"
        "\"args\":{\"id\":%" PRIu64 "}}",
        name, t->process, track, micros(t, since, start), micros(t, until - since, length), id);
}

static void put_instant(struct cli_timeline *t, unsigned track, const char *name,
                        const char *detail, uint64_t id, svasim_tick tick)
{
    char at[48];
    put(t,
        "{\"ph\":\"i\",\"s\":\"t\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":%s,"
        "\"args\":{\"id\":%" PRIu64 ",\"detail\":\"%s\"}}",
        name, t->process, track, micros(t, tick, at), id, detail);
}

/* Spans that overlap: each pair of events has a number of its own. */
static void put_async(struct cli_timeline *t, const char *category, const char *name,
                      svasim_tick since, svasim_tick until, const char *arguments)
{
    char at[48];
    t->spans++;
    put(t,
        "{\"ph\":\"b\",\"cat\":\"%s\",\"name\":\"%s\",\"id\":%" PRIu64
        ",\"pid\":%u,\"tid\":0,\"ts\":%s,\"args\":{%s}}",
        category, name, t->spans, t->process, micros(t, since, at), arguments);
    put(t,
        "{\"ph\":\"e\",\"cat\":\"%s\",\"name\":\"%s\",\"id\":%" PRIu64
        ",\"pid\":%u,\"tid\":0,\"ts\":%s}",
        category, name, t->spans, t->process, micros(t, until, at));
}

/* --- how many are in each stage --- */

static void show_counts(struct cli_timeline *t)
{
    char at[48];
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++) {
        if (t->inside[i] == t->shown[i])
            continue;
        t->shown[i] = t->inside[i];
        put(t,
            "{\"ph\":\"C\",\"name\":\"in %s\",\"pid\":%u,\"ts\":%s,\"args\":{\"requests\":%" PRId64
            "}}",
            svasim_stage_name(i), t->process, micros(t, t->counted_at, at), t->inside[i]);
    }
}

static void apply(struct cli_timeline *t, const struct move *move)
{
    if (move->tick != t->counted_at)
        show_counts(t);
    t->counted_at = move->tick;
    if (move->from < SVASIM_STAGE_COUNT)
        t->inside[move->from]--;
    if (move->to < SVASIM_STAGE_COUNT)
        t->inside[move->to]++;
}

static void swap(struct move *a, struct move *b)
{
    struct move kept = *a;
    *a = *b;
    *b = kept;
}

static void apply_first(struct cli_timeline *t)
{
    apply(t, &t->moves[0]);
    t->moves[0] = t->moves[--t->count];
    for (size_t i = 0, child; (child = 2 * i + 1) < t->count; i = child) {
        if (child + 1 < t->count && t->moves[child + 1].tick < t->moves[child].tick)
            child++;
        if (t->moves[i].tick <= t->moves[child].tick)
            break;
        swap(&t->moves[i], &t->moves[child]);
    }
}

static void move(struct cli_timeline *t, svasim_tick tick, unsigned from, unsigned to)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct move *moves = realloc(t->moves, room * sizeof *moves);
        if (!moves) {
            t->failed = true;
            return;
        }
        t->moves = moves;
        t->room = room;
    }
    size_t i = t->count++;
    t->moves[i] = (struct move){tick, (uint8_t)from, (uint8_t)to};
    for (; i > 0 && t->moves[(i - 1) / 2].tick > t->moves[i].tick; i = (i - 1) / 2)
        swap(&t->moves[i], &t->moves[(i - 1) / 2]);
}

static bool ready(struct cli_timeline *t)
{
    if (!t->mhz)
        t->mhz = cli_config_number(svasim_machine_config(t->machine), "clock.freq_mhz");
    return !t->failed;
}

/* What is no stage: the others are shown above. */
void cli_timeline_time(struct cli_timeline *t)
{
    static const svasim_occupant tracks[] = {SVASIM_OCCUPANT_IN_FLIGHT, SVASIM_OCCUPANT_WALKERS};
    const svasim *unit = svasim_machine_unit(t->machine);
    char at[48];
    if (!ready(t))
        return;
    for (unsigned i = 0; i < sizeof tracks / sizeof tracks[0]; i++) {
        uint32_t here = svasim_occupancy(unit, tracks[i]);
        if (here == t->occupied[tracks[i]])
            continue;
        t->occupied[tracks[i]] = here;
        put(t,
            "{\"ph\":\"C\",\"name\":\"%s\",\"pid\":%u,\"ts\":%s,\"args\":{\"count\":%" PRIu32 "}}",
            svasim_occupant_at(tracks[i])->name, t->process, micros(t, svasim_now(unit), at), here);
    }
}

/* --- acts and events --- */

static const char *op_of(const svasim_request *request)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    if (request->at == SVASIM_TRANSLATION)
        return "ats";
    return request->at == SVASIM_UNTRANSLATED ? ops[request->op % 3] : "translated";
}

static void on_stage(struct cli_timeline *t, uint64_t id, const svasim_act *act)
{
    svasim_tick now = svasim_now(svasim_machine_unit(t->machine));
    while (t->count && t->moves[0].tick < now)
        apply_first(t);
    move(t, act->until, act->stage, act->next);
    if (act->walker != SVASIM_NO_WALKER && act->since != act->until)
        put_span(t, 1 + act->walker, svasim_stage_name(act->stage), id, act->since, act->until);
}

static void on_walk(struct cli_timeline *t, uint64_t id, const svasim_act *act)
{
    char name[60];
    for (; t->walkers_named <= act->walker; t->walkers_named++)
        name_track(t, 1 + t->walkers_named, "walker", t->walkers_named);
    (void)snprintf(name, sizeof name, "%s 0x%" PRIx64, op_of(act->request), act->request->address);
    put_span(t, 1 + act->walker, name, id, act->since, act->until);
}

static void on_engine(struct cli_timeline *t, const svasim_act *act)
{
    static const char *const names[] = {"invalidation engine", "page request engine"};
    if (!(t->engines_named >> act->engine & 1u))
        name_track(t, TRACK_ENGINES + act->engine, names[act->engine], 0);
    t->engines_named |= 1u << act->engine;
    put_span(t, TRACK_ENGINES + act->engine, "busy", 0, act->since, act->until);
}

void cli_timeline_act(struct cli_timeline *t, uint64_t id, const svasim_act *act)
{
    if (!ready(t))
        return;
    if (act->kind == SVASIM_ACT_STAGE)
        on_stage(t, id, act);
    else if (act->kind == SVASIM_ACT_WALK)
        on_walk(t, id, act);
    else if (act->kind == SVASIM_ACT_ENGINE)
        on_engine(t, act);
}

static void on_answer(struct cli_timeline *t, const svasim_event *event)
{
    const svasim_request *request = event->request;
    const svasim_response *response = event->response;
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    char sid[CLI_SID_TEXT], name[60], arguments[200], pasid[24] = "null";
    cli_sid_format(request->source_id, sid);
    if (request->pasid != SVASIM_NO_PASID)
        (void)snprintf(pasid, sizeof pasid, "%" PRIu32, request->pasid);
    (void)snprintf(name, sizeof name, "%s %s", sid, op_of(request));
    (void)snprintf(arguments, sizeof arguments,
                   "\"id\":%" PRIu64 ",\"pasid\":%s,\"iova\":\"0x%" PRIx64 "\",\"pa\":\"0x%" PRIx64
                   "\",\"reads\":%u,\"fault\":\"%s\"",
                   event->id, pasid, request->address, response->address, response->reads,
                   fault ? fault->name : "");
    put_async(t, "request", name, response->accepted_at, response->completed_at, arguments);
    if (fault)
        put_instant(t, TRACK_FAULTS, fault->name, fault->condition, event->id,
                    response->completed_at);
}

static void on_completion(struct cli_timeline *t, const svasim_event *event)
{
    const svasim_completion *done = event->completion;
    const svasim_opcode_info *opcode = svasim_opcode_find(done->opcode);
    char arguments[120];
    (void)snprintf(arguments, sizeof arguments,
                   "\"id\":%" PRIu64 ",\"status\":\"%s\",\"requests\":%" PRIu32 ",\"wq\":%u",
                   event->id, svasim_dsa_status_name(done->status), done->dma_requests, done->wq);
    put_async(t, "descriptor", opcode ? opcode->name : "reserved", done->submitted_at,
              done->completed_at, arguments);
}

/* The round trip, if modelled software has answered. */
static void on_page_response(struct cli_timeline *t, const svasim_event *event)
{
    char arguments[60];
    put_instant(t, TRACK_PAGE_REQUESTS, "response", "", event->id, event->tick);
    (void)snprintf(arguments, sizeof arguments, "\"id\":%" PRIu64 ",\"code\":%u", event->id,
                   event->page_response->code);
    if (event->id)
        put_async(t, "page request", "page request", event->tick - event->latency, event->tick,
                  arguments);
}

void cli_timeline_event(struct cli_timeline *t, const svasim_event *event)
{
    if (!svasim_machine_unit(t->machine) || !ready(t))
        return;
    if (event->kind == SVASIM_EVENT_TRANSLATION)
        on_answer(t, event);
    else if (event->kind == SVASIM_EVENT_COMPLETION)
        on_completion(t, event);
    else if (event->kind == SVASIM_EVENT_INVALIDATION)
        put_instant(t, TRACK_INVALIDATIONS, event->iqei ? "refused" : "descriptor", "", event->id,
                    event->tick);
    else if (event->kind == SVASIM_EVENT_PAGE_REQUEST)
        put_instant(t, TRACK_PAGE_REQUESTS, cli_page_answer_name(event->page_answer), "", event->id,
                    event->tick);
    else if (event->kind == SVASIM_EVENT_PAGE_RESPONSE)
        on_page_response(t, event);
    else if (event->kind == SVASIM_EVENT_INTERRUPT)
        put_instant(t, TRACK_MESSAGES, "event message", "", event->id,
                    svasim_now(svasim_machine_unit(t->machine)));
}

/* --- files --- */

struct cli_timeline *cli_timeline_open(const char *path)
{
    struct cli_timeline *t = calloc(1, sizeof *t);
    if (!t) {
        cli_message("out of memory");
        return NULL;
    }
    t->path = path;
    errno = 0;
    t->file = gzopen(path, cli_ends_with(path, ".gz") ? "wb1" : "wbT");
    if (!t->file) {
        cli_message("%s: %s", path, errno ? strerror(errno) : "out of memory");
        free(t);
        return NULL;
    }
    t->failed = gzputs(t->file, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[") < 0;
    return t;
}

void cli_timeline_begin(struct cli_timeline *t, const char *name, svasim_machine *machine)
{
    static const char *const tracks[] = {"invalidations", "page requests", "faults",
                                         "event messages"};
    char plain[200];
    size_t length = 0;
    t->process++;
    t->machine = machine;
    t->mhz = t->walkers_named = t->engines_named = 0;
    t->counted_at = 0;
    memset(t->inside, 0, sizeof t->inside);
    memset(t->shown, 0, sizeof t->shown);
    memset(t->occupied, 0, sizeof t->occupied);
    /* A file's name may hold anything. */
    for (; name[length] && length + 1 < sizeof plain; length++) {
        unsigned char c = (unsigned char)name[length];
        plain[length] = c < 0x20 || c == '"' || c == '\\' || c > 0x7e ? '_' : (char)c;
    }
    plain[length] = 0;
    put(t, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":\"%s\"}}",
        t->process, plain);
    for (unsigned i = 0; i < sizeof tracks / sizeof tracks[0]; i++)
        name_track(t, TRACK_INVALIDATIONS + i, tracks[i], 0);
}

void cli_timeline_end(struct cli_timeline *t)
{
    while (t->count)
        apply_first(t);
    if (!t->mhz)
        return;
    show_counts(t);
    cli_timeline_time(t);
}

int cli_timeline_close(struct cli_timeline *t)
{
    bool failed = gzputs(t->file, "\n]}\n") < 0 || t->failed;
    failed = gzclose(t->file) != Z_OK || failed;
    if (failed)
        cli_message("%s: cannot be written", t->path);
    free(t->moves);
    free(t);
    return failed ? CLI_EXIT_SYSTEM : CLI_EXIT_OK;
}
