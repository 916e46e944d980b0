/* SPDX-License-Identifier: MIT */
/* json_text.c - what every JSON document of the program needs: a file that is whole or told about,
 * and text of the user. Knows no document. */
#include <errno.h>
#include <string.h>

#include "report.h"

json_t *cli_json_text(const char *text)
{
    json_error_t error = {0};
    json_t *string = json_pack_ex(&error, 0, "s", text);
    if (!string && json_error_code(&error) == json_error_invalid_utf8)
        return json_null();
    return string;
}

int cli_json_write(const json_t *document, const char *path, size_t flags)
{
    errno = 0;
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    bool ok = file != NULL;
    if (file) {
        ok = json_dumpf(document, file, flags) == 0;
        /* A write that failed in between may be told by the stream alone. */
        ok = fputc('\n', file) != EOF && ok && !ferror(file);
        ok = (file == stdout ? fflush(file) : fclose(file)) == 0 && ok;
    }
    if (!ok)
        cli_message("%s: %s", path, errno ? strerror(errno) : "cannot be written");
    return ok ? CLI_EXIT_OK : CLI_EXIT_SYSTEM;
}
