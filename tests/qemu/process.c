/* SPDX-License-Identifier: MIT */
/* process.c - see process.h. */
#define _GNU_SOURCE /* memfd_create */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 20000 /* for one answer; the usual time is well below one */
#define ROM_BYTES   65536

_Noreturn void qemu_died(struct qemu *qemu, const char *what)
{
    int status = 0;
    printf("QEMU: %s\n", what);
    if (qemu->pid > 0 && waitpid(qemu->pid, &status, WNOHANG) == qemu->pid) {
        printf("QEMU ended with %s %d\n", WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        qemu->pid = 0;
    }
    if (qemu->errors >= 0 && qemu->words_used < sizeof qemu->words) {
        ssize_t more = read(qemu->errors, qemu->words + qemu->words_used,
                            sizeof qemu->words - qemu->words_used);
        qemu->words_used += more > 0 ? (size_t)more : 0;
    }
    size_t tail = qemu->words_used < 2000 ? qemu->words_used : 2000;
    printf("Its last words:\n");
    for (size_t i = qemu->words_used - tail; i < qemu->words_used; i++)
        putchar(qemu->words[i] ? qemu->words[i] : '\n');
    putchar('\n');
    fflush(stdout);
    qemu_stop(qemu);
    _exit(1);
}

bool qemu_version(const char *program, char *out, size_t bytes)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp(program, program, "--version", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got = 1; got > 0; used += got > 0 ? (size_t)got : 0) {
        char more[256];
        got = read(ends[0], more, sizeof more);
        for (ssize_t i = 0; i < got && used + (size_t)i + 1 < bytes; i++)
            out[used + (size_t)i] = more[i];
    }
    close(ends[0]);
    out[used < bytes ? used : bytes - 1] = '\0';
    out[strcspn(out, "\n")] = '\0';
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* A file without a name, which the child finds among its descriptors. */
static int shared_file(struct qemu *qemu, uint64_t bytes)
{
    int file = memfd_create("svasim-qemu", 0);
    if (file < 0 || ftruncate(file, (off_t)bytes) != 0)
        qemu_died(qemu, "no memory to share with it");
    return file;
}

/* cli; hlt; jump back to the hlt, at the reset vector. */
static int make_rom(struct qemu *qemu)
{
    static const unsigned char program[] = {0xfa, 0xf4, 0xeb, 0xfd};
    int rom = shared_file(qemu, ROM_BYTES);
    if (pwrite(rom, program, sizeof program, ROM_BYTES - 16) != (ssize_t)sizeof program)
        qemu_died(qemu, "no ROM for it");
    return rom;
}

static int share_memory(struct qemu *qemu)
{
    int memory = shared_file(qemu, QEMU_RAM_BYTES);
    qemu->ram = mmap(NULL, QEMU_RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (qemu->ram == MAP_FAILED)
        qemu_died(qemu, "its RAM cannot be mapped");
    return memory;
}

/* Everything that a board has by default and that this one can do without is off. */
static _Noreturn void become_qemu(const char *program, const char *const *more, int rom, int memory)
{
    char backend[128], bios[64];
    snprintf(backend, sizeof backend,
             "memory-backend-file,id=ram0,size=%" PRIu64 ",share=on,mem-path=/proc/self/fd/%d",
             QEMU_RAM_BYTES, memory);
    snprintf(bios, sizeof bios, "/proc/self/fd/%d", rom);
    const char *arguments[96] = {
        program,
        "-machine",
        "q35,memory-backend=ram0,sata=off,smbus=off,hpet=off,pit=off,i8042=off",
        "-accel",
        "tcg",
        "-icount",
        "shift=0,sleep=off",
        "-object",
        backend,
        "-m",
        "32M",
        "-bios",
        bios,
        "-display",
        "none",
        "-vga",
        "none",
        "-nodefaults",
        "-no-reboot",
        "-qtest",
        "stdio",
        "-qtest-log",
        "none"};
    unsigned used = 0;
    while (arguments[used])
        used++;
    for (; *more && used < 95; more++)
        arguments[used++] = *more;
    union {
        const char **in;
        char *const *out;
    } exec = {arguments};
    execvp(program, exec.out);
    _exit(127);
}

void qemu_start(struct qemu *qemu, const char *program, const char *const *arguments)
{
    int to[2], from[2], errors[2];
    memset(qemu, 0, sizeof *qemu);
    qemu->to = qemu->from = qemu->errors = -1;
    signal(SIGPIPE, SIG_IGN);
    int rom = make_rom(qemu);
    int memory = share_memory(qemu);
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0)
        qemu_died(qemu, "no pipes for it");
    pid_t parent = getpid();
    fflush(stdout);
    qemu->pid = fork();
    if (qemu->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        dup2(errors[1], STDERR_FILENO);
        become_qemu(program, arguments, rom, memory);
    }
    close(to[0]);
    close(from[1]);
    close(errors[1]);
    close(memory);
    close(rom);
    qemu->to = to[1];
    qemu->from = from[0];
    qemu->errors = errors[0];
    fcntl(qemu->errors, F_SETFL, O_NONBLOCK);
    if (qemu->pid < 0)
        qemu_died(qemu, "it cannot be started");
}

void qemu_stop(struct qemu *qemu)
{
    if (qemu->pid > 0) {
        kill(qemu->pid, SIGKILL);
        waitpid(qemu->pid, NULL, 0);
    }
    if (qemu->ram && qemu->ram != MAP_FAILED)
        munmap(qemu->ram, QEMU_RAM_BYTES);
    if (qemu->to >= 0)
        close(qemu->to);
    if (qemu->from >= 0)
        close(qemu->from);
    if (qemu->errors >= 0)
        close(qemu->errors);
    qemu->pid = 0;
}

/* --- the protocol: one line per command, one line per answer --- */

static void send_commands(struct qemu *qemu)
{
    for (size_t sent = 0; sent < qemu->out_used;) {
        ssize_t done = write(qemu->to, qemu->out + sent, qemu->out_used - sent);
        if (done < 0 && errno != EINTR)
            qemu_died(qemu, "it takes no commands any more");
        sent += done > 0 ? (size_t)done : 0;
    }
    qemu->out_used = 0;
}

static void drain_words(struct qemu *qemu)
{
    ssize_t got;
    if (qemu->words_next > 0 && qemu->words_used > sizeof qemu->words / 2) {
        memmove(qemu->words, qemu->words + qemu->words_next, qemu->words_used - qemu->words_next);
        qemu->words_used -= qemu->words_next;
        qemu->words_next = 0;
    }
    while (qemu->words_used < sizeof qemu->words &&
           (got = read(qemu->errors, qemu->words + qemu->words_used,
                       sizeof qemu->words - qemu->words_used)) > 0)
        qemu->words_used += (size_t)got;
    if (qemu->words_used == sizeof qemu->words)
        qemu_died(qemu, "it says more than anybody reads");
}

/* One answer, without its line end; valid until the next one. */
static const char *take_answer(struct qemu *qemu)
{
    for (;;) {
        char *line = qemu->in + qemu->in_next;
        char *end = memchr(line, '\n', qemu->in_used - qemu->in_next);
        if (end) {
            *end = '\0';
            qemu->in_next += (size_t)(end - line) + 1;
            qemu->pending--;
            return line;
        }
        memmove(qemu->in, line, qemu->in_used - qemu->in_next);
        qemu->in_used -= qemu->in_next;
        qemu->in_next = 0;
        struct pollfd ends[2] = {{.fd = qemu->from, .events = POLLIN},
                                 {.fd = qemu->errors, .events = POLLIN}};
        int ready = poll(ends, 2, DEADLINE_MS);
        if (ready == 0)
            qemu_died(qemu, "no answer in 20 seconds");
        if (ready > 0 && ends[1].revents & POLLIN)
            drain_words(qemu); /* a full pipe would stop it */
        if (ready <= 0 || !ends[0].revents)
            continue;
        ssize_t got = read(qemu->from, qemu->in + qemu->in_used, sizeof qemu->in - qemu->in_used);
        if (got <= 0 && errno != EINTR)
            qemu_died(qemu, "it is gone");
        qemu->in_used += got > 0 ? (size_t)got : 0;
    }
}

void qemu_flush(struct qemu *qemu)
{
    send_commands(qemu);
    while (qemu->pending > 0)
        if (strncmp(take_answer(qemu), "OK", 2) != 0)
            qemu_died(qemu, "it refused a command");
    drain_words(qemu);
}

static void command(struct qemu *qemu, const char *text)
{
    size_t length = strlen(text);
    if (qemu->out_used + length > sizeof qemu->out || qemu->pending >= 100)
        qemu_flush(qemu);
    memcpy(qemu->out + qemu->out_used, text, length);
    qemu->out_used += length;
    qemu->pending++;
}

static uint64_t load(struct qemu *qemu, const char *text)
{
    qemu_flush(qemu);
    command(qemu, text);
    send_commands(qemu);
    const char *answer = take_answer(qemu);
    if (strncmp(answer, "OK ", 3) != 0)
        qemu_died(qemu, "it refused a read");
    return strtoull(answer + 3, NULL, 0);
}

void qemu_store32(struct qemu *qemu, uint64_t address, uint32_t value)
{
    char text[80];
    snprintf(text, sizeof text, "writel 0x%" PRIx64 " 0x%" PRIx32 "\n", address, value);
    command(qemu, text);
}

void qemu_store64(struct qemu *qemu, uint64_t address, uint64_t value)
{
    char text[80];
    snprintf(text, sizeof text, "writeq 0x%" PRIx64 " 0x%" PRIx64 "\n", address, value);
    command(qemu, text);
}

void qemu_out32(struct qemu *qemu, uint16_t port, uint32_t value)
{
    char text[80];
    snprintf(text, sizeof text, "outl 0x%x 0x%" PRIx32 "\n", port, value);
    command(qemu, text);
}

uint64_t qemu_load32(struct qemu *qemu, uint64_t address)
{
    char text[80];
    snprintf(text, sizeof text, "readl 0x%" PRIx64 "\n", address);
    return load(qemu, text) & 0xffffffff;
}

uint64_t qemu_load64(struct qemu *qemu, uint64_t address)
{
    char text[80];
    snprintf(text, sizeof text, "readq 0x%" PRIx64 "\n", address);
    return load(qemu, text);
}

const char *qemu_trace(struct qemu *qemu)
{
    char *line = qemu->words + qemu->words_next;
    char *end = memchr(line, '\n', qemu->words_used - qemu->words_next);
    if (!end)
        return NULL;
    *end = '\0';
    qemu->words_next += (size_t)(end - line) + 1;
    return line;
}
