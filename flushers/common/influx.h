/* Lines of InfluxDB's line protocol, such as InfluxDB's own parsers read back as they were meant.
 *
 * The protocol has no way to write some names: empty ones, those with a newline (which would
 * begin another point), with a backslash at the end or with a # at the beginning of the line. A line with one of
 * these is not to be sent; ilf__influx_end returns why. */
#ifndef ILF_COMMON_INFLUX_H
#define ILF_COMMON_INFLUX_H

#include "entries.h"
#include "text.h"

struct ilf__influx_line {
    struct ilf__text *text;
    size_t begin;    /* where it begins in the text */
    size_t key_len;  /* of its name and tags, as written */
    bool has_field;  /* there is at least one */
    bool doubtful;   /* InfluxDB may see its end elsewhere */
    const char *why; /* it can't be expressed, or NULL: the first reason */
};

/* Begin a line at the end of @text with the name of a measurement. */
void ilf__influx_begin(struct ilf__influx_line *line, struct ilf__text *text, ilf_str name);

/* Put @tags in the order of their keys; the last of those with one key, as in a map. Those without a
 * key or a value are left out: to InfluxDB a tag that is empty is none. @entries is scratch. False
 * when memory is short. */
bool ilf__influx_put_tags(struct ilf__influx_line *line, struct ilf__entries *entries,
                          const ilf_kv *tags, size_t n);

/* Put the key of a field; its value goes into the text behind it. */
void ilf__influx_put_field(struct ilf__influx_line *line, ilf_str key);

/* The value of a field, in quotes, where line ends may stay as they are. False for what is not
 * UTF-8. */
bool ilf__influx_put_string(struct ilf__text *text, ilf_str value);

/* The time in nanoseconds since 1970; without it, InfluxDB takes the time of arrival. */
void ilf__influx_put_time(struct ilf__influx_line *line, int64_t time);

/* End the line. Returns why it can't be sent, or NULL. */
const char *ilf__influx_end(struct ilf__influx_line *line);

#endif
