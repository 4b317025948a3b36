/* Who has claimed which payload of a spool: a table in memory, by sequence. */
#ifndef ILF_CBRIDGE_SPOOL_CLAIMS_H
#define ILF_CBRIDGE_SPOOL_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ilf__claim {
    uint64_t sequence; /* 0: a free slot */
    const void *owner; /* NULL: it was claimed, and given back: it may have been sent */
};

/* Zeroed is empty. */
struct ilf__claims {
    struct ilf__claim *slots; /* a power of two of them, at most three quarters taken */
    size_t n_slots;
    size_t used;
    size_t claimed; /* of them with an owner */
};

/* Make room for @n more, so that setting them can't fail. False when memory is short. */
bool ilf__claims_reserve(struct ilf__claims *claims, size_t n);

/* The claim of @sequence, or NULL. Good until the next change. */
struct ilf__claim *ilf__claims_find(const struct ilf__claims *claims, uint64_t sequence);

/* Set or change the claim of @sequence, which is not 0. There must be room. */
void ilf__claims_set(struct ilf__claims *claims, uint64_t sequence, const void *owner);

void ilf__claims_remove(struct ilf__claims *claims, uint64_t sequence);

/* Take all claims of @owner back. Returns the lowest of their sequences, UINT64_MAX if none. */
uint64_t ilf__claims_leave(struct ilf__claims *claims, const void *owner);

/* All claims of @from are @to's. */
void ilf__claims_pass(struct ilf__claims *claims, const void *from, const void *to);

void ilf__claims_dispose(struct ilf__claims *claims);

#endif
