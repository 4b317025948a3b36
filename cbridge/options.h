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

/* Fill @targets (ended by a NULL table; where two know a name, the first has it) from the @len
 * bytes of JSON at @json, after setting every default. Strings live in @arena. @who begins every
 * error. */
ilf_status ilf__configure(const struct ilf__target *targets, const char *who, const char *json,
                          size_t len, struct ilf__arena *arena, ilf_error *err);

#endif
