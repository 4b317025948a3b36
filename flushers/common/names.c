/* Names of fields whose values a flusher wants to see with each item of output. */
#include "names.h"

#include <stdlib.h>

#include "entries.h"

bool ilf__names_add(struct ilf__names *names, ilf_str name, size_t *index)
{
    char *copy;

    for (size_t i = 0; i < names->n; i++) {
        if (!ilf_str_equal(names->items[i], name))
            continue;
        *index = i;
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
    return true;
}

void ilf__names_dispose(struct ilf__names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free((char *)names->items[i].ptr);
    free(names->items);
    *names = (struct ilf__names){0};
}
