/* Memory that is taken piece by piece and given back all at once. */
#ifndef ILF_CBRIDGE_ARENA_H
#define ILF_CBRIDGE_ARENA_H

#include <stddef.h>

#include <ilf/flusher.h>

struct ilf__chunk;

/* Zeroed is ready for use. */
struct ilf__arena {
    struct ilf__chunk *chunk; /* the one that allocations come from, newest first */
    size_t used;              /* bytes taken since the last reset, for sizing the next chunk */
};

/* @size bytes, aligned for any type, not zeroed, or NULL when memory is short. */
void *ilf__arena_alloc(struct ilf__arena *arena, size_t size);

/* A copy of @str with a NUL behind it, or NULL. */
char *ilf__arena_strdup(struct ilf__arena *arena, ilf_str str);

/* Forget all allocations, keeping about as much memory as they took. */
void ilf__arena_reset(struct ilf__arena *arena);

/* Free all of it. */
void ilf__arena_dispose(struct ilf__arena *arena);

#endif
