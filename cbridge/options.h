/* Configuration: the JSON of `detail`, applied to an instance through tables of options. */
#ifndef ILF_CBRIDGE_OPTIONS_H
#define ILF_CBRIDGE_OPTIONS_H

#include <ilf/flusher.h>

#include "arena.h"
#include "option_error.h"

/* A table and the struct that its offsets point into. */
struct ilf__target {
    const ilf_option *table;
    void *base;
};

/* Fill @targets (ended by a NULL table; where two know a name, the first has it) from the @len
 * bytes of JSON at @json, after setting every default. Strings live in @arena. Ends at the first
 * complaint, or, where @to wants all, goes on and returns ILF_ERR_CONFIG after the last. */
ilf_status ilf__configure(const struct ilf__target *targets, const struct ilf__complaint *to,
                          const char *json, size_t len, struct ilf__arena *arena);

#endif
