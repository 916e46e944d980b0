/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_footprint.c - does an engine issue exactly the DMA of the footprint, for random
 * legal descriptors of every operation?
 */
#include "dsa_operands.h"

static void make_types(struct dsa_host *host, uint8_t *bytes)
{
    unsigned in = (unsigned)pick(host, 10);

    desc_set(bytes, "in_type", in);
    desc_set(bytes, "out_type", in < 4 ? pick(host, 4) : 4 + pick(host, 6));
    if (bytes[7] != SV_DSA_TYPE_CONVERT)
        desc_set(bytes, "compute", 6);
}

static void set_size(struct dsa_host *host, uint8_t *bytes)
{
    uint8_t op = bytes[7];
    uint64_t size = 1 + pick(host, 3000);
    bool tags = op == SV_DSA_DIF_CHECK || op == SV_DSA_DIF_STRIP || op == SV_DSA_DIF_UPDATE;

    if (op == SV_DSA_CREATE_DELTA || op == SV_DSA_APPLY_DELTA)
        size = size / 8 * 8 + 8;
    if (op >= SV_DSA_DIF_CHECK && op <= SV_DSA_DIX_GENERATE) {
        desc_set(bytes, "dif_flags", pick(host, 2));
        size = (1 + pick(host, 5)) * (sv_dsa_dif_block(bytes) + (tags ? 8u : 0u));
    }
    desc_set(bytes, "size", size);
}

/* A legal descriptor of operation `op` with random sizes and addresses. */
static void make_legal(struct dsa_host *host, uint8_t *bytes, uint8_t op)
{
    const svasim_desc_field *field;
    bool aligned = op == SV_DSA_CREATE_DELTA || op == SV_DSA_APPLY_DELTA ||
                   op == SV_DSA_DIX_GENERATE ||
                   (op >= SV_DSA_TYPE_CONVERT && op <= SV_DSA_REDUCE_DUALCAST);
    uint64_t skew = pick(host, 4096);

    desc_begin(bytes, op, CR + 32 * pick(host, 8));
    for (unsigned i = 0; (field = svasim_desc_field_at(op, i)) != NULL; i++) {
        uint64_t offset = pick(host, 4096);

        offset = aligned ? offset / 8 * 8 : offset;
        if (!strcmp(field->name, "src"))
            desc_set(bytes, "src", SRC + offset);
        if (!strcmp(field->name, "src2"))
            desc_set(bytes, "src2", SRC2 + offset);
        if (!strcmp(field->name, "dst"))
            desc_set(bytes, "dst", DST + (aligned ? skew / 8 * 8 : skew));
        if (!strcmp(field->name, "dst2"))
            desc_set(bytes, "dst2", DST2 + (aligned ? skew / 8 * 8 : skew));
        if (!strcmp(field->name, "delta"))
            desc_set(bytes, "delta", DST2 + offset);
        if (!strcmp(field->name, "delta_max"))
            desc_set(bytes, "delta_max", 80 + pick(host, 2000));
        if (!strcmp(field->name, "delta_size"))
            desc_set(bytes, "delta_size", 10 + pick(host, 800));
        if (!strcmp(field->name, "size"))
            set_size(host, bytes);
        if (!strcmp(field->name, "elements"))
            desc_set(bytes, "elements", 1 + pick(host, 300));
    }
    if (op >= SV_DSA_GATHER_REDUCE && op <= SV_DSA_SCATTER_FILL)
        make_list(host, bytes);
    if (op >= SV_DSA_TYPE_CONVERT && op <= SV_DSA_GATHER_REDUCE)
        make_types(host, bytes);
    if ((op == SV_DSA_CRC || op == SV_DSA_COPY_CRC) && pick(host, 2)) {
        desc_flag(bytes, SV_FLAG_OP0);
        desc_set(bytes, "seed_address", SRC2 + 4 * pick(host, 100));
    }
    if (sv_dsa_op(op)->flags & SV_FLAG_CC2 && pick(host, 2))
        desc_flag(bytes, SV_FLAG_CC2);
    if (op == SV_DSA_DRAIN && pick(host, 2)) {
        desc_flag(bytes, SV_FLAG_OP0 | SV_FLAG_OP1);
        desc_set(bytes, "readback1", SRC + skew);
        desc_set(bytes, "readback2", DST + skew);
    }
}

/* Expected bytes of [address, address + bytes) in the log, as coverage counts by direction. */
struct coverage {
    uint16_t reads[HOST_BYTES], writes[HOST_BYTES];
    unsigned probes;
};

