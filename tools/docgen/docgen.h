/* SPDX-License-Identifier: MIT */
/* docgen.h - what the files of svasim-docgen share: one printer per generated page or section. A
 * printer writes markdown from the library's tables and nothing else; where the text goes is
 * main.c's affair. */
#ifndef SVASIM_TOOLS_DOCGEN_H
#define SVASIM_TOOLS_DOCGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Prints one page or section. `source` is the top of the source tree. False: it cannot be
 * printed, and a message says why. */
typedef bool (*sv_doc_printer)(FILE *out, const char *source);

bool sv_doc_configuration(FILE *out, const char *source);
bool sv_doc_policies(FILE *out, const char *source);
bool sv_doc_layouts(FILE *out, const char *source);
bool sv_doc_faults(FILE *out, const char *source);
bool sv_doc_checks(FILE *out, const char *source);
bool sv_doc_invalidation(FILE *out, const char *source);
bool sv_doc_registers(FILE *out, const char *source);
bool sv_doc_counters(FILE *out, const char *source);
bool sv_doc_caches(FILE *out, const char *source);
bool sv_doc_stages(FILE *out, const char *source);
bool sv_doc_not_modelled(FILE *out, const char *source);
bool sv_doc_records(FILE *out, const char *source);
bool sv_doc_perf_events(FILE *out, const char *source);
bool sv_doc_opcodes(FILE *out, const char *source);

/* The library prints these two sections itself; they are no part of its public interface. */
int sv_trace_print_records(FILE *out);
int sv_dsa_print_tables(FILE *out);

/* --- source files (files.c) --- */

/* One line on standard error. */
void sv_doc_complain(const char *what, const char *why);
/* Content of `source`/`path`, terminated, to be freed; NULL if it cannot be read (errno). */
char *sv_doc_read(const char *source, const char *path);

/* Paths below the top of the tree, sorted. */
struct sv_doc_files {
    char **paths;
    size_t count;
};
/* All .c, .h and .def files below the folder `under`. False: a message says why. */
bool sv_doc_list(struct sv_doc_files *files, const char *source, const char *under);
void sv_doc_files_free(struct sv_doc_files *files);

#endif
