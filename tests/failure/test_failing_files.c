/* SPDX-License-Identifier: MIT */
/* test_failing_files.c - files that cannot be read or written to the end: each call of each command
 * failing in turn, calls that do less than asked, traces cut at every byte, and a disk that is full
 * after any number of bytes. */
#include "failing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scenario[] = "svasim-trace 1\n"
                               "# two answers and a configuration\n"
                               "config walk.walkers 2\n"
                               "entry pasid sid=00:02.0 pasid=5 p=1 pgtt=1 did=2 pwsnp=1\n"
                               "entry first sid=00:02.0 pasid=5 address=0x7000 p=1 rw=1 us=1 "
                               "addr=0x200000\n"
                               "dma id=1 read 00:02.0 0x7000 pasid=5\n"
                               "expect 1 ok pa=0x200000\n"
                               "@5000 dma id=2 read 00:02.0 0x9000 pasid=5\n"
                               "expect 2 fault\n";

static void command(const char *line, int code)
{
    const struct failing_plan plan = {.kind = FAILING_NOTHING};
    struct failing_outcome outcome;
    failing_command(line, &plan, &outcome);
    if (outcome.code != code)
        print_error("%s: exit code %d: %s\n", line, outcome.code, outcome.err.at);
    assert_int_equal(outcome.code, code);
    failing_free(&outcome);
}

static int prepare(void **state)
{
    if (failing_enter(state) != 0)
        return -1;
    failing_save("all.svt", scenario);
    failing_save("some.ini", "[walk]\nwalkers = 4\njoin = off\n");
    failing_save("log.jsonl", "{\"t\":\"mem\",\"a\":4096,\"s\":8,\"v\":1}\n"
                              "{\"t\":\"reg\",\"off\":32,\"s\":8,\"v\":18446744073709551615}\n"
                              "{\"t\":\"inv\",\"q\":[18,0]}\n");
    command("convert all.svt all.svb", 0);
    command("gen window --count 16000 -o long.svb", 0);
    command("convert long.svb long.svt", 0);
    command("gen window --count 300 -o some.svb", 0);
    command("replay --stats a.json some.svb", 0);
    command("replay -c some.ini --stats b.json some.svb", 0);
    return 0;
}

/* --- each call failing in turn --- */

static void reads(void **state)
{
    (void)state;
    static const char *const lines[] = {"replay all.svt",
                                        "replay --functional all.svb",
                                        "check --jobs 1 all.svt",
                                        "explain all.svt --id 1",
                                        "dump all.svb",
                                        "info all.svt",
                                        "convert all.svb new.svt",
                                        "convert long.svt new.svb",
                                        "replay -c some.ini all.svt",
                                        "import qemu-jsonl log.jsonl -o new.svt",
                                        "compare a.json b.json"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        failing_each(lines[i], FAILING_READ, "Input/output error|cannot be read", NULL);
}

static void opens(void **state)
{
    (void)state;
    static const char *const lines[] = {"replay --events e.jsonl --stats s.json all.svt",
                                        "replay -c some.ini all.svb",
                                        "check --jobs 1 --junit j.xml all.svt",
                                        "convert all.svb new.svt",
                                        "gen window --count 10 -o new.svb",
                                        "import qemu-jsonl log.jsonl -o new.svt"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        failing_each(lines[i], FAILING_OPEN, "Too many open files", NULL);
}

static const struct {
    const char *line, *file;
} writers[] = {{"convert all.svb new.svt", "new.svt"},
               {"convert long.svb new.svt", "new.svt"},
               {"convert long.svt new.svb", "new.svb"},
               {"gen window --count 20000 -o new.svb", "new.svb"},
               {"import qemu-jsonl log.jsonl -o new.svt", "new.svt"},
               {"replay --events e.jsonl some.svb", "e.jsonl"},
               {"replay --events e.jsonl.gz all.svt", "e.jsonl.gz"},
               {"replay --timeline t.json all.svt", "t.json"},
               {"replay --timeline t.json.gz some.svb", "t.json.gz"},
               {"replay --stats s.json all.svt", "s.json"},
               {"check --jobs 1 --junit j.xml all.svt", "j.xml"}};
#define WRITERS (sizeof writers / sizeof writers[0])

/* A report holds the time it took: its bytes are not compared. */
static const char *compared(size_t i)
{
    return strstr(writers[i].line, "--junit") ? NULL : writers[i].file;
}

static void writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRITERS; i++)
        failing_each(writers[i].line, FAILING_WRITE, "No space left|cannot be written",
                     compared(i));
}

static void closes(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRITERS; i++)
        failing_each(writers[i].line, FAILING_CLOSE, "Input/output error|cannot be written",
                     compared(i));
}

/* --- calls that do less than they were asked for change nothing --- */

