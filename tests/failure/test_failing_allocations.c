/* SPDX-License-Identifier: MIT */
/* test_failing_allocations.c - each command with each of its allocations failing in turn. */
#include "failing.h"

/* "left": simulated frames and host memory are told in one breath. */
#define WORDS "memory|left"

static const char scenario[] =
    "svasim-trace 1\n"
    "# A little of everything that allocates.\n"
    "config machine.direct_map 0x40000000\n"
    "config cap.pms on\n"
    "config cap.ecmds on\n"
    "device dsa0 sid=00:05.0 engines=2\n"
    "wq dsa0 0 mode=shared size=8\n"
    "space app kind=user\n"
    "space net kind=dma second_stage\n"
    "space kern kind=kernel\n"
    "map app 0x10000 bytes=0x4000\n"
    "map net 0x200000 bytes=0x2000\n"
    "map kern 0xffffc90000000000 bytes=0x2000\n"
    "bind dsa0 app pasid=1\n"
    "bind 00:02.0 net pasid=0\n"
    "bind 00:03.0 kern pasid=2 supervisor\n"
    "fill app 0x10000 00112233445566778899aabbccddeeff\n"
    "submit id=1 enqcmd dsa0 portal=0 msr_pasid=1 op=memmove flags=0xc cr=0x12000 src=0x10000 "
    "dst=0x11000 size=16\n"
    "expect 1 status=1\n"
    "dma id=2 write 00:02.0 0x200000\n"
    "expect 2 ok\n"
    "dma id=3 read 00:02.0 0x900000\n"
    "expect 3 fault\n"
    "fail 0x5000 bytes=0x1000\n"
    "fail 0x9000 bytes=0x1000\n"
    "heal 0x5800 bytes=8\n"
    "entry pasid sid=00:06.0 pasid=7 p=1 pgtt=1 did=9 pwsnp=1\n"
    "entry first sid=00:06.0 pasid=7 address=0x7000 p=1 rw=1 us=1 addr=0x900000\n"
    "dma id=4 read 00:06.0 0x7000 pasid=7\n"
    "expect 4 ok pa=0x900000\n"
    "irte 3 p=1 v=0x41 dst=1\n"
    "map app 0x100000 bytes=0x40000\n"
    "submit id=5 enqcmd dsa0 portal=0 msr_pasid=1 op=memmove flags=0xc cr=0x12020 src=0x10000 "
    "dst=0x120000 size=16\n"
    "expect 5 status=1\n"
    "inv inv_wait sw=1 status_data=7 status_addr=0x900010000\n"
    "loaded 0x900010000 0x7\n"
    "unmap app 0x10000 bytes=0x1000\n"
    "unbind dsa0 pasid=1\n"
    "store 0x123456000 0x1\n"
    "loaded 0x123456000 0x1\n"
    "drain\n";

static int prepare(void **state)
{
    const struct failing_plan plan = {.kind = FAILING_NOTHING};
    struct failing_outcome outcome;
    if (failing_enter(state) != 0)
        return -1;
    failing_save("all.svt", scenario);
    failing_save("cpu.svt", "svasim-trace 1\nconfig machine.cpu_cache on\nstore 0x1000 5\n"
                            "flush 0x1000\nloaded 0x1000 5\n");
    failing_save("some.ini", "[walk]\nwalkers = 4\njoin = off\n");
    failing_save("log.jsonl", "{\"t\":\"mem\",\"a\":4096,\"s\":8,\"v\":1}\n"
                              "{\"t\":\"reg\",\"off\":32,\"s\":8,\"v\":18446744073709551615}\n"
                              "{\"t\":\"inv\",\"q\":[18,0]}\n"
                              "{\"t\":\"dma\",\"sid\":16,\"iova\":64,\"pa\":64,\"dir\":\"r\"}\n");
    failing_command("convert all.svt all.svb", &plan, &outcome);
    assert_int_equal(outcome.code, 0);
    failing_free(&outcome);
    failing_command("replay --stats a.json all.svt", &plan, &outcome);
    assert_int_equal(outcome.code, 0);
    failing_free(&outcome);
    failing_command("replay -c some.ini --stats b.json all.svt", &plan, &outcome);
    assert_int_equal(outcome.code, 0);
    failing_free(&outcome);
    return 0;
}

