/* SPDX-License-Identifier: MIT */
/* import_qemu.c - one JSON line to records: mem becomes store, reg becomes reg, inv becomes inv,
 * dma becomes dma and expect. Keys are listed in docs/cli.md. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include "import.h"

#define LINE_MAX_BYTES 4096
#define DMA_BYTES      64 /* the log has no lengths: a cache line, or less at the end of a page */
#define PAGE_BYTES     4096

struct lines {
    gzFile file;
    const char *path;
    uint64_t line, offset; /* of the line being read; offset in the uncompressed text */
    char text[LINE_MAX_BYTES];
    char quoted[2 * LINE_MAX_BYTES];
};

static int bad(const struct lines *in, const char *format, ...) CLI_TOOL_PRINTF(2, 3);
static int bad(const struct lines *in, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cli_message("%s: line %" PRIu64 " (byte %" PRIu64 "): %s", in->path, in->line, in->offset,
                text);
    return CLI_EXIT_INPUT;
}

/* JSON integers of this parser end at 2^63 - 1, registers do not: long ones become strings. */
static void quote_long_numbers(struct lines *in)
{
    const char *from = in->text;
    char *to = in->quoted;
    bool string = false;
    while (*from) {
        size_t digits = string ? 0 : strspn(from, "0123456789");
        if (digits >= 19) {
            *to++ = '"';
            memcpy(to, from, digits);
            to += digits;
            *to++ = '"';
            from += digits;
            continue;
        }
        if (*from == '"')
            string = !string;
        else if (*from == '\\' && from[1])
            *to++ = *from++;
        *to++ = *from++;
    }
    *to = 0;
}

static int get(const struct lines *in, const json_t *value, const char *key, uint64_t max,
               uint64_t *out)
{
    bool ok = false;
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *out = (uint64_t)json_integer_value(value);
        ok = true;
    } else if (json_is_string(value)) {
        ok = cli_number(json_string_value(value), out);
    }
    if (!ok)
        return bad(in, "%s: a number is expected", key);
    if (*out > max)
        return bad(in, "%s: %" PRIu64 " is above %" PRIu64, key, *out, max);
    return CLI_EXIT_OK;
}

static int field(const struct lines *in, const json_t *object, const char *key, uint64_t max,
                 uint64_t *out)
{
    return get(in, json_object_get(object, key), key, max, out);
}

static int import_mem(struct cli_builder *to, const struct lines *in, const json_t *object)
{
    uint64_t address = 0, size = 0, value = 0;
    if (field(in, object, "a", UINT64_MAX, &address) || field(in, object, "s", 8, &size) ||
        field(in, object, "v", UINT64_MAX, &value))
        return CLI_EXIT_INPUT;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address % size)
        return bad(in, "s: %" PRIu64 " is not 1, 2, 4 or 8 bytes at an aligned address", size);
    cli_build(to, SVASIM_RECORD_STORE);
    cli_build_number(to, SVASIM_F_STORE_address, address);
    cli_build_number(to, SVASIM_F_STORE_value, value);
    if (size != 8)
        cli_build_number(to, SVASIM_F_STORE_size, size);
    cli_build_put(to);
    return CLI_EXIT_OK;
}

static int import_reg(struct cli_builder *to, const struct lines *in, const json_t *object)
{
    uint64_t offset = 0, size = 0, value = 0;
    if (field(in, object, "off", UINT32_MAX, &offset) || field(in, object, "s", 8, &size) ||
        field(in, object, "v", UINT64_MAX, &value))
        return CLI_EXIT_INPUT;
    if (size != 4 && size != 8)
        return bad(in, "s: %" PRIu64 " is not 4 or 8 bytes", size);
    cli_build(to, SVASIM_RECORD_REG);
    cli_build_number(to, SVASIM_F_REG_offset, offset);
    cli_build_number(to, SVASIM_F_REG_value, value);
    if (size == 8)
        cli_build_number(to, SVASIM_F_REG_size, size);
    cli_build_put(to);
    return CLI_EXIT_OK;
}

static int import_inv(struct cli_builder *to, const struct lines *in, const json_t *object)
{
    const json_t *words = json_object_get(object, "q");
    uint64_t q[2] = {0, 0};
    if (json_array_size(words) != 2)
        return bad(in, "q: two quadwords are expected");
    for (unsigned i = 0; i < 2; i++)
        if (get(in, json_array_get(words, i), "q", UINT64_MAX, &q[i]))
            return CLI_EXIT_INPUT;
    cli_build(to, SVASIM_RECORD_INV);
    cli_build_number(to, SVASIM_F_INV_q0, q[0]);
    cli_build_number(to, SVASIM_F_INV_q1, q[1]);
    cli_build_put(to);
    return CLI_EXIT_OK;
}

