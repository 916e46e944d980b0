/* SPDX-License-Identifier: MIT */
/* replay_in_process.c - a trace inside a program: records from memory, one machine, events instead
 * of files. The trace is a small story of shared virtual addressing; the expectations in it are
 * judged by the machine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svasim/machine.h>

static const char trace[] = "svasim-trace 1\n"
                            "device dsa0 sid=6a:01.0\n"
                            "wq dsa0 0 mode=shared size=8\n"
                            "space app kind=user\n"
                            "map app 0x7f0000000000 bytes=0x4000\n"
                            "bind dsa0 app pasid=7\n"
                            "fill app 0x7f0000000000 48656c6c6f\n"
                            "submit id=1 enqcmd dsa0 portal=0 msr_pasid=7 op=memmove flags=0xc "
                            "cr=0x7f0000003000 src=0x7f0000000000 dst=0x7f0000001000 size=5\n"
                            "expect 1 ok status=0x1\n"
                            "seen app 0x7f0000001000 48656c6c6f\n"
                            "dma id=2 read 6a:01.0 0x7f0000009000 pasid=7\n"
                            "expect 2 fault fault=SFS.2\n";

static void on_event(void *user, const svasim_event *event)
{
    unsigned *failed = user;
    if (event->kind == SVASIM_EVENT_TRANSLATION) {
        const svasim_fault_info *fault = svasim_fault_at(event->response->fault);
        printf("id %" PRIu64 ": 0x%" PRIx64 " -> ", event->id, event->request->address);
        if (fault)
            printf("%s\n", fault->name);
        else
            printf("0x%" PRIx64 "\n", event->response->address);
    } else if (event->kind == SVASIM_EVENT_COMPLETION) {
        printf("id %" PRIu64 ": %s after %" PRIu64 " cycles\n", event->id,
               svasim_dsa_status_name(event->completion->status),
               event->completion->completed_at - event->completion->submitted_at);
    } else if (event->kind == SVASIM_EVENT_FAILED) {
        printf("line %" PRIu64 ": %s\n", event->line, event->text);
        ++*failed;
    }
}

/* Apply record by record; a host can do other things in between. */
static bool replay(svasim_machine *machine, svasim_reader *reader)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record)
        if (svasim_machine_apply(machine, record) != SVASIM_OK) {
            fprintf(stderr, "line %" PRIu64 ": %s\n", record->line, svasim_machine_error(machine));
            return false;
        }
    if (err != SVASIM_OK)
        fprintf(stderr, "%s\n", svasim_reader_error(reader)->text);
    return err == SVASIM_OK && svasim_machine_finish(machine) == SVASIM_OK;
}

int main(void)
{
    unsigned failed = 0;
    svasim_machine_options options = {.on_event = on_event, .user = &failed};
    svasim_machine *machine = svasim_machine_create(&options);
    svasim_trace_error error = {0};
    svasim_reader *reader = svasim_reader_memory(trace, strlen(trace), "story", &error);
    if (!machine || !reader) {
        fprintf(stderr, "%s\n", error.text);
        return EXIT_FAILURE;
    }
    bool good = replay(machine, reader);
    const svasim_machine_stats *stats = svasim_machine_statistics(machine);
    printf("%" PRIu64 " of %" PRIu64 " expectations met\n", stats->expectations_met,
           stats->expectations);
    svasim_reader_close(reader);
    svasim_machine_destroy(machine);
    return good && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