#define EACH(name, line, file)                                                                     \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        failing_each(line, FAILING_ALLOCATION, WORDS, file);                                       \
    }
EACH(replay_text, "replay all.svt", NULL)
EACH(replay_functional, "replay --functional --check-stale all.svb", NULL)
EACH(replay_cpu_cache, "replay cpu.svt", NULL)
EACH(replay_events, "replay --events e.jsonl all.svt", "e.jsonl")
EACH(replay_events_packed, "replay --events e.jsonl.gz all.svt", "e.jsonl.gz")
EACH(replay_stats, "replay --stats s.json all.svb", "s.json")
EACH(replay_timeline, "replay --timeline t.json all.svt", "t.json")
EACH(replay_timeline_packed, "replay --timeline t.json.gz all.svt", "t.json.gz")
EACH(replay_config, "replay -c some.ini --set walk.walkers=3 --stats s.json cpu.svt", "s.json")
EACH(replay_hardware,
     "replay --set port.in_order=on --set link.latency=9 --set llc.sets=16 --set dram.banks=4 "
     "--set data.cached=on --set walk.lines=4 --set iotlb2_4k.enabled=on --set walk.prefetch=line "
     "--set walk.partition=pasid --set walk.per_id=1 --set dsa.atc=1 --set ports.context=1 all.svt",
     NULL)
EACH(check_one, "check --jobs 1 --set walk.walkers=3 cpu.svt", NULL)
EACH(check_list, "check --list .", NULL)
EACH(check_coverage, "check --jobs 1 --timed --coverage c.json cpu.svt", "c.json")
EACH(vectors_of_one, "vectors --no-depends out cpu.svt", "out/index.jsonl")
EACH(explain, "explain all.svt --id 4", NULL)
EACH(dump, "dump all.svt", NULL)
EACH(convert_to_text, "convert all.svb new.svt", "new.svt")
EACH(convert_to_binary, "convert all.svt new.svb", "new.svb")
EACH(info, "info all.svb", NULL)
EACH(gen_dma, "gen window --count 50 -o new.svb", "new.svb")
EACH(gen_descriptors, "gen copies --count 5 -o new.svt", "new.svt")
EACH(compare, "compare a.json b.json", NULL)
EACH(compare_json, "compare --json a.json b.json", NULL)
EACH(import, "import qemu-jsonl log.jsonl -o new.svt", "new.svt")

/* An argument names the tests to run; * stands for any text. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay_text),
        cmocka_unit_test(replay_functional),
        cmocka_unit_test(replay_cpu_cache),
        cmocka_unit_test(replay_events),
        cmocka_unit_test(replay_events_packed),
        cmocka_unit_test(replay_stats),
        cmocka_unit_test(replay_timeline),
        cmocka_unit_test(replay_timeline_packed),
        cmocka_unit_test(replay_config),
        cmocka_unit_test(replay_hardware),
        cmocka_unit_test(check_one),
        cmocka_unit_test(check_list),
        cmocka_unit_test(check_coverage),
        cmocka_unit_test(vectors_of_one),
        cmocka_unit_test(explain),
        cmocka_unit_test(dump),
        cmocka_unit_test(convert_to_text),
        cmocka_unit_test(convert_to_binary),
        cmocka_unit_test(info),
        cmocka_unit_test(gen_dma),
        cmocka_unit_test(gen_descriptors),
        cmocka_unit_test(compare),
        cmocka_unit_test(compare_json),
        cmocka_unit_test(import),
    };
    return cmocka_run_group_tests(tests, prepare, failing_leave);
}
