/* SPDX-License-Identifier: MIT */
/* test_core_config.c - does every configuration key take exactly its range, say what was expected
 * otherwise, and read back; and are contradicting capabilities refused? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spec/config.h"
#include "svasim/mem.h"

static void get(const svasim_config *config, const char *key, char *out, size_t bytes)
{
    assert_int_equal(svasim_config_get(config, key, out, bytes), SVASIM_OK);
}

static void refuse(svasim_config *config, const char *key, const char *value)
{
    char before[64], after[64];
    get(config, key, before, sizeof before);
    assert_int_equal(svasim_config_set(config, key, value), SVASIM_EINVAL);
    get(config, key, after, sizeof after);
    assert_string_equal(before, after);
    assert_non_null(strstr(svasim_config_error(config), key)); /* names the key, and the value */
    assert_non_null(strstr(svasim_config_error(config), value));
}

static void accept(svasim_config *config, const char *key, const char *value, const char *text)
{
    char now[64];
    assert_int_equal(svasim_config_set(config, key, value), SVASIM_OK);
    assert_string_equal(svasim_config_error(config), "");
    get(config, key, now, sizeof now);
    assert_string_equal(now, text);
}

static void check_number(svasim_config *config, const svasim_config_key *key)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64, key->min);
    accept(config, key->name, text, text);
    snprintf(text, sizeof text, "%" PRIu64, key->max);
    accept(config, key->name, text, text);
    if (key->min > 0) {
        snprintf(text, sizeof text, "%" PRIu64, key->min - 1);
        refuse(config, key->name, text);
    }
    if (key->max < UINT64_MAX) {
        snprintf(text, sizeof text, "%" PRIu64, key->max + 1);
        refuse(config, key->name, text);
    }
    static const char *const bad[] = {
        "",   "-1", "+1", " 1", "1 ", "1k", "0x", "0xg", "08", "on", "99999999999999999999999",
        "1.5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(config, key->name, bad[i]);
}

