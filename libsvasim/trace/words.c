/* SPDX-License-Identifier: MIT */
/* words.c - the letters of the text form: words between blanks, numbers, source ids, hexadecimal
 * data, and how a word is shown or corrected in a message. Knows no record. */
#include <stdarg.h>
#include <string.h>

#include "trace/internal.h"

svasim_err sv_trace_fail(svasim_trace_error *error, svasim_err code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->code = code;
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return code;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool sv_word_next(struct sv_word *rest, struct sv_word *out)
{
    while (rest->bytes > 0 && is_blank(rest->at[0])) {
        rest->at++;
        rest->bytes--;
    }
    out->at = rest->at;
    out->bytes = 0;
    while (out->bytes < rest->bytes && !is_blank(rest->at[out->bytes]))
        out->bytes++;
    rest->at += out->bytes;
    rest->bytes -= out->bytes;
    return out->bytes > 0;
}

void sv_word_trim(struct sv_word *word)
{
    while (word->bytes > 0 && is_blank(word->at[0])) {
        word->at++;
        word->bytes--;
    }
    while (word->bytes > 0 && is_blank(word->at[word->bytes - 1]))
        word->bytes--;
}

bool sv_word_is(struct sv_word word, const char *text)
{
    if (word.bytes == 0 || word.at[0] != text[0])
        return word.bytes == 0 && text[0] == '\0';
    return strlen(text) == word.bytes && memcmp(word.at, text, word.bytes) == 0;
}

bool sv_word_split(struct sv_word word, struct sv_word *name, struct sv_word *value)
{
    char *equals = memchr(word.at, '=', word.bytes);
    if (equals == NULL)
        return false;
    *name = (struct sv_word){word.at, (size_t)(equals - word.at)};
    *value = (struct sv_word){equals + 1, word.bytes - name->bytes - 1};
    return true;
}

const char *sv_word_show(struct sv_word word, char out[SV_SHOW_MAX])
{
    size_t shown = word.bytes < SV_SHOW_MAX - 1 ? word.bytes : SV_SHOW_MAX - 4;
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)word.at[i];
        out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    out[shown] = '\0';
    if (shown < word.bytes)
        memcpy(out + shown, "...", 4);
    return out;
}

/* Value of a digit, 16 if it is none. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A' + 10);
    return 16;
}

const char *sv_word_number(struct sv_word word, uint64_t *out)
{
    static const char malformed[] = "is not a number (expected decimal or 0x...)";
    unsigned base = 10;
    size_t i = 0;
    if (word.bytes >= 2 && word.at[0] == '0' && (word.at[1] == 'x' || word.at[1] == 'X')) {
        base = 16;
        i = 2;
    }
    uint64_t value = 0;
    bool after_digit = false;
    for (; i < word.bytes; i++) {
        if (word.at[i] == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        unsigned digit = digit_value(word.at[i]);
        if (digit >= base)
            return malformed;
        if (value > (UINT64_MAX - digit) / base)
            return "does not fit in 64 bits";
        value = value * base + digit;
        after_digit = true;
    }
    if (!after_digit)
        return malformed;
    *out = value;
    return NULL;
}

bool sv_word_sid(struct sv_word word, uint64_t *out)
{
    if (word.bytes != 7 || word.at[2] != ':' || word.at[5] != '.')
        return false;
    static const unsigned char at[5] = {0, 1, 3, 4, 6};
    unsigned digit[5];
    for (unsigned i = 0; i < 5; i++) {
        digit[i] = digit_value(word.at[at[i]]);
        if (digit[i] > 15)
            return false;
    }
    /* The device has five bits, the function three. */
    if (digit[2] > 1 || digit[4] > 7)
        return false;
    *out = digit[0] << 12 | digit[1] << 8 | digit[2] << 7 | digit[3] << 3 | digit[4];
    return true;
}

size_t sv_word_unpack(struct sv_word word)
{
    size_t bytes = 0;
    unsigned high = 0;
    bool half = false;
    for (size_t i = 0; i < word.bytes; i++) {
        unsigned digit = digit_value(word.at[i]);
        bool separator = word.at[i] == '_' && !half && bytes > 0;
        if (separator && i + 1 < word.bytes && word.at[i + 1] != '_')
            continue;
        if (digit > 15)
            return 0;
        if (half)
            word.at[bytes++] = (char)(unsigned char)(high << 4 | digit);
        high = digit;
        half = !half;
    }
    return half ? 0 : bytes;
}

unsigned sv_word_distance(struct sv_word word, const char *text)
{
    enum { LONGEST = 32 };
    size_t length = strlen(text);
    if (word.bytes > LONGEST || length > LONGEST)
        return LONGEST;
    unsigned row[LONGEST + 1];
    for (unsigned j = 0; j <= length; j++)
        row[j] = j;
    for (unsigned i = 1; i <= word.bytes; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= length; j++) {
            unsigned change = diagonal + (word.at[i - 1] != text[j - 1]);
            unsigned insert = row[j - 1] + 1;
            unsigned erase = row[j] + 1;
            diagonal = row[j];
            row[j] = insert < erase ? insert : erase;
            if (change < row[j])
                row[j] = change;
        }
    }
    return row[length];
}

void sv_guess_offer(struct sv_guess *guess, struct sv_word word, const char *text)
{
    unsigned distance = sv_word_distance(word, text);
    bool similar = distance <= 2 && distance < word.bytes && distance < strlen(text);
    if (similar && (guess->text == NULL || distance < guess->distance)) {
        guess->text = text;
        guess->distance = distance;
    }
}

const char *sv_guess_text(const struct sv_guess *guess, char out[64])
{
    out[0] = '\0';
    if (guess->text != NULL)
        (void)snprintf(out, 64, "; did you mean '%s'?", guess->text);
    return out;
}
