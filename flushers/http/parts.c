/* Headers, or parameters of a query: names with values that may be templates. */
#include "parts.h"

#include <stdlib.h>

#include "../common/entries.h"

struct part *parts_add(struct parts *parts, ilf_str name, ilf_str text)
{
    struct part *part;
    char *copy;

    if (!ilf__room(&parts->items, &parts->cap, parts->n + 1, sizeof(*parts->items)))
        return NULL;
    copy = malloc(name.len + text.len + 1);
    if (!copy)
        return NULL;
    if (name.len > 0)
        memcpy(copy, name.ptr, name.len);
    if (text.len > 0)
        memcpy(copy + name.len, text.ptr, text.len);
    part = &parts->items[parts->n++];
    *part = (struct part){.name = {copy, name.len}, .text = {copy + name.len, text.len}};
    return part; // cppcheck-suppress memleak ; the part has both
}

void parts_dispose(struct parts *parts)
{
    for (size_t i = 0; i < parts->n; i++) {
        ilf__template_dispose(&parts->items[i].value);
        free((char *)parts->items[i].name.ptr);
    }
    free(parts->items);
    *parts = (struct parts){0};
}

/* Natively what can't be read as a template is sent as it stands, and backslashes are escapes only
 * where a template is in use anywhere among headers and query. So all are compiled first, and then
 * those without a field are given back their text. */
ilf_status parts_compile(struct parts *parts, const char *what, const ilf_str_map *map,
                         struct ilf__names *names, const ilf_host *host, ilf_error *err)
{
    for (size_t i = 0; i < map->n; i++) {
        struct part *part = parts_add(parts, map->items[i].key, map->items[i].value);
        char place[128];
        ilf_error why;
        ilf_status status;

        if (!part)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        (void)snprintf(place, sizeof(place), "%s.%.*s", what, (int)part->name.len, part->name.ptr);
        status = ilf__template_init(&part->value, ILF__TEMPLATE_TOPIC, place,
                                    map->items[i].value.ptr, names, &why);
        if (status == ILF_ERR_NOMEM)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        if (status != ILF_OK) {
            ilf__template_dispose(&part->value);
            part->value = (struct ilf__template){0};
            ilf_logf(host, ILF_LEVEL_WARN, "%s; it is sent as it stands", why.text);
        }
    }
    return ILF_OK;
}

bool parts_vary(const struct parts *parts)
{
    bool any = false;

    for (size_t i = 0; i < parts->n; i++)
        any = any || parts->items[i].value.varies;
    return any;
}

ilf_str part_constant(const struct part *part, bool templates)
{
    return templates && part->value.bytes.ptr ? ilf__template_text(&part->value) : part->text;
}

static int compare_names(const void *a, const void *b)
{
    ilf_str x = ((const struct part *)a)->name, y = ((const struct part *)b)->name;
    size_t n = x.len < y.len ? x.len : y.len;
    int order = n > 0 ? memcmp(x.ptr, y.ptr, n) : 0;

    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

void parts_sort(struct parts *parts)
{
    if (parts->n > 1)
        qsort(parts->items, parts->n, sizeof(*parts->items), compare_names);
}
