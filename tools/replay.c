/* SPDX-License-Identifier: MIT */
/* replay.c - what does a unit do with these traces? Runs each and tells the outcome. Knows no
 * record kind. */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "report.h"
#include "samples.h"
#include "timeline.h"

#define LISTED_MAX 20 /* failed expectations shown; the rest is counted */

struct replay {
    struct cli_pins pins;
    const char *stats_path, *events_path, *timeline_path;
    struct cli_events *events;
    struct cli_timeline *timeline;
    struct cli_samples samples; /* only with --stats */
    svasim_tick interval;
    json_t *stats;        /* array, one object per file */
    json_t *config_files; /* array of the paths given with -c */
    bool functional, check_stale;
    bool told; /* a summary was printed */

    /* of the file that is running */
    const char *path;
    svasim_machine *machine;
    uint64_t mhz; /* 0: not yet asked for */
    uint64_t failed, differing, stale;
};

static const char help[] =
    "Usage: svasim replay [options] FILE...\n\n"
    "Runs each trace on a machine of its own and prints a summary. FILE may be text or\n"
    "binary, compressed or not; - is standard input.\n\n"
    "  -c, --config FILE.ini   configuration over what the trace says (may be repeated)\n"
    "      --set KEY=VALUE     one setting, over FILE.ini (svasim info --keys lists them)\n"
    "      --functional        answers at once: no time, much faster\n"
    "      --check-stale       compare every answer with what the tables say by then\n"
    "      --stats F.json      all counters, latencies and settings\n"
    "      --interval N        cycles of the first intervals of its occupancy series\n"
    "      --timeline F.json   what happened when, for Perfetto; compressed if F ends in .gz\n"
    "      --events F.jsonl    one object per request outcome; compressed if F ends in .gz\n"
    "  -h, --help\n\n"
    "Exit code: 1 if an expectation of a trace is not met, 3 if a trace is malformed; the\n"
    "results up to that place are printed in any case.\n\n"
    "Example: what would sixteen walkers do?\n"
    "  svasim gen window --window 1G -o window.svb\n"
    "  svasim replay --set walk.walkers=16 --stats wide.json window.svb\n";

/* --- what happens during the run --- */

static void list_place(const struct replay *replay, const svasim_event *event)
{
    printf("%s: ", replay->path);
    if (event->line)
        printf("line %" PRIu64 ": ", event->line);
    else if (event->record)
        printf("record %" PRIu64 ": ", event->record);
}

static void list_text(struct replay *replay, const svasim_event *event, const char *what,
                      uint64_t *count)
{
    if ((*count)++ >= LISTED_MAX)
        return;
    cli_progress_wipe();
    list_place(replay, event);
    printf("%s: %s\n", what, event->text);
}

static void list_answer(const svasim_response *response)
{
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    if (fault)
        printf("%s", fault->name);
    else
        printf("0x%" PRIx64, response->address);
}

static void list_stale(struct replay *replay, const svasim_event *event)
{
    char sid[CLI_SID_TEXT];
    if (replay->stale++ >= LISTED_MAX)
        return;
    cli_progress_wipe();
    list_place(replay, event);
    cli_sid_format(event->request->source_id, sid);
    printf("stale: id %" PRIu64 " %s", event->id, sid);
    if (event->request->pasid != SVASIM_NO_PASID)
        printf(" pasid %" PRIu32, event->request->pasid);
    printf(" 0x%" PRIx64 " answered ", event->request->address);
    list_answer(event->response);
    printf(", the tables say ");
    list_answer(event->fresh);
    putchar('\n');
}

static void on_event(void *user, const svasim_event *event)
{
    struct replay *replay = user;
    if (event->kind == SVASIM_EVENT_FAILED)
        list_text(replay, event, "FAILED", &replay->failed);
    else if (event->kind == SVASIM_EVENT_DIFFERS)
        list_text(replay, event, "differs", &replay->differing);
    else if (event->kind == SVASIM_EVENT_STALE)
        list_stale(replay, event);
    if (replay->timeline)
        cli_timeline_event(replay->timeline, event);
    if (!replay->events)
        return;
    if (!replay->mhz)
        replay->mhz = cli_config_number(svasim_machine_config(replay->machine), "clock.freq_mhz");
    cli_events_put(replay->events, event, replay->mhz);
}

static void on_act(void *user, uint64_t id, const svasim_act *act)
{
    const struct replay *replay = user;
    cli_timeline_act(replay->timeline, id, act);
}

static void on_time(void *user, svasim_tick tick)
{
    struct replay *replay = user;
    if (replay->stats)
        cli_samples_pass(&replay->samples, tick);
    if (replay->timeline)
        cli_timeline_time(replay->timeline);
}

static void list_rest(uint64_t count, const char *what)
{
    if (count > LISTED_MAX)
        printf("... and %" PRIu64 " more %s\n", count - LISTED_MAX, what);
}

/* --- one file --- */

static int tell(struct replay *replay, int code)
{

    const svasim_machine_stats *stats = svasim_machine_statistics(replay->machine);
    struct cli_run run = {.path = replay->path,
                          .machine = replay->machine,
                          .functional = replay->functional,
                          .check_stale = replay->check_stale,
                          .broken = code >= CLI_EXIT_INPUT,
                          .samples = replay->functional ? NULL : &replay->samples,
                          .config_files = replay->config_files};
    list_rest(replay->failed, "failed expectations");
    list_rest(replay->differing, "differences");
    list_rest(replay->stale, "stale answers");
    cli_summary_print(&run);
    replay->told = true;
    if (replay->stats) {
        json_t *object = cli_stats_json(&run);
        if (!object || json_array_append_new(replay->stats, object) != 0) {
            cli_message("out of memory");
            return CLI_EXIT_SYSTEM;
        }
    }
    if (stats->expectations_met < stats->expectations)
        code = cli_worse(code, CLI_EXIT_EXPECTATION);
    return code;
}