static void interrupted_and_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRITERS; i++) {
        struct failing_plan plan = {.kind = FAILING_NOTHING};
        struct failing_outcome whole, got;
        if (!compared(i))
            continue;
        failing_command(writers[i].line, &plan, &whole);
        struct failing_text before = failing_load(writers[i].file);
        plan.short_reads = strstr(writers[i].line, "long") == NULL;
        plan.interrupted =
            strstr(writers[i].line, "replay") == NULL && strstr(writers[i].line, "import") == NULL;
        failing_command(writers[i].line, &plan, &got);
        struct failing_text after = failing_load(writers[i].file);
        assert_int_equal(got.code, whole.code);
        assert_true(failing_same(&got.out, &whole.out));
        assert_true(failing_same(&before, &after));
        free(before.at);
        free(after.at);
        failing_free(&whole);
        failing_free(&got);
    }
}

/* --- a disk that is full after any number of bytes --- */

static void full_disk(void **state)
{
    (void)state;
    for (size_t i = 0; i < WRITERS; i++) {
        struct failing_plan plan = {.kind = FAILING_NOTHING};
        struct failing_outcome got;
        command(writers[i].line, 0);
        struct failing_text whole = failing_load(writers[i].file);
        size_t step = whole.bytes / 40 + 1;
        unsigned tries = 0;
        for (size_t room = 1; room < whole.bytes; room += step, tries++) {
            plan.file_max = room;
            failing_command(writers[i].line, &plan, &got);
            struct failing_text part = failing_load(writers[i].file);
            if (got.code != 4)
                print_error("%s: %zu bytes: exit code %d\n", writers[i].line, room, got.code);
            assert_int_equal(got.code, 4);
            assert_int_equal(got.leaked, 0);
            assert_true(part.bytes <= room);
            free(part.at);
            failing_free(&got);
        }
        print_message("%6u sizes: %s\n", tries, writers[i].line);
        free(whole.at);
    }
}

/* --- traces cut at every byte: bad input, what came before it is kept --- */

static void save_part(const char *path, const struct failing_text *text, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fwrite(text->at, 1, bytes, file) == bytes);
    assert_int_equal(fclose(file), 0);
}

static void cut_binary(void **state)
{
    (void)state;
    const struct failing_plan plan = {.kind = FAILING_NOTHING};
    struct failing_text whole = failing_load("all.svb");
    for (size_t bytes = 0; bytes < whole.bytes; bytes++) {
        struct failing_outcome got;
        save_part("cut.svb", &whole, bytes);
        failing_command("replay cut.svb", &plan, &got);
        if (got.code != 3)
            print_error("cut at %zu of %zu: exit code %d\n", bytes, whole.bytes, got.code);
        assert_int_equal(got.code, 3);
        assert_int_equal(got.leaked, 0);
        assert_non_null(strstr(got.err.at, "svasim: cut.svb: "));
        failing_free(&got);
    }
    free(whole.at);
}

/* A text may end anywhere where a line is still one; nothing else is accepted, nothing is lost. */
static void cut_text(void **state)
{
    (void)state;
    const struct failing_plan plan = {.kind = FAILING_NOTHING};
    struct failing_text whole = failing_load("all.svt");
    for (size_t bytes = 0; bytes < whole.bytes; bytes++) {
        struct failing_outcome got;
        const char *dma = strstr(whole.at, "expect 1");
        save_part("cut.svt", &whole, bytes);
        failing_command("replay cut.svt", &plan, &got);
        assert_true(got.code == 0 || got.code == 1 || got.code == 3);
        assert_int_equal(got.leaked, 0);
        if (got.code == 3)
            assert_non_null(strstr(got.err.at, "svasim: cut.svt: "));
        if (whole.at + bytes > dma)
            assert_non_null(strstr(got.out.at, "translations  "));
        failing_free(&got);
    }
    free(whole.at);
}

/* What ran before a read failed is told all the same. */
static void computed_results_survive(void **state)
{
    (void)state;
    struct failing_plan plan = {.kind = FAILING_READ, .at = 2};
    struct failing_outcome got;
    failing_command("replay --functional --stats s.json --events e.jsonl long.svt", &plan, &got);
    assert_int_equal(got.code, 4);
    assert_non_null(strstr(got.out.at, "STOPPED"));
    assert_null(strstr(got.out.at, "translations  0"));
    struct failing_text stats = failing_load("s.json"), events = failing_load("e.jsonl");
    assert_non_null(strstr(stats.at, "\"complete\": false"));
    assert_true(events.bytes > 1000 && events.at[events.bytes - 1] == '\n');
    free(stats.at);
    free(events.at);
    failing_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(opens),
        cmocka_unit_test(writes),
        cmocka_unit_test(closes),
        cmocka_unit_test(interrupted_and_short),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(cut_binary),
        cmocka_unit_test(cut_text),
        cmocka_unit_test(computed_results_survive),
    };
    return cmocka_run_group_tests(tests, prepare, failing_leave);
}
