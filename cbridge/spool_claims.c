/* Who has claimed which payload of a spool: a table in memory, by sequence. */
#include "spool_claims.h"

#include <stdlib.h>

/* Sequences come in steps of 2^20, so all their bits must count (the finish of splitmix64). */
static size_t slot_of(const struct ilf__claims *claims, uint64_t sequence)
{
    sequence = (sequence ^ sequence >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    sequence = (sequence ^ sequence >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)(sequence ^ sequence >> 31) & (claims->n_slots - 1);
}

/* The slot of @sequence, or the free one where it belongs. There is a free one. */
static struct ilf__claim *probe(const struct ilf__claims *claims, uint64_t sequence)
{
    size_t i = slot_of(claims, sequence);

    while (claims->slots[i].sequence != 0 && claims->slots[i].sequence != sequence)
        i = (i + 1) & (claims->n_slots - 1);
    return &claims->slots[i];
}

bool ilf__claims_reserve(struct ilf__claims *claims, size_t n)
{
    struct ilf__claims bigger = {.n_slots = claims->n_slots ? claims->n_slots : 64};

    if (n > SIZE_MAX / 64 - claims->used)
        return false;
    while (bigger.n_slots / 4 * 3 < claims->used + n)
        bigger.n_slots *= 2;
    if (bigger.n_slots == claims->n_slots)
        return true;
    bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < claims->n_slots; i++)
        if (claims->slots[i].sequence != 0)
            *probe(&bigger, claims->slots[i].sequence) = claims->slots[i];
    free(claims->slots);
    claims->slots = bigger.slots;
    claims->n_slots = bigger.n_slots;
    return true;
}

struct ilf__claim *ilf__claims_find(const struct ilf__claims *claims, uint64_t sequence)
{
    struct ilf__claim *claim;

    if (claims->used == 0)
        return NULL;
    claim = probe(claims, sequence);
    return claim->sequence != 0 ? claim : NULL;
}

void ilf__claims_set(struct ilf__claims *claims, uint64_t sequence, const void *owner)
{
    struct ilf__claim *claim = probe(claims, sequence);

    if (claim->sequence == 0)
        claims->used++;
    else if (claim->owner)
        claims->claimed--;
    if (owner)
        claims->claimed++;
    *claim = (struct ilf__claim){sequence, owner};
}

void ilf__claims_remove(struct ilf__claims *claims, uint64_t sequence)
{
    struct ilf__claim *hole = ilf__claims_find(claims, sequence), moved;
    size_t i;

    if (!hole)
        return;
    claims->used--;
    if (hole->owner)
        claims->claimed--;
    hole->sequence = 0;
    /* Those behind it in the run may have been put there only because it was taken. */
    i = (size_t)(hole - claims->slots);
    for (;;) {
        i = (i + 1) & (claims->n_slots - 1);
        if (claims->slots[i].sequence == 0)
            return;
        moved = claims->slots[i];
        claims->slots[i].sequence = 0;
        *probe(claims, moved.sequence) = moved;
    }
}

uint64_t ilf__claims_leave(struct ilf__claims *claims, const void *owner)
{
    uint64_t lowest = UINT64_MAX;

    for (size_t i = 0; i < claims->n_slots; i++) {
        struct ilf__claim *claim = &claims->slots[i];

        if (claim->sequence == 0 || claim->owner != owner)
            continue;
        claim->owner = NULL;
        claims->claimed--;
        if (claim->sequence < lowest)
            lowest = claim->sequence;
    }
    return lowest;
}

void ilf__claims_pass(struct ilf__claims *claims, const void *from, const void *to)
{
    for (size_t i = 0; i < claims->n_slots; i++)
        if (claims->slots[i].sequence != 0 && claims->slots[i].owner == from)
            claims->slots[i].owner = to;
}

void ilf__claims_dispose(struct ilf__claims *claims)
{
    free(claims->slots);
    *claims = (struct ilf__claims){0};
}
