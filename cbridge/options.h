/* Configuration: the JSON of `detail`, applied to an instance through tables of options. */
#ifndef ILF_CBRIDGE_OPTIONS_H
#define ILF_CBRIDGE_OPTIONS_H

#include <ilf/flusher.h>

#include "arena.h"

/* A table and the struct that its offsets point into. */
struct ilf__target {
    const ilf_option *table;
    void *base;
};

/* A flag of the runtime's own options: what the configuration leaves out stays unset (one
 * of the values below) until ilf__set_defaults, so that a flusher may have a default of its own between.
 * For sizes, whole numbers, durations, choices. */
#define ILF__OPT_UNSET (1u << 16)

#define ILF__UNSET_SIZE UINT64_MAX
#define ILF__UNSET_INT INT64_MIN /* durations too */
#define ILF__UNSET_ENUM (-1)

/* Give the options of @table in @base that are still unset their defaults. */
void ilf__set_defaults(const ilf_option *table, void *base);

/* Fill @targets (ended by a NULL table; where two know a name, the first has it) from the @len
 * bytes of JSON at @json, after setting every default. Strings live in @arena. @who begins every
 * error. */
ilf_status ilf__configure(const struct ilf__target *targets, const char *who, const char *json,
                          size_t len, struct ilf__arena *arena, ilf_error *err);

#endif
