/* SPDX-License-Identifier: MIT */
/* options.c - configuration from the command line: --set assignments and INI files, checked key by
 * key when they are read, kept as text, and given to each machine. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define KEY_MAX     128
#define MESSAGE_MAX 320

static bool add(struct cli_pins *pins, const char *key, const char *value)
{
    struct cli_pin *list = realloc(pins->list, (pins->count + 1) * sizeof *list);
    if (!list)
        return false;
    pins->list = list;
    struct cli_pin *pin = &list[pins->count];
    pin->key = strdup(key);
    pin->value = strdup(value);
    if (!pin->key || !pin->value) {
        free(pin->key);
        free(pin->value);
        return false;
    }
    pins->count++;
    return true;
}

/* Add a checked pair. SVASIM_EINVAL: `message` says why not. */
static svasim_err add_checked(struct cli_pins *pins, const char *key, const char *value,
                              char message[MESSAGE_MAX])
{
    svasim_config *config = svasim_config_create();
    if (!config)
        return SVASIM_ENOMEM;
    svasim_err err = svasim_config_set(config, key, value);
    (void)snprintf(message, MESSAGE_MAX, "%s", svasim_config_error(config));
    svasim_config_destroy(config);
    if (err == SVASIM_OK && !add(pins, key, value))
        err = SVASIM_ENOMEM;
    return err;
}

static int out_of_memory(void)
{
    cli_message("out of memory");
    return CLI_EXIT_SYSTEM;
}

int cli_pins_assign(struct cli_pins *pins, const char *command, const char *assignment)
{
    char key[KEY_MAX], message[MESSAGE_MAX];
    const char *equal = strchr(assignment, '=');
    if (!equal || equal == assignment || (size_t)(equal - assignment) >= sizeof key)
        return cli_usage(command, "--set: \"%s\" is not key=value", assignment);
    memcpy(key, assignment, (size_t)(equal - assignment));
    key[equal - assignment] = 0;
    svasim_err err = add_checked(pins, key, equal + 1, message);
    if (err == SVASIM_EINVAL)
        return cli_usage(command, "--set: %s", message);
    return err == SVASIM_OK ? CLI_EXIT_OK : out_of_memory();
}

/* --- INI files --- */

struct ini {
    struct cli_pins *pins;
    FILE *file;
    int line;  /* last one read */
    int wrong; /* line of the first refused setting; 0: none */
    bool no_memory;
    char message[MESSAGE_MAX];
};

/* As fgets, counting lines. inih cuts longer lines than it has room for and would take the rest for
   another line. */
static char *read_line(char *text, int bytes, void *stream)
{
    struct ini *ini = stream;
    char *got = fgets(text, bytes, ini->file);
    if (!got)
        return NULL;
    ini->line++;
    if (strlen(text) + 1 == (size_t)bytes && text[bytes - 2] != '\n' && !ini->wrong) {
        ini->wrong = ini->line;
        (void)snprintf(ini->message, sizeof ini->message, "longer than %d characters", bytes - 2);
    }
    return got;
}

static int on_setting(void *user, const char *section, const char *name, const char *value)
{
    struct ini *ini = user;
    char key[KEY_MAX];
    if (ini->wrong)
        return 0;
    (void)snprintf(key, sizeof key, "%s%s%s", section, section[0] ? "." : "", name);
    switch (add_checked(ini->pins, key, value, ini->message)) {
    case SVASIM_OK:
        return 1;
    case SVASIM_ENOMEM:
        ini->no_memory = true;
        break;
    case SVASIM_BUSY:
    case SVASIM_EINVAL:
    case SVASIM_EIO:
    case SVASIM_EDATA:
    default:
        ini->wrong = ini->line;
        break;
    }
    return 0;
}

int cli_pins_file(struct cli_pins *pins, const char *path)
{
    struct ini ini = {.pins = pins, .file = fopen(path, "r")};
    if (!ini.file) {
        cli_message("%s: %s", path, strerror(errno));
        return CLI_EXIT_SYSTEM;
    }
    int broken = ini_parse_stream(read_line, &ini, on_setting, &ini);
    bool unreadable = ferror(ini.file) != 0;
    (void)fclose(ini.file);
    if (ini.no_memory || broken < 0)
        return out_of_memory();
    if (unreadable) {
        cli_message("%s: cannot be read", path);
        return CLI_EXIT_SYSTEM;
    }
    /* A line without "=" is refused by inih itself, the others by on_setting. */
    if (broken && (!ini.wrong || broken < ini.wrong)) {
        cli_message("%s: line %d: expected [group], key = value, or a comment after # or ;", path,
                    broken);
        return CLI_EXIT_INPUT;
    }
    if (ini.wrong) {
        cli_message("%s: line %d: %s", path, ini.wrong, ini.message);
        return CLI_EXIT_INPUT;
    }
    return CLI_EXIT_OK;
}

int cli_pins_apply(const struct cli_pins *pins, svasim_machine *machine)
{
    for (size_t i = 0; i < pins->count; i++) {
        svasim_err err = svasim_machine_pin(machine, pins->list[i].key, pins->list[i].value);
        if (err != SVASIM_OK) {
            cli_message("%s", svasim_machine_error(machine));
            return err == SVASIM_ENOMEM ? CLI_EXIT_SYSTEM : CLI_EXIT_INPUT;
        }
    }
    return CLI_EXIT_OK;
}

bool cli_pins_move(struct cli_pins *pins, struct cli_pins *from)
{
    if (from->count == 0)
        return true;
    struct cli_pin *list = realloc(pins->list, (pins->count + from->count) * sizeof *list);
    if (!list)
        return false;
    memcpy(list + pins->count, from->list, from->count * sizeof *list);
    pins->list = list;
    pins->count += from->count;
    free(from->list);
    *from = (struct cli_pins){NULL, 0};
    return true;
}

void cli_pins_free(struct cli_pins *pins)
{
    for (size_t i = 0; i < pins->count; i++) {
        free(pins->list[i].key);
        free(pins->list[i].value);
    }
    free(pins->list);
    *pins = (struct cli_pins){NULL, 0};
}

uint64_t cli_config_number(const svasim_config *config, const char *key)
{
    char text[CLI_COUNT_TEXT];
    uint64_t value = 0;
    if (svasim_config_get(config, key, text, sizeof text) != SVASIM_OK || !cli_number(text, &value))
        return 0;
    return value;
}