static void check_switch(svasim_config *config, const char *name)
{
    static const char *const yes[] = {"on", "true", "1", "yes", "ON", "True"};
    static const char *const no[] = {"off", "false", "0", "no", "Off"};
    static const char *const bad[] = {"", "2", "o", "tru", "on|off", "truefalse", " on"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        accept(config, name, yes[i], "on");
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        accept(config, name, no[i], "off");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(config, name, bad[i]);
}

static void check_choice(svasim_config *config, const svasim_config_key *key)
{
    char word[64];
    for (const char *at = key->type; *at;) {
        size_t length = strcspn(at, "|");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        accept(config, key->name, word, word);
        word[length - 1] = 0;
        refuse(config, key->name, word);
        at += length + (at[length] == '|');
    }
    refuse(config, key->name, "0");
    refuse(config, key->name, key->type);
}

static void every_key_takes_its_range(void **state)
{
    (void)state;
    unsigned count = 0;
    svasim_config *config = svasim_config_create();
    const svasim_config_key *key;
    for (; (key = svasim_config_key_at(count)) != NULL; count++) {
        assert_true(key->name[0] && key->meaning[0]);
        if (strcmp(key->type, "uint") == 0)
            check_number(config, key);
        else if (strcmp(key->type, "bool") == 0)
            check_switch(config, key->name);
        else
            check_choice(config, key);
    }
    assert_int_equal(count, SV_KEY_COUNT);
    assert_null(svasim_config_key_at(UINT32_MAX));
    svasim_config_destroy(config);
}

static void defaults_are_those_of_the_table(void **state)
{
    (void)state;
    svasim_config *config = svasim_config_create();
    for (unsigned i = 0; i < SV_KEY_COUNT; i++) {
        const svasim_config_key *key = svasim_config_key_at(i);
        assert_int_equal(config->value[i], key->initial);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(svasim_config_key_at(j)->name, key->name);
        if (strcmp(key->type, "uint") == 0)
            assert_in_range(key->initial, key->min, key->max);
    }
    assert_true(sv_config_check(config));
    svasim_config_destroy(config);
}

static void unknown_keys_and_short_buffers(void **state)
{
    (void)state;
    char text[8] = "unset";
    svasim_config *config = svasim_config_create();
    assert_int_equal(svasim_config_set(config, "no.such.key", "1"), SVASIM_EINVAL);
    assert_non_null(strstr(svasim_config_error(config), "no.such.key"));
    assert_int_equal(svasim_config_set(config, "", "1"), SVASIM_EINVAL);
    assert_int_equal(svasim_config_get(config, "no.such.key", text, sizeof text), SVASIM_EINVAL);
    assert_int_equal(svasim_config_get(config, "seed", text, 0), SVASIM_EINVAL);
    assert_string_equal(text, "unset");
    accept(config, "CLOCK.Freq_MHz", "0x7d0", "2000"); /* names and numbers as people type them */
    assert_int_equal(svasim_config_get(config, "clock.freq_mhz", text, 3), SVASIM_OK);
    assert_string_equal(text, "20");
    /* An endless key or value must not overrun the error text. */
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(svasim_config_set(config, longest, longest), SVASIM_EINVAL);
    assert_int_equal(svasim_config_set(config, "seed", longest), SVASIM_EINVAL);
    assert_int_equal(svasim_config_set(config, "cap.cm", longest), SVASIM_EINVAL);
    assert_int_equal(svasim_config_set(config, "cache.index", longest), SVASIM_EINVAL);
    svasim_config_destroy(config);
}

static void copies_are_independent(void **state)
{
    (void)state;
    char text[32];
    svasim_config *a = svasim_config_create();
    accept(a, "seed", "11", "11");
    svasim_config *b = svasim_config_copy(a);
    accept(a, "seed", "12", "12");
    get(b, "seed", text, sizeof text);
    assert_string_equal(text, "11");
    svasim_config_destroy(a);
    svasim_config_destroy(b);
    svasim_config_destroy(NULL);
}

/* --- combinations --- */

static bool is_accepted(const char *const *pairs)
{
    svasim_config *config = svasim_config_create();
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    svasim_mem_ports(mem, &ports);
    for (; *pairs; pairs += 2)
        assert_int_equal(svasim_config_set(config, pairs[0], pairs[1]), SVASIM_OK);
    svasim_err error = svasim_create(&unit, config, &ports, NULL);
    assert_true((error == SVASIM_OK) == (unit != NULL));
    assert_true(error == SVASIM_OK ||
                (error == SVASIM_EINVAL && svasim_config_error(config)[0] != 0));
    svasim_destroy(unit);
    svasim_mem_destroy(mem);
    svasim_config_destroy(config);
    return error == SVASIM_OK;
}

/* Which capability needs which: sections 11.4.2 and 11.4.3. Each pair is broken alone. */
static void capabilities_need_each_other(void **state)
{
    (void)state;
    static const char *const broken[][5] = {
        {"cap.qi", "off", NULL, NULL, NULL},
        {"cap.ir", "off", "cap.eim", "off", NULL},
        {"cap.ir", "off", "cap.pi", "off", NULL},
        {"cap.eimer", "on", "cap.eim", "off", NULL},
        {"cap.fsts", "off", NULL, NULL, NULL},
        {"cap.ssts", "off", NULL, NULL, NULL},
        {"cap.dt", "off", NULL, NULL, NULL},
        {"cap.smpwcs", "off", NULL, NULL, NULL},
        {"cap.srs", "off", NULL, NULL, NULL},
        {"cap.prs", "off", NULL, NULL, NULL},
        {"cap.smts", "off", NULL, NULL, NULL},
        {"cap.hpt1gps", "on", NULL, NULL, NULL},
        {"cap.mgaw", "48", NULL, NULL, NULL},
        {"cap.sslps", "2", NULL, NULL, NULL},
        {"iotlb_4k.sets", "3", NULL, NULL, NULL},
        {"iotlb.partitions", "3", NULL, NULL, NULL},
        {"iotlb.partition", "device", "iotlb.partitions", "2", NULL}, /* iotlb_1g has one set */
        {"context.policy", "plru", "context.ways", "3", NULL},
        {"context.policy", "plru", "context.ways", "128", NULL},
        {"cap.ptrs", "on", "cap.pasid", "off", NULL},
        /* promises that the model could not keep */
        {"cap.pms", "on", "cap.ecmds", "off", NULL},
        {"cap.vcs", "on", "cap.iro", "0xe0", NULL},
        {"cap.vcs", "on", "cap.iro", "0xe3", NULL},
        {"cap.vcs", "on", "cap.fro", "0xe3", NULL},
        {"cap.rwbf", "on", NULL, NULL, NULL},
    };
    static const char *const whole[][5] = {
        {NULL, NULL, NULL, NULL, NULL},
        {"cap.mgaw", "48", "cap.haw", "48", NULL},
        {"context.policy", "plru", "context.ways", "64", NULL},
        {"context.policy", "random", "context.ways", "3", NULL},
        {"iotlb.partition", "pasid", NULL, NULL, NULL},
        {"iotlb.partitions", "2", NULL, NULL, NULL},
        {"cap.prs", "off", "cap.sms", "off", NULL},
        {"cap.hpts", "on", "cap.hpt1gps", "on", NULL},
        {"cap.rdts", "on", "cap.tdxcs", "on", NULL},
        {"cap.vcs", "on", "cap.iro", "0xdf", NULL},
        {"cap.vcs", "on", "cap.iro", "0xe4", NULL},
        {"cap.vcs", "off", "cap.iro", "0xe0", NULL},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        if (is_accepted(broken[i]))
            fail_msg("%s=%s was accepted", broken[i][0], broken[i][1]);
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        assert_true(is_accepted(whole[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_takes_its_range),
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(unknown_keys_and_short_buffers),
        cmocka_unit_test(copies_are_independent),
        cmocka_unit_test(capabilities_need_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