static void cover(struct coverage *c, uint64_t address, uint64_t bytes, bool write)
{
    for (uint64_t i = 0; i < bytes; i++)
        ++(write ? c->writes : c->reads)[address + i - HOST_BASE];
}

static unsigned lines_of(uint64_t address, uint64_t bytes)
{
    return (unsigned)((address + bytes - 1) / 64 - address / 64 + 1);
}

static void cover_footprint(struct coverage *c, const svasim_footprint *row,
                            const struct dsa_host *host, const uint8_t *bytes)
{
    struct sv_plan plan;

    sv_dsa_plan(bytes, &plan);
    if (!strcmp(row->operand, "flush")) {
        c->probes += lines_of(row->address, row->bytes);
    } else if (!strcmp(row->operand, "blocks")) {
        uint64_t list = sv_dsa_operand(&plan, SV_ROLE_SGL)->address - HOST_BASE;

        for (unsigned i = 0; i < plan.entries; i++) {
            uint64_t entry =
                sv_dsa_get(&host->memory[list], i * plan.entry_bytes, plan.entry_bytes);

            cover(c, row->address + (plan.by_block ? entry * plan.block : entry), plan.block,
                  row->op == SVASIM_WRITE);
        }
    } else if (row->bytes) {
        cover(c, row->address, row->bytes, row->op == SVASIM_WRITE);
    } else {
        c->probes++;
    }
}

static bool depends_on_bytes(uint8_t op)
{
    return op == SV_DSA_COMPARE || op == SV_DSA_COMPARE_PATTERN || op == SV_DSA_CREATE_DELTA ||
           op == SV_DSA_APPLY_DELTA;
}

static void compare_with_footprint(struct dsa_host *host, const uint8_t *bytes)
{
    static struct coverage want, got;
    svasim_footprint rows[8];
    unsigned count = svasim_desc_footprint(bytes, rows, 8);
    bool at_most = depends_on_bytes(bytes[7]);

    memset(&want, 0, sizeof(want));
    memset(&got, 0, sizeof(got));
    assert_true(count <= 8);
    for (unsigned i = 0; i < count; i++)
        cover_footprint(&want, &rows[i], host, bytes);
    for (unsigned i = 0; i < host->log_count; i++) {
        cover(&got, host->log[i].address, host->log[i].length, host->log[i].op == SVASIM_WRITE);
        got.probes += host->log[i].length == 0;
    }
    if (at_most) {
        for (unsigned i = 0; i < HOST_BYTES; i++) {
            assert_true(got.reads[i] <= want.reads[i]);
            assert_true(bytes[7] == SV_DSA_APPLY_DELTA || got.writes[i] <= want.writes[i]);
        }
        assert_true(got.probes <= want.probes);
    } else {
        assert_memory_equal(want.reads, got.reads, sizeof(want.reads));
        assert_memory_equal(want.writes, got.writes, sizeof(want.writes));
        assert_int_equal(want.probes, got.probes);
    }
}

static void engine_follows_the_footprint(void **state)
{
    static const unsigned lines[] = {1, 2, 3, 16, 256};
    const svasim_opcode_info *row;

    (void)state;
    for (unsigned l = 0; l < sizeof(lines) / sizeof(lines[0]); l++) {
        struct dsa_host *host = host_simple(lines[l], l % 2 ? 20 : 0);

        host->shuffle = true;
        for (unsigned i = 0; (row = svasim_opcode_at(i)) != NULL; i++) {
            bool refused = sv_dsa_op(row->opcode)->traits & (SV_TRAIT_IDPT | SV_TRAIT_NO_DEVICE);

            for (unsigned round = 0; round < 5; round++) {
                uint8_t bytes[64];
                svasim_completion done;

                if (refused || row->opcode == SV_DSA_BATCH)
                    continue;
                fill_random(host);
                make_legal(host, bytes, row->opcode);
                done = host_execute(host, bytes);
                if (row->opcode != SV_DSA_APPLY_DELTA)
                    assert_int_equal(done.status, SV_STATUS_SUCCESS);
                assert_true(done.record_written);
                assert_int_equal(done.dma_requests, host->log_count);
                compare_with_footprint(host, bytes);
                assert_int_equal(*host_at(host, sv_dsa_get(bytes, 8, 8)), done.status);
            }
        }
        host_destroy(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine_follows_the_footprint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
