/* SPDX-License-Identifier: MIT */
/* fuzz_registers.c - what a hostile driver may do: accesses of any width to any offset, queues of
 * noise, pointers to noise, page requests and completions of devices, with requests under way. The
 * unit refuses or obeys, answers every request once, and its constant registers stay what they are.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define ACTIONS_MAX 400u

struct driver {
    struct fuzz_noise noise;
    svasim *unit;
    uint64_t constant[3]; /* VER, CAP, ECAP */
    uint64_t accepted, answered;
    unsigned silent; /* devices that answer later: every n-th; 0: none */
    unsigned sent;
};

/* --- ports --- */

static void respond(void *host, const svasim_response *response)
{
    /* The noise is the first member, so the host is the driver too. */
    struct driver *driver = host;
    uint64_t sum = 0;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        sum += response->where[i];
    FUZZ_REQUIRE(sum == response->completed_at - response->accepted_at);
    FUZZ_REQUIRE(response->fault < SVASIM_FAULT_COUNT);
    FUZZ_REQUIRE((response->status == SVASIM_STATUS_OK) || response->address == 0);
    driver->answered++;
}

static bool device_invalidate(void *host, const svasim_device_invalidation *request)
{
    struct driver *driver = host;
    FUZZ_REQUIRE(request->itag < 32);
    FUZZ_REQUIRE(request->size_log2 >= 12 && request->size_log2 <= 64);
    FUZZ_REQUIRE(request->pasid == SVASIM_NO_PASID || request->pasid >> 20 == 0);
    driver->sent++;
    return driver->silent == 0 || driver->sent % driver->silent != 0;
}

static void interrupt(void *host, uint64_t address, uint32_t data)
{
    (void)host;
    (void)data;
    FUZZ_REQUIRE(address % 4 == 0);
}

/* --- one unit --- */

static const char *const switches[][2] = {{"cap.ecmds", "cap.pms"},  {"cap.plmr", "cap.phmr"},
                                          {"cap.mts", "cap.mts"},    {"cap.cm", "cap.rwbf"},
                                          {"cap.vcs", "cap.ssirws"}, {"cap.hpts", "cap.ptrs"},
                                          {"cap.rdts", "cap.irreq"}};

static void set(svasim_config *config, const char *key, const char *value)
{
    FUZZ_REQUIRE(svasim_config_set(config, key, value) == SVASIM_OK);
}

static bool make(struct driver *driver, struct fuzz_input *input)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_config *config = svasim_config_create();
    FUZZ_REQUIRE(config);
    unsigned wanted = (unsigned)fuzz_take(input, 1), how = (unsigned)fuzz_take(input, 1);
    for (unsigned i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (wanted >> i & 1) {
            set(config, switches[i][0], "on");
            set(config, switches[i][1], "on");
        }
    if (wanted & 0x80) /* a small unit: everything is full soon */ {
        set(config, "port.credits", "4");
        set(config, "walk.walkers", "1");
        set(config, "walk.pending", "1");
        set(config, "memory.depth", "1");
        set(config, "device_tlb.itags", "2");
        set(config, "device_tlb.pending", "3");
        set(config, "cap.nfr", "0");
    }
    if (how & 1)
        set(config, "cap.version_major", "5");
    if (how & 2)
        set(config, "memory.piece", "16");
    if (how & 4)
        set(config, "command.latency", "100");
    set(config, "device_tlb.timeout", how & 8 ? "500" : "1000000");
    fuzz_noise_fill(&driver->noise, fuzz_take(input, 1));
    driver->noise.updates = how >> 4 & 3;
    driver->noise.fail_every = how & 0x40 ? 7 : 0;
    driver->silent = how & 0x80 ? 3 : 0;
    fuzz_noise_ports(&driver->noise, &ports);
    ports.host = driver;
    ports.respond = respond;
    ports.interrupt = interrupt;
    ports.device_invalidate = device_invalidate;
    svasim_err err = svasim_create(&driver->unit, config, &ports, NULL);
    FUZZ_REQUIRE(err == SVASIM_OK || (err == SVASIM_EINVAL && svasim_config_error(config)[0]));
    svasim_config_destroy(config);
    return err == SVASIM_OK;
}

