/* Memory that is taken piece by piece and given back all at once. */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, SMALLEST = 4096 };

struct ilf__chunk {
    struct ilf__chunk *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

static struct ilf__chunk *add_chunk(struct ilf__arena *arena, size_t at_least)
{
    size_t size = arena->used > SMALLEST ? arena->used : SMALLEST; /* doubles what there is */
    struct ilf__chunk *chunk;

    if (size < at_least)
        size = at_least;
    if (size > SIZE_MAX - sizeof(*chunk))
        return NULL;
    chunk = malloc(sizeof(*chunk) + size);
    if (!chunk)
        return NULL;
    chunk->next = arena->chunk;
    chunk->size = size;
    chunk->used = 0;
    arena->chunk = chunk;
    return chunk;
}

void *ilf__arena_alloc(struct ilf__arena *arena, size_t size)
{
    struct ilf__chunk *chunk = arena->chunk;
    void *ptr;

    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!chunk || chunk->size - chunk->used < size) {
        chunk = add_chunk(arena, size);
        if (!chunk)
            return NULL;
    }
    ptr = chunk->bytes + chunk->used;
    chunk->used += size;
    arena->used += size;
    return ptr;
}

char *ilf__arena_strdup(struct ilf__arena *arena, ilf_str str)
{
    char *copy = str.len == SIZE_MAX ? NULL : ilf__arena_alloc(arena, str.len + 1);

    if (!copy)
        return NULL;
    if (str.len > 0)
        memcpy(copy, str.ptr, str.len);
    copy[str.len] = '\0';
    return copy;
}

void ilf__arena_reset(struct ilf__arena *arena)
{
    struct ilf__chunk *chunk = arena->chunk;

    /* One chunk of the right size is kept, so that a steady load neither allocates nor hoards: the
     * newest holds at least half of what was used, and goes when it is four times too large. */
    if (chunk && (chunk->next || chunk->size / 4 > arena->used + SMALLEST)) {
        size_t used = arena->used;

        ilf__arena_dispose(arena);
        (void)add_chunk(arena, used); /* when memory is short, the next allocation finds out */
    } else if (chunk) {
        chunk->used = 0;
    }
    arena->used = 0;
}

void ilf__arena_dispose(struct ilf__arena *arena)
{
    while (arena->chunk) {
        struct ilf__chunk *next = arena->chunk->next;

        free(arena->chunk);
        arena->chunk = next;
    }
    arena->used = 0;
}
