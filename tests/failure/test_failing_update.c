/* SPDX-License-Identifier: MIT */
/* test_failing_update.c - `check --update` changes files of the user: whatever fails meanwhile,
 * each is what it was or what it was to become. */
#include "failing.h"

#include <stdlib.h>
#include <string.h>

#define LINE "check --jobs 1 --functional --update wrong.svt"

/* A line that does not fit the first buffer of whoever reads it. */
#define TEN       "0123456789"
#define LONG_LINE "# " TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "\n"

static const char before[] = "svasim-trace 1\n# one wrong value\nstore 0x1000 5\n"
                             "loaded 0x1000 6\n" LONG_LINE "loaded 0x1000 5\n";
static const char after[] = "svasim-trace 1\n# one wrong value\nstore 0x1000 5\n"
                            "loaded 0x1000 0x5\n" LONG_LINE "loaded 0x1000 5\n";

static void run(const struct failing_plan *plan, struct failing_outcome *got)
{
    failing_save("wrong.svt", before);
    failing_command(LINE, plan, got);
}

static unsigned long each(enum failing_kind kind)
{
    struct failing_plan plan = {.kind = kind};
    struct failing_outcome whole, got;
    unsigned wrong = 0;
    run(&plan, &whole);
    assert_int_equal(whole.code, 0);
    for (plan.at = 1; plan.at <= whole.calls[kind]; plan.at++) {
        run(&plan, &got);
        struct failing_text file = failing_load("wrong.svt");
        bool updated = file.at && strcmp(file.at, after) == 0;
        bool kept = file.at && strcmp(file.at, before) == 0;
        bool ended = got.code == 0 ? updated : got.code == 4;
        if (!(updated || kept) || !ended || got.leaked != 0) {
            print_error("kind %d call %lu: exit code %d, %ld leaked, file \"%s\", says \"%s%s\"\n",
                        kind, plan.at, got.code, got.leaked, file.at ? file.at : "(none)",
                        got.out.at ? got.out.at : "", got.err.at ? got.err.at : "");
            wrong++;
        }
        free(file.at);
        failing_free(&got);
    }
    unsigned long calls = whole.calls[kind];
    failing_free(&whole);
    assert_int_equal(wrong, 0);
    print_message("%6lu failures of kind %d\n", calls, kind);
    return calls;
}

static void allocations(void **state)
{
    (void)state;
    assert_true(each(FAILING_ALLOCATION) > 0);
}

static void files(void **state)
{
    (void)state;
    assert_true(each(FAILING_READ) > 0);
    assert_true(each(FAILING_OPEN) > 0);
}

static void full_disk(void **state)
{
    (void)state;
    unsigned updated = 0;
    for (uint64_t room = 1; room < sizeof after; room += 3) {
        const struct failing_plan plan = {.kind = FAILING_NOTHING, .file_max = room};
        struct failing_outcome got;
        run(&plan, &got);
        struct failing_text file = failing_load("wrong.svt");
        assert_int_equal(got.code, 4);
        assert_true(strcmp(file.at, before) == 0 || strcmp(file.at, after) == 0);
        updated += strcmp(file.at, after) == 0;
        free(file.at);
        failing_free(&got);
    }
    assert_int_equal(updated, 0); /* there is never room for all of it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations),
        cmocka_unit_test(files),
        cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, failing_enter, failing_leave);
}
