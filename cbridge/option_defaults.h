/* Defaults of options: set at once, or left unset until the flusher had its say. */
#ifndef ILF_CBRIDGE_OPTION_DEFAULTS_H
#define ILF_CBRIDGE_OPTION_DEFAULTS_H

#include <ilf/flusher.h>

/* A flag of the runtime's own options: what the configuration leaves out stays unset (one
 * of the values below) until ilf__set_defaults, so that a flusher may have a default of its own between.
 * For sizes, whole numbers, durations, choices. */
#define ILF__OPT_UNSET (1u << 16)

#define ILF__UNSET_SIZE UINT64_MAX
#define ILF__UNSET_INT INT64_MIN /* durations too */
#define ILF__UNSET_ENUM (-1)

/* Give the options of @table in @base that are still unset their defaults. */
void ilf__set_defaults(const ilf_option *table, void *base);

/* Before the configuration is applied: set every option of @table in @base to its default, or mark
 * it as unset. */
void ilf__prepare(const ilf_option *table, void *base);

/* The index of the choice @text, without regard to case; -1: there is none. */
int ilf__find_choice(const ilf_option *option, const char *text);

#endif