static int run_machine(struct replay *replay, svasim_reader *reader)
{
    int code = cli_machine_run(replay->machine, reader, replay->path, &replay->pins);
    if (!svasim_machine_unit(replay->machine))
        return code; /* nothing ever ran, and a message says why */
    return tell(replay, code);
}

static int run_file(struct replay *replay, const char *path)
{
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_open(path, &error);
    if (!reader)
        return cli_trace_message(&error);
    svasim_machine_options options = {.functional = replay->functional,
                                      .check_stale = replay->check_stale,
                                      .on_event = on_event,
                                      .on_act = replay->timeline ? on_act : NULL,
                                      .on_time = replay->stats || replay->timeline ? on_time : NULL,
                                      .user = replay};
    if (replay->told)
        putchar('\n');
    replay->path = path;
    replay->machine = svasim_machine_create(&options);
    replay->mhz = replay->failed = replay->differing = replay->stale = 0;
    int code = CLI_EXIT_SYSTEM;
    if (replay->machine && replay->stats)
        cli_samples_begin(&replay->samples, replay->machine, replay->interval);
    if (replay->machine && replay->timeline)
        cli_timeline_begin(replay->timeline, path, replay->machine);
    if (replay->machine)
        code = run_machine(replay, reader);
    else
        cli_message("out of memory");
    if (replay->machine && replay->timeline)
        cli_timeline_end(replay->timeline);
    svasim_machine_destroy(replay->machine);
    svasim_reader_close(reader);
    return code;
}

/* --- the command --- */

static int add_config_file(struct replay *replay, const char *path)
{
    if (json_array_append_new(replay->config_files, cli_json_text(path)) != 0) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    return cli_pins_file(&replay->pins, path);
}

static int parse(struct replay *replay, int argc, char **argv)
{
    enum { SET = 256, FUNCTIONAL, CHECK_STALE, STATS, INTERVAL, EVENTS, TIMELINE };
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"set", required_argument, NULL, SET},
                                            {"functional", no_argument, NULL, FUNCTIONAL},
                                            {"check-stale", no_argument, NULL, CHECK_STALE},
                                            {"stats", required_argument, NULL, STATS},
                                            {"interval", required_argument, NULL, INTERVAL},
                                            {"events", required_argument, NULL, EVENTS},
                                            {"timeline", required_argument, NULL, TIMELINE},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct cli_pins sets = {NULL, 0};
    int code = CLI_EXIT_OK, option;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            code = add_config_file(replay, optarg);
            break;
        case SET:
            code = cli_pins_assign(&sets, "replay", optarg);
            break;
        case FUNCTIONAL:
            replay->functional = true;
            break;
        case CHECK_STALE:
            replay->check_stale = true;
            break;
        case STATS:
            replay->stats_path = optarg;
            break;
        case INTERVAL:
            if (!cli_number(optarg, &replay->interval) || replay->interval == 0 ||
                replay->interval > UINT32_MAX)
                code = cli_usage("replay", "--interval: \"%s\" is no number of cycles", optarg);
            break;
        case EVENTS:
            replay->events_path = optarg;
            break;
        case TIMELINE:
            replay->timeline_path = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            code = -1;
            break;
        default:
            code = cli_usage_option("replay", option, argv);
            break;
        }
    }
    /* --set wins over files, wherever it stands on the line. */
    if (code == CLI_EXIT_OK && !cli_pins_move(&replay->pins, &sets)) {
        cli_message("out of memory");
        code = CLI_EXIT_SYSTEM;
    }
    cli_pins_free(&sets);
    if (code == CLI_EXIT_OK && replay->timeline_path && replay->functional)
        code = cli_usage("replay", "--timeline: a --functional run has no time");
    return code;
}

/* One file: its object; several: an array of objects. */
static int write_stats(const struct replay *replay)
{
    if (json_array_size(replay->stats) == 0)
        return CLI_EXIT_OK;
    const json_t *all = replay->stats;
    if (json_array_size(all) == 1)
        all = json_array_get(all, 0);
    return cli_json_write(all, replay->stats_path, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
}

static int run_files(struct replay *replay, int count, char **paths)
{
    int code = CLI_EXIT_OK;
    if (replay->stats_path && (!(replay->stats = json_array()) || !replay->config_files)) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    if (replay->events_path && !(replay->events = cli_events_open(replay->events_path)))
        return CLI_EXIT_SYSTEM;
    if (replay->timeline_path && !(replay->timeline = cli_timeline_open(replay->timeline_path)))
        code = CLI_EXIT_SYSTEM;
    for (int i = 0; i < count && (!replay->timeline_path || replay->timeline); i++)
        code = cli_worse(code, run_file(replay, paths[i]));
    if (replay->timeline)
        code = cli_worse(code, cli_timeline_close(replay->timeline));
    if (replay->stats)
        code = cli_worse(code, write_stats(replay));
    if (replay->events)
        code = cli_worse(code, cli_events_close(replay->events));
    return code;
}

int cli_cmd_replay(int argc, char **argv)
{
    struct replay replay = {.config_files = json_array()};
    int code = parse(&replay, argc, argv);
    if (code == CLI_EXIT_OK)
        code = optind == argc ? cli_usage("replay", "a trace is missing")
                              : run_files(&replay, argc - optind, argv + optind);
    json_decref(replay.stats);
    json_decref(replay.config_files);
    cli_pins_free(&replay.pins);
    return code < 0 ? CLI_EXIT_OK : code;
}