static int import_dma(struct cli_builder *to, const struct lines *in, const json_t *object,
                      uint64_t id)
{
    uint64_t sid = 0, iova = 0, pa = 0;
    const char *dir = json_string_value(json_object_get(object, "dir"));
    if (field(in, object, "sid", 0xffff, &sid) || field(in, object, "iova", UINT64_MAX, &iova) ||
        field(in, object, "pa", UINT64_MAX, &pa))
        return CLI_EXIT_INPUT;
    if (!dir || strlen(dir) != 1 || !strchr("rw?", dir[0]))
        return bad(in, "dir: \"r\", \"w\" or \"?\" is expected");
    uint64_t room = PAGE_BYTES - iova % PAGE_BYTES;
    cli_build(to, SVASIM_RECORD_DMA);
    cli_build_number(to, SVASIM_F_DMA_id, id);
    /* "?" is a queue that was read or written: reading is what both allow. */
    cli_build_number(to, SVASIM_F_DMA_op, dir[0] == 'w' ? SVASIM_WRITE : SVASIM_READ);
    cli_build_number(to, SVASIM_F_DMA_sid, sid);
    cli_build_number(to, SVASIM_F_DMA_iova, iova);
    if (room < DMA_BYTES)
        cli_build_number(to, SVASIM_F_DMA_length, room);
    cli_build_put(to);
    cli_build(to, SVASIM_RECORD_EXPECT);
    cli_build_number(to, SVASIM_F_EXPECT_id, id);
    cli_build_number(to, SVASIM_F_EXPECT_pa, pa);
    cli_build_put(to);
    return CLI_EXIT_OK;
}

static int import_object(struct cli_builder *to, const struct lines *in, const json_t *object,
                         uint64_t *id)
{
    const char *type = json_string_value(json_object_get(object, "t"));
    if (!type)
        return bad(in, "t: the kind of event is missing");
    if (strcmp(type, "mem") == 0)
        return import_mem(to, in, object);
    if (strcmp(type, "reg") == 0)
        return import_reg(to, in, object);
    if (strcmp(type, "inv") == 0)
        return import_inv(to, in, object);
    if (strcmp(type, "dma") == 0)
        return import_dma(to, in, object, ++*id);
    return bad(in, "t: \"%.20s\" is none of mem, reg, inv, dma", type);
}

static int import_line(struct cli_builder *to, struct lines *in, uint64_t *id)
{
    json_error_t error;
    quote_long_numbers(in);
    errno = 0;
    json_t *object = json_loads(in->quoted, JSON_REJECT_DUPLICATES, &error);
    /* jansson takes some failed allocations for errors of syntax, and goes on after others with
       what it has; malloc leaves its mark. */
    if (errno == ENOMEM) {
        json_decref(object);
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    if (!object)
        return bad(in, "not JSON: %s", error.text);
    int code = json_is_object(object) ? import_object(to, in, object, id)
                                      : bad(in, "an object is expected");
    json_decref(object);
    return code == CLI_EXIT_OK ? to->code : code;
}

static int import_lines(struct cli_builder *to, struct lines *in)
{
    uint64_t id = 0;
    int code = CLI_EXIT_OK, zerr = Z_OK;
    while (code == CLI_EXIT_OK && gzgets(in->file, in->text, sizeof in->text)) {
        size_t length = strlen(in->text);
        in->line++;
        bool ended = length && in->text[length - 1] == '\n';
        if (!ended && !gzeof(in->file))
            return bad(in, "longer than %d bytes, or a zero byte", LINE_MAX_BYTES - 2);
        if (in->text[strspn(in->text, " \t\r\n")])
            code = import_line(to, in, &id);
        in->offset += length;
    }
    const char *text = gzerror(in->file, &zerr);
    if (code == CLI_EXIT_OK && zerr == Z_ERRNO) {
        cli_message("%s: %s", in->path, strerror(errno));
        return CLI_EXIT_SYSTEM;
    }
    if (code == CLI_EXIT_OK && zerr == Z_MEM_ERROR) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    /* A compressed file that ends too early reads as Z_BUF_ERROR. */
    if (code == CLI_EXIT_OK && zerr != Z_OK && zerr != Z_STREAM_END) {
        in->line++;
        return bad(in, "%s", text[0] ? text : "the compressed data is cut off");
    }
    return code;
}

int cli_import_qemu_jsonl(struct cli_builder *to, const char *path)
{
    struct lines in = {.path = path};
    /* Descriptors are recorded as they are processed, not the memory that they lay in. */
    cli_build_config(to, "queue.from_memory", "off");
    errno = 0;
    in.file = strcmp(path, "-") == 0 ? gzdopen(0, "rb") : gzopen(path, "rb");
    if (!in.file) {
        cli_message("%s: %s", path, errno ? strerror(errno) : "out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = import_lines(to, &in);
    (void)gzclose(in.file);
    return code;
}