static void write_register(struct driver *driver, uint32_t offset, uint32_t bytes, uint64_t value)
{
    bool legal = (bytes == 4 || bytes == 8) && offset % bytes == 0;
    uint64_t got = 0;
    svasim_err err = svasim_mmio_write(driver->unit, offset, bytes, value);
    FUZZ_REQUIRE(err == (legal ? SVASIM_OK : SVASIM_EINVAL));
    err = svasim_mmio_read(driver->unit, offset, bytes, &got);
    FUZZ_REQUIRE(err == (legal ? SVASIM_OK : SVASIM_EINVAL));
    FUZZ_REQUIRE(bytes == 8 || got >> 32 == 0);
}

static uint64_t read_register(const struct driver *driver, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    FUZZ_REQUIRE(svasim_mmio_read(driver->unit, offset, bytes, &value) == SVASIM_OK);
    return value;
}

/* --- actions --- */

/* Descriptors of a queue at page `page`, and the tail behind them. */
static void queue(struct driver *driver, struct fuzz_input *input)
{
    unsigned shape = (unsigned)fuzz_take(input, 1);
    uint64_t base = (uint64_t)(shape & 15) << 12;
    bool wide = shape & 16;
    uint32_t step = wide ? 32 : 16, tail = (uint32_t)read_register(driver, 0x88, 8);
    if (shape & 32) {
        write_register(driver, 0x90, 8, base | (wide ? 1u << 11 : 0));
        write_register(driver, 0x18, 4, (uint32_t)read_register(driver, 0x1c, 4) | 1u << 26);
    }
    base = read_register(driver, 0x90, 8) & ~UINT64_C(0xfff);
    for (unsigned i = 0; i <= shape >> 6; i++) {
        unsigned type = (unsigned)fuzz_take(input, 1);
        uint64_t low = (type & 15) | (type & 0x30) | (fuzz_take(input, 6) << 16);
        fuzz_noise_store(&driver->noise, base + tail, low | (type & 0xc0));
        fuzz_noise_store(&driver->noise, base + tail + 8, fuzz_take(input, 4));
        if (wide) {
            fuzz_noise_store(&driver->noise, base + tail + 16, 0);
            fuzz_noise_store(&driver->noise, base + tail + 24, 0);
        }
        tail = (tail + step) & 0xfff;
    }
    write_register(driver, 0x88, 8, tail);
}

/* Root, interrupt or page request pointers, and the commands that use them. */
static void pointers(struct driver *driver, struct fuzz_input *input)
{
    unsigned shape = (unsigned)fuzz_take(input, 1);
    uint64_t page = (uint64_t)(shape & 15) << 12;
    switch (shape >> 4 & 3) {
    case 0:
    case 1:
        write_register(driver, 0x20, 8, page | (uint64_t)(shape >> 6) << 10);
        write_register(driver, 0x18, 4, 3u << 30);
        break;
    case 2:
        write_register(driver, 0xb8, 8, page | (shape >> 6) << 11 | 7);
        write_register(driver, 0x18, 4, (uint32_t)read_register(driver, 0x1c, 4) | 3u << 24);
        break;
    default:
        write_register(driver, 0xd0, 8, page | (shape >> 6));
        write_register(driver, 0xdc, 4, 3);
        break;
    }
}

static void page_request(struct driver *driver, struct fuzz_input *input)
{
    unsigned shape = (unsigned)fuzz_take(input, 1);
    svasim_page_request request = {
        .address = fuzz_take(input, 3) << 12,
        .pasid = shape & 1 ? fuzz_below(input, 4) : SVASIM_NO_PASID,
        .source_id = shape >> 1 & 3,
        .group = (uint16_t)fuzz_take(input, 1),
        .flags = (uint8_t)(shape >> 3),
    };
    svasim_page_answer answer;
    uint16_t fault = 0;
    svasim_err err = svasim_page_ask(driver->unit, &request, &answer, &fault);
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_EINVAL);
    FUZZ_REQUIRE(err != SVASIM_OK || (answer <= SVASIM_PAGE_DROPPED && fault < SVASIM_FAULT_COUNT));
}

