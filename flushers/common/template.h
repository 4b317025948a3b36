/* Templates: text with the values of an item's fields in it, as "logs-%{content.app}".
 *
 *     template = { text | "\" any | "%{" name { ":" [ ! @ # & * = + < > ? ] text } "}" }
 *
 * A name without a value stands for itself. What comes after a colon means nothing, as in the native
 * ones. Names are those of ilf__format_init; a flusher compiles all its templates with one list of
 * names and gives that to the format. */
#ifndef ILF_COMMON_TEMPLATE_H
#define ILF_COMMON_TEMPLATE_H

#include "date.h"
#include "names.h"

enum ilf__template_kind {
    ILF__TEMPLATE_TOPIC, /* topics, headers, queries */
    ILF__TEMPLATE_INDEX, /* Elasticsearch's: a name that begins with + is a date, see date.h */
};

enum ilf__part_kind { ILF__PART_TEXT, ILF__PART_FIELD, ILF__PART_DATE };

struct ilf__template_part {
    enum ilf__part_kind kind;
    size_t at, len; /* in the template's bytes: text, name of the field, or layout of the date */
    size_t name;    /* of a field: its number in the list of names */
};

/* Zeroed is an empty template. */
struct ilf__template {
    struct ilf__text bytes;
    struct ilf__template_part *parts;
    size_t n_parts, cap_parts;
    bool varies; /* with the item, or with the time */
};

/* Compile @pattern, and add to @names those that it needs. @what begins errors, as "Topic". */
ilf_status ilf__template_init(struct ilf__template *t, enum ilf__template_kind kind,
                              const char *what, const char *pattern, struct ilf__names *names,
                              ilf_error *err);
void ilf__template_dispose(struct ilf__template *t);

/* What a template that does not vary always gives. */
static inline ilf_str ilf__template_text(const struct ilf__template *t)
{
    return (ilf_str){t->bytes.ptr, t->bytes.len};
}

/* Append what @t gives for the item with the fields @selected, at the time @now, which only a
 * template with dates needs. */
void ilf__template_put(const struct ilf__template *t, const ilf_str *selected,
                       const struct ilf__moment *now, struct ilf__text *text);

#endif
