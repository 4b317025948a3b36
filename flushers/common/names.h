/* Names of fields whose values a flusher wants to see with each item of output. */
#ifndef ILF_COMMON_NAMES_H
#define ILF_COMMON_NAMES_H

#include <ilf/flusher.h>

/* Zeroed is empty and ready for use. */
struct ilf__names {
    ilf_str *items; /* each name once */
    size_t n, cap;
    size_t *table; /* of those numbers + 1, by their hashes; 0: free */
    size_t n_table;
};

/* Add a copy of @name unless it is there; *@index tells which it is. False when memory is short. */
bool ilf__names_add(struct ilf__names *names, ilf_str name, size_t *index);

void ilf__names_dispose(struct ilf__names *names);

#endif
