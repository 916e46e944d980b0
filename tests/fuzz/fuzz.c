/* SPDX-License-Identifier: MIT */
/* fuzz.c - values from an input, noisy memory, sizes that a test can afford; see fuzz.h. */
#include "fuzz.h"

#include "base/bits.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOISE_LIMIT (UINT64_C(1) << 46)

void fuzz_broken(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s does not hold\n", file, line, condition);
    abort();
}

uint64_t fuzz_take(struct fuzz_input *input, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes && input->left > 0; i++) {
        value |= (uint64_t)*input->at++ << 8 * i;
        input->left--;
    }
    return value;
}

unsigned fuzz_below(struct fuzz_input *input, unsigned limit)
{
    return (unsigned)fuzz_take(input, 1) % limit;
}

svasim_request fuzz_request(struct fuzz_input *input, bool few)
{
    unsigned shape = (unsigned)fuzz_take(input, 1), place = (unsigned)fuzz_take(input, 1);
    svasim_request request = {.op = (uint8_t)(shape % 3),
                              .at = (uint8_t)(shape / 3 % 8 < 4 ? 0 : shape / 3 % 4),
                              .length = 4,
                              .pasid = SVASIM_NO_PASID};
    if (!few) {
        request.address = fuzz_take(input, 8);
        request.length = (uint32_t)fuzz_take(input, 2);
        request.source_id = (uint16_t)fuzz_take(input, 2);
        request.data = request.length;
        if (place & 1)
            request.pasid = (uint32_t)fuzz_take(input, 4);
        request.flags = (uint8_t)(place >> 1);
        return request;
    }
    request.source_id = place & 3;
    request.address = (uint64_t)(place >> 3 & 15) << (place & 4 ? 12 : 21);
    if (shape / 24 % 3) {
        request.pasid = shape / 24 % 3;
        request.flags = place >> 6 & 3;
    }
    return request;
}

/* --- noise --- */

static uint64_t bent(uint64_t value)
{
    uint64_t entry = (value & UINT64_C(0xf000)) | 3;
    switch (value >> 60) {
    case 0:
    case 1:
        return entry | 0x84; /* a page */
    case 2:
        return entry | (value >> 30 & 7) << 6; /* translation type */
    case 3:
        return 0;
    case 4:
        return value & UINT64_C(0x1ffffff);
    case 5:
        return value;
    default:
        return entry | 4 | (value >> 20 & 1) << 5;
    }
}

void fuzz_noise_fill(struct fuzz_noise *noise, uint64_t seed)
{
    struct sv_rng rng = {seed};
    for (unsigned at = 0; at < FUZZ_NOISE_BYTES; at += 8)
        store_le64(noise->bytes + at, bent(sv_rng_next(&rng)));
}

void fuzz_noise_store(struct fuzz_noise *noise, uint64_t hpa, uint64_t value)
{
    store_le64(noise->bytes + (hpa & (FUZZ_NOISE_BYTES - 8)), value);
}

static bool noise_fails(struct fuzz_noise *noise, uint64_t hpa)
{
    return hpa >= NOISE_LIMIT || (noise->fail_every && ++noise->accesses % noise->fail_every == 0);
}

static int noise_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct fuzz_noise *noise = host;
    FUZZ_REQUIRE(bytes == 8 || bytes == 16 || bytes == 32 || bytes == 64);
    FUZZ_REQUIRE(hpa % bytes == 0);
    if (noise_fails(noise, hpa))
        return 1;
    memcpy(out, noise->bytes + hpa % FUZZ_NOISE_BYTES, bytes);
    return 0;
}

static int noise_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct fuzz_noise *noise = host;
    FUZZ_REQUIRE(bytes == 4 || bytes == 8);
    FUZZ_REQUIRE(hpa % bytes == 0);
    noise->stores++;
    if (noise_fails(noise, hpa))
        return 1;
    memcpy(noise->bytes + hpa % FUZZ_NOISE_BYTES, data, bytes);
    return 0;
}

static svasim_update noise_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                  uint64_t *seen)
{
    struct fuzz_noise *noise = host;
    unsigned char *at = noise->bytes + hpa % FUZZ_NOISE_BYTES;
    FUZZ_REQUIRE(hpa % 8 == 0);
    FUZZ_REQUIRE(expected != desired);
    *seen = load_le64(at);
    if (noise->updates == 2 || noise_fails(noise, hpa))
        return SVASIM_UPDATE_FAILED;
    if (noise->updates == 1) {
        *seen ^= UINT64_C(1) << 58;
        return SVASIM_UPDATE_LOST;
    }
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    store_le64(at, desired);
    return SVASIM_UPDATE_DONE;
}

void fuzz_noise_ports(struct fuzz_noise *noise, svasim_ports *ports)
{
    ports->host = noise;
    ports->read = noise_read;
    ports->write = noise_write;
    ports->update = noise_update;
}

/* --- configuration --- */

static bool ends_with(const char *key, size_t bytes, const char *end)
{
    size_t length = strlen(end);
    return bytes >= length && memcmp(key + bytes - length, end, length) == 0;
}

bool fuzz_modest(const char *key, size_t key_bytes, const char *value, size_t value_bytes)
{
    char text[32];
    size_t kept = value_bytes < sizeof text - 1 ? value_bytes : sizeof text - 1;
    if (!ends_with(key, key_bytes, ".sets") && !ends_with(key, key_bytes, ".ways") &&
        !ends_with(key, key_bytes, ".credits") && !ends_with(key, key_bytes, ".pending"))
        return true;
    memcpy(text, value, kept);
    text[kept] = 0;
    return strtoull(text, NULL, 0) <= 256;
}