static void descriptor(struct driver *driver, struct fuzz_input *input)
{
    unsigned type = (unsigned)fuzz_take(input, 1);
    uint64_t words[4] = {(type & 0x3f) | fuzz_take(input, 6) << 16, fuzz_take(input, 5), 0, 0};
    uint8_t iqei = 0xff;
    if (type & 0x80)
        words[2 + (type >> 6 & 1)] = fuzz_take(input, 2);
    svasim_err err = svasim_invalidate(driver->unit, words, &iqei);
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_BUSY);
    FUZZ_REQUIRE(iqei <= 7);
}

static void send(struct driver *driver, struct fuzz_input *input, unsigned action)
{
    svasim_request request = fuzz_request(input, action & 0x80);
    svasim_response response;
    svasim_err err;
    if (action & 0x40)
        request.address = 0xfee00000 | (request.address & 0xffffc);
    if (action & 0x20) {
        err = svasim_translate(driver->unit, &request, &response);
        FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_EINVAL ||
                     (err == SVASIM_BUSY && svasim_in_flight(driver->unit) > 0));
        return;
    }
    err = svasim_submit(driver->unit, &request);
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_EINVAL || err == SVASIM_BUSY);
    driver->accepted += err == SVASIM_OK;
}

static void act(struct driver *driver, struct fuzz_input *input)
{
    unsigned action = (unsigned)fuzz_take(input, 1);
    uint32_t offset, bytes = action & 0x10 ? 4 : 8;
    switch (action & 15) {
    case 0: /* anything anywhere */
        offset = (uint32_t)fuzz_take(input, 3);
        bytes = (uint32_t)fuzz_take(input, 1);
        write_register(driver, offset, bytes, fuzz_take(input, 8));
        break;
    case 1:
    case 2:
    case 3: /* a register of the first page */
        offset = 4 * (uint32_t)(fuzz_take(input, 2) % 0x450);
        write_register(driver, offset & ~(bytes - 1), bytes, fuzz_take(input, bytes));
        break;
    case 4:
        queue(driver, input);
        break;
    case 5:
        pointers(driver, input);
        break;
    case 6:
        page_request(driver, input);
        break;
    case 7:
        descriptor(driver, input);
        break;
    case 8:
        fuzz_noise_store(&driver->noise, fuzz_take(input, 2), fuzz_take(input, 8));
        break;
    case 9:
        svasim_run_until(driver->unit, svasim_now(driver->unit) + fuzz_take(input, 2));
        break;
    case 10:
        (void)svasim_device_tlb_done(driver->unit, action >> 4 & 3, (uint32_t)fuzz_take(input, 4),
                                     (uint8_t)fuzz_take(input, 1));
        break;
    case 11: /* one register of fault records, counters, or of their configuration */
        offset = 0x1000 + 8 * (uint32_t)(fuzz_take(input, 2) % 0x2400);
        write_register(driver, offset, 8, fuzz_take(input, 8));
        break;
    default:
        send(driver, input, action);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct driver driver;
    struct fuzz_input input = {data, bytes};
    memset(&driver, 0, sizeof driver);
    if (!make(&driver, &input))
        return 0;
    driver.constant[0] = read_register(&driver, 0, 4);
    driver.constant[1] = read_register(&driver, 8, 8);
    driver.constant[2] = read_register(&driver, 16, 8);
    for (unsigned i = 0; i < ACTIONS_MAX && input.left > 0; i++)
        act(&driver, &input);
    svasim_drain(driver.unit);
    FUZZ_REQUIRE(svasim_in_flight(driver.unit) == 0);
    FUZZ_REQUIRE(driver.answered == driver.accepted);
    FUZZ_REQUIRE(driver.constant[0] == read_register(&driver, 0, 4));
    FUZZ_REQUIRE(driver.constant[1] == read_register(&driver, 8, 8));
    FUZZ_REQUIRE(driver.constant[2] == read_register(&driver, 16, 8));
    svasim_destroy(driver.unit);
    return 0;
}
