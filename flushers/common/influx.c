/* The line protocol of InfluxDB, as the native converter writes it. Newlines in names and tags stay
 * as they are there, which breaks the line: InfluxDB knows no escape for them. */
#include "influx.h"

#include <stdlib.h>

#include "fields.h"
#include "utf8.h"

static void put_escaped(struct ilf__text *text, ilf_str str, const char *special)
{
    size_t done = 0;

    for (size_t i = 0; i < str.len; i++) {
        if (str.ptr[i] == '\0' || !strchr(special, str.ptr[i]))
            continue;
        ilf__text_put(text, str.ptr + done, i - done);
        ilf__text_put_char(text, '\\');
        done = i;
    }
    if (str.len > done)
        ilf__text_put(text, str.ptr + done, str.len - done);
}

void ilf__influx_put_name(struct ilf__text *text, ilf_str name)
{
    put_escaped(text, name, ", ");
}

void ilf__influx_put_key(struct ilf__text *text, ilf_str key)
{
    put_escaped(text, key, ",= ");
}

bool ilf__influx_put_string(struct ilf__text *text, ilf_str value)
{
    const unsigned char *p = (const unsigned char *)value.ptr, *end = p + value.len;

    ilf__text_put_char(text, '"');
    while (p < end) {
        uint32_t rune;
        size_t n = ilf__utf8_read(p, (size_t)(end - p), &rune);
        const char *special = "\n\r\t\"\\", *found;

        if (n == 0)
            return false;
        found = *p ? strchr(special, *p) : NULL;
        if (found)
            ilf__text_put(text, (const char[]){'\\', "nrt\"\\"[found - special]}, 2);
        else
            ilf__text_put(text, (const char *)p, n);
        p += n;
    }
    ilf__text_put_char(text, '"');
    return true;
}

static int compare_tags(const void *a, const void *b)
{
    const ilf_kv *x = a, *y = b;
    int order = ilf__str_compare(x->key, y->key);

    return order != 0 ? order : ilf__str_compare(x->value, y->value);
}

void ilf__influx_put_tags(struct ilf__text *text, ilf_kv *tags, size_t n)
{
    if (n > 1)
        qsort(tags, n, sizeof(*tags), compare_tags);
    for (size_t i = 0; i < n; i++) {
        ilf__text_put_char(text, ',');
        ilf__influx_put_key(text, tags[i].key);
        ilf__text_put_char(text, '=');
        ilf__influx_put_key(text, tags[i].value);
    }
}
