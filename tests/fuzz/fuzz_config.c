/* SPDX-License-Identifier: MIT */
/* fuzz_config.c - a configuration file, and its first line as an assignment of the command line:
 * keys are taken or refused with a reason, values print as text that reads back, and a unit made of
 * them works or says why not. Memory is rationed, so that creation fails half-way too. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include "../../tools/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM_BYTES (24u << 20)

/* --- stand-ins for messages.c, which would print --- */

static unsigned messages;

static void heard(const char *format, va_list arguments)
{
    char text[1024];
    int bytes = vsnprintf(text, sizeof text, format, arguments);
    FUZZ_REQUIRE(bytes > 0);
    messages++;
}

void cli_message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    heard(format, arguments);
    va_end(arguments);
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    (void)command;
    va_start(arguments, format);
    heard(format, arguments);
    va_end(arguments);
    return CLI_EXIT_USAGE;
}

bool cli_number(const char *text, uint64_t *out)
{
    *out = strtoull(text, NULL, 0);
    return true;
}

/* --- rationed memory --- */

struct room {
    size_t left;
    unsigned live;
};

static void *room_allocate(void *user, size_t bytes)
{
    struct room *room = user;
    if (bytes > room->left)
        return NULL;
    room->left -= bytes;
    room->live++;
    return calloc(1, bytes);
}

static void room_release(void *user, void *memory)
{
    ((struct room *)user)->live--;
    free(memory);
}

/* --- one input --- */

static void read_back(svasim_config *config)
{
    char first[64], second[64];
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        FUZZ_REQUIRE(svasim_config_get(config, key->name, first, sizeof first) == SVASIM_OK);
        FUZZ_REQUIRE(svasim_config_set(config, key->name, first) == SVASIM_OK);
        FUZZ_REQUIRE(svasim_config_get(config, key->name, second, sizeof second) == SVASIM_OK);
        FUZZ_REQUIRE(strcmp(first, second) == 0);
    }
}

static void work(svasim *unit)
{
    svasim_request request = {.address = 0x5000, .length = 4, .pasid = SVASIM_NO_PASID};
    svasim_response response;
    (void)svasim_mmio_write(unit, 0x20, 8, 0x1000 | 1u << 10);
    (void)svasim_mmio_write(unit, 0x18, 4, 3u << 30);
    for (unsigned i = 0; i < 4; i++) {
        request.pasid = i & 1 ? SVASIM_NO_PASID : i;
        FUZZ_REQUIRE(svasim_translate(unit, &request, &response) == SVASIM_OK);
        request.source_id++;
    }
    FUZZ_REQUIRE(svasim_submit(unit, &request) == SVASIM_OK);
    svasim_drain(unit);
    FUZZ_REQUIRE(svasim_in_flight(unit) == 0);
}

static void build(svasim_config *config)
{
    static struct fuzz_noise noise;
    struct room room = {.left = ROOM_BYTES};
    svasim_alloc alloc = {room_allocate, room_release, &room};
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    fuzz_noise_fill(&noise, 1);
    fuzz_noise_ports(&noise, &ports);
    svasim_err err = svasim_create(&unit, config, &ports, &alloc);
    FUZZ_REQUIRE((err == SVASIM_OK) == (unit != NULL));
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_EINVAL || err == SVASIM_ENOMEM);
    FUZZ_REQUIRE(err != SVASIM_EINVAL || svasim_config_error(config)[0]);
    if (unit)
        work(unit);
    svasim_destroy(unit);
    FUZZ_REQUIRE(room.live == 0);
}

static const char *file_path(void)
{
    static char path[64];
    if (!path[0]) {
        (void)snprintf(path, sizeof path, "/tmp/svasim_fuzz_%ld.ini", (long)getpid());
        FUZZ_REQUIRE(path[0]);
    }
    return path;
}

static int read_file(struct cli_pins *pins, const uint8_t *data, size_t bytes)
{
    FILE *file = fopen(file_path(), "wb");
    FUZZ_REQUIRE(file);
    FUZZ_REQUIRE(fwrite(data, 1, bytes, file) == bytes);
    FUZZ_REQUIRE(fclose(file) == 0);
    int code = cli_pins_file(pins, file_path());
    (void)remove(file_path());
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct cli_pins pins = {NULL, 0};
    char line[200];
    size_t length = 0;
    messages = 0;
    while (length < bytes && length < sizeof line - 1 && data[length] != '\n')
        length++;
    if (length)
        memcpy(line, data, length);
    line[length] = 0;
    int code = cli_pins_assign(&pins, "replay", line);
    FUZZ_REQUIRE(code == CLI_EXIT_OK ? messages == 0 : code == CLI_EXIT_USAGE && messages == 1);
    messages = 0;
    code = read_file(&pins, data, bytes);
    FUZZ_REQUIRE(code == CLI_EXIT_OK ? messages == 0 : code == CLI_EXIT_INPUT && messages == 1);
    svasim_config *config = svasim_config_create();
    FUZZ_REQUIRE(config);
    for (size_t i = 0; i < pins.count; i++)
        FUZZ_REQUIRE(svasim_config_set(config, pins.list[i].key, pins.list[i].value) == SVASIM_OK);
    read_back(config);
    build(config);
    svasim_config_destroy(config);
    cli_pins_free(&pins);
    return 0;
}
