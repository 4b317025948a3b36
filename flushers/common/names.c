/* Names of fields whose values a flusher wants to see with each item of output. */
#include "names.h"

#include <stdlib.h>

#include "entries.h"

/* FNV-1a. */
static size_t hash(ilf_str name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* Where @name is in the table, or would be: there is a free place. */
static size_t *find(const struct ilf__names *names, ilf_str name)
{
    size_t i = hash(name) & (names->n_table - 1);

    while (names->table[i] && !ilf_str_equal(names->items[names->table[i] - 1], name))
        i = (i + 1) & (names->n_table - 1);
    return &names->table[i];
}

/* At least half of the table stays free. */
static bool grow_table(struct ilf__names *names)
{
    const size_t n = names->n_table > 0 ? names->n_table * 2 : 16;
    size_t *table;

    if ((names->n + 1) * 2 <= names->n_table)
        return true;
    table = calloc(n, sizeof(*table));
    if (!table)
        return false;
    free(names->table);
    names->table = table;
    names->n_table = n;
    for (size_t i = 0; i < names->n; i++)
        *find(names, names->items[i]) = i + 1;
    return true;
}

bool ilf__names_add(struct ilf__names *names, ilf_str name, size_t *index)
{
    size_t *place;
    char *copy;

    if (!grow_table(names))
        return false;
    place = find(names, name);
    if (*place) {
        *index = *place - 1;
        return true;
    }
    if (!ilf__room(&names->items, &names->cap, names->n + 1, sizeof(*names->items)))
        return false;
    copy = malloc(name.len + 1);
    if (!copy)
        return false;
    if (name.len > 0)
        memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    *index = names->n;
    names->items[names->n++] = (ilf_str){copy, name.len};
    *place = names->n;
    return true; // cppcheck-suppress memleak ; the list has the copy
}

void ilf__names_dispose(struct ilf__names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free((char *)names->items[i].ptr);
    free(names->items);
    free(names->table);
    *names = (struct ilf__names){0};
}
