/* Records of batches that were refused, in groups that are tried together. */
#include "suspects.h"

#include <stdlib.h>

#include "flight.h"

struct suspects *suspects_new(const struct suspect *of, size_t n)
{
    struct suspects *g = malloc(sizeof(*g) + n * sizeof(*of));

    if (!g)
        return NULL;
    *g = (struct suspects){.n = n};
    memcpy(g->of, of, n * sizeof(*of));
    return g;
}

/* The records at the beginning of @g that are tried next. */
static size_t first_part(const struct suspects *g, size_t most)
{
    size_t n = g->guilty && g->n > 1 ? g->n / 2 : g->n;

    if (!g->by_payload)
        return n < most ? n : most;
    for (n = 1; n < g->n && g->of[n].flight == g->of[0].flight;)
        n++;
    return n;
}

/* Take the first @n records of @g, which stays in the list with the others. */
static struct suspects *cut(struct suspects *g, size_t n, struct suspects **rest)
{
    struct suspects *part = suspects_new(g->of, n);

    if (!part)
        return NULL;
    part->partition = g->partition;
    part->by_payload = g->by_payload;
    part->narrows = g->guilty;
    g->n -= n;
    memmove(g->of, g->of + n, g->n * sizeof(*g->of));
    if (g->guilty && !g->by_payload) {
        g->guilty = false;
        *rest = g;
    }
    return part;
}

/* Both come from one partition, and nothing more is known of them. */
static bool may_join(const struct suspects *a, const struct suspects *b)
{
    return b && !a->guilty && !a->by_payload && !b->guilty && !b->by_payload &&
           a->partition == b->partition &&
           ilf_str_equal(a->of[0].flight->payload->destination,
                         b->of[0].flight->payload->destination);
}

/* What several searches have left is tried together, as far as it may be. */
static struct suspects *join(struct suspects *g, struct suspects **list, size_t most)
{
    while (may_join(g, *list) && g->n < most && (*list)->n <= most - g->n) {
        struct suspects *next = *list;
        struct suspects *more = realloc(g, sizeof(*g) + (g->n + next->n) * sizeof(*g->of));

        if (!more)
            break;
        g = more;
        memcpy(g->of + g->n, next->of, next->n * sizeof(*g->of));
        g->n += next->n;
        *list = next->next;
        free(next);
    }
    return g;
}

struct suspects *suspects_take(struct suspects **list, size_t most, struct suspects **rest)
{
    struct suspects *g = *list;
    size_t n = first_part(g, most);

    *rest = NULL;
    if (n < g->n)
        return cut(g, n, rest);
    *list = g->next;
    g->narrows = g->narrows || g->guilty;
    return join(g, list, most);
}
