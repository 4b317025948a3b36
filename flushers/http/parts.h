/* Headers, or parameters of a query: names with values that may be templates. */
#ifndef ILF_HTTP_PARTS_H
#define ILF_HTTP_PARTS_H

#include "../common/template.h"

struct part {
    ilf_str name, text; /* copies; the text is its value unless that varies */
    struct ilf__template value;
};

struct parts {
    struct part *items;
    size_t n, cap;
};

/* Append a part. NULL: out of memory. Good until the next call. */
struct part *parts_add(struct parts *parts, ilf_str name, ilf_str text);

/* Append a part for each pair of @map, an option named @what, and learn in @names the fields that
 * they need. Warnings go to @host's log. Fails with ILF_ERR_NOMEM. */
ilf_status parts_compile(struct parts *parts, const char *what, const ilf_str_map *map,
                         struct ilf__names *names, const ilf_host *host, ilf_error *err);

/* Does the value of any depend on the records? */
bool parts_vary(const struct parts *parts);

/* The value of a part that does not vary. @templates: are templates in use anywhere among headers
 * and query? */
ilf_str part_constant(const struct part *part, bool templates);

/* In the order of their names. */
void parts_sort(struct parts *parts);

void parts_dispose(struct parts *parts);

#endif
