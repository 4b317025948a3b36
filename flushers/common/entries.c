/* Named fields in the order of their names, of which of several with one name the last counts. */
#include "entries.h"

#include <stdlib.h>

bool ilf__room(void *items, size_t *cap, size_t n, size_t size)
{
    void *old, *grown;
    size_t want = *cap > 0 ? *cap : 16;

    if (n <= *cap)
        return true;
    while (want < n)
        want *= 2;
    memcpy(&old, items, sizeof(old));
    grown = want <= SIZE_MAX / 2 / size ? realloc(old, want * size) : NULL;
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof(grown));
    *cap = want;
    return true;
}

bool ilf__entries_add(struct ilf__entries *entries, ilf_str name, int64_t source, size_t rank)
{
    if (!ilf__room(&entries->items, &entries->cap, entries->n + 1, sizeof(*entries->items)))
        return false;
    entries->items[entries->n++] = (struct ilf__entry){name, source, rank};
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    const struct ilf__entry *x = a, *y = b;
    int order = ilf__str_compare(x->name, y->name);

    return order != 0 ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}

void ilf__entries_settle(struct ilf__entries *entries)
{
    size_t n = 0;

    if (entries->n > 1)
        qsort(entries->items, entries->n, sizeof(*entries->items), compare_entries);
    for (size_t i = 0; i < entries->n; i++) {
        if (n > 0 && ilf_str_equal(entries->items[n - 1].name, entries->items[i].name))
            n--;
        entries->items[n++] = entries->items[i];
    }
    entries->n = n;
}

const struct ilf__entry *ilf__entries_find(const struct ilf__entries *entries, ilf_str name)
{
    size_t low = 0, high = entries->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = ilf__str_compare(entries->items[middle].name, name);

        if (order == 0)
            return &entries->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
