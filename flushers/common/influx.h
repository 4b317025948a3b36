/* The line protocol of InfluxDB, as the native converter writes it. */
#ifndef ILF_COMMON_INFLUX_H
#define ILF_COMMON_INFLUX_H

#include "text.h"

/* A measurement: commas and blanks with a backslash. */
void ilf__influx_put_name(struct ilf__text *text, ilf_str name);

/* A key, or the value of a tag: equals signs too. */
void ilf__influx_put_key(struct ilf__text *text, ilf_str key);

/* The value of a field, in quotes. False for what is no UTF-8. */
bool ilf__influx_put_string(struct ilf__text *text, ilf_str value);

/* Put @tags as `,key=value` in the order of their keys, which sorts them. */
void ilf__influx_put_tags(struct ilf__text *text, ilf_kv *tags, size_t n);

#endif
