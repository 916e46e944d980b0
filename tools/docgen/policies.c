/* SPDX-License-Identifier: MIT */
/* policies.c - what did the specification leave open, what can be chosen, and what is the default?
 * Words come from policies.def, choices and defaults from the key table. */
#include <inttypes.h>
#include <string.h>

#include "docgen.h"
#include "svasim/config.h"

static const struct point {
    const char *key, *sections, *question, *why;
} points[] = {
#define POINT(key, sections, question, why) {key, sections, question, why},
#define FIXED(sections, question, model, why)
#include "policies.def"
#undef POINT
#undef FIXED
};

static const struct fixed {
    const char *sections, *question, *model, *why;
} fixed[] = {
#define POINT(key, sections, question, why)
#define FIXED(sections, question, model, why) {sections, question, model, why},
#include "policies.def"
#undef POINT
#undef FIXED
};

static const char title[] =
    "<!-- Written by svasim-docgen from tools/docgen/policies.def and the key table. -->\n"
    "# Open points of the specification\n\n"
    "Where revision 5.10 leaves a choice, or contradicts itself, the choice is a key: a trace "
    "says\n"
    "`config policy.us_check early`, a command line `--set policy.us_check=early`\n"
    "([configuration.md](configuration.md)). Software must not rely on any of them, and a test\n"
    "against other hardware must accept all. Both sides of each are shown by scenarios in\n"
    "`tests/conformance`; most stand in `tests/conformance/policies`.\n\n"
    "| Key | Open | Section | Choices, the default in bold | Why this default |\n"
    "|---|---|---|---|---|\n";

static const char title_of_fixed[] = "\n## Without a key\n\n"
                                     "Points that need no choice: settled elsewhere in the "
                                     "specification, not modelled, or a matter\n"
                                     "of the order in which one request's faults are found.\n\n"
                                     "| Open | Section | The model | Why no key |\n"
                                     "|---|---|---|---|\n";

static const svasim_config_key *find_key(const char *name)
{
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        if (strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

static bool is_explained(const char *name)
{
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        if (strcmp(points[i].key, name) == 0)
            return true;
    return false;
}

static void put_choices(FILE *out, const svasim_config_key *key)
{
    const char *words = strcmp(key->type, "bool") == 0 ? "off|on" : key->type;
    if (strcmp(key->type, "uint") == 0) {
        (void)fprintf(out, "%" PRIu64 " .. %" PRIu64 ", **%" PRIu64 "**", key->min, key->max,
                      key->initial);
        return;
    }
    for (uint64_t i = 0; *words; i++) {
        int length = (int)strcspn(words, "|");
        const char *mark = i == key->initial ? "**" : "";
        (void)fprintf(out, "%s%s`%.*s`%s", i ? ", " : "", mark, length, words, mark);
        words += length;
        words += *words == '|';
    }
}

bool sv_doc_policies(FILE *out, const char *source)
{
    const svasim_config_key *key;
    (void)source;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        if (strncmp(key->name, "policy.", 7) == 0 && !is_explained(key->name)) {
            sv_doc_complain(key->name, "has no row in tools/docgen/policies.def");
            return false;
        }
    (void)fputs(title, out);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        key = find_key(points[i].key);
        if (!key) {
            sv_doc_complain(points[i].key, "is no key");
            return false;
        }
        (void)fprintf(out, "| `%s` | %s | %s | ", key->name, points[i].question,
                      points[i].sections);
        put_choices(out, key);
        (void)fprintf(out, ": %s | %s |\n", key->meaning, points[i].why);
    }
    (void)fputs(title_of_fixed, out);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        (void)fprintf(out, "| %s | %s | %s | %s |\n", fixed[i].question, fixed[i].sections,
                      fixed[i].model, fixed[i].why);
    return true;
}
