/* OTLP: metrics.
 *
 * A metric with one number is a gauge or a sum. One with several is a summary or a histogram, whose
 * parts have keys of certain forms, which the agent's own OTLP input writes: "count", "(0,5]"...
 * A number that has no place in the kind of its metric becomes a metric of its own, with the key
 * behind the name, as in JSON. */
#include "otlp.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "number.h"

/* Metric's field for its data. */
enum kind { GAUGE = 5, SUM = 7, HISTOGRAM = 9, EXPONENTIAL = 10, SUMMARY = 11 };

/* Of each kind of data, and of each kind of point. */
enum { POINTS = 1, TEMPORALITY = 2, MONOTONIC = 3 };
enum { START_TIME = 2, TIME = 3 };
enum { NO_RECORDED_VALUE = 1 }; /* in flags */

static bool is(ilf_str a, const char *b)
{
    return ilf_str_equal(a, (ilf_str){b, strlen(b)});
}

static enum kind kind_of(const ilf_metric *metric)
{
    switch (metric->type) {
    case ILF_METRIC_COUNTER:
    case ILF_METRIC_RATE_COUNTER:
        return SUM;
    case ILF_METRIC_SUMMARY:
        return SUMMARY;
    case ILF_METRIC_HISTOGRAM:
        return is(ilf__otlp_tag(metric->tags, metric->n_tags, "otlp.metric.histogram.type"),
                  "ExponentialHistogram")
                   ? EXPONENTIAL
                   : HISTOGRAM;
    default: /* untyped ones and meters, which OTLP has not, too */
        return GAUGE;
    }
}

/* --- What all kinds have ----------------------------------------------------------------------- */

static void put_descriptor(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                           const ilf_str *key)
{
    enum { NAME = 1, DESCRIPTION = 2, UNIT = 3 };
    ilf_str name = metric->name;

    if (key) {
        f->values.len = 0;
        ilf__text_put_str(&f->values, name);
        ilf__text_put_char(&f->values, '_');
        ilf__text_put_str(&f->values, *key);
        if (f->values.failed)
            text->failed = true;
        name = (ilf_str){f->values.ptr, f->values.len};
    }
    if (name.len > 0)
        ilf__pb_put_string(text, NAME, name);
    if (metric->description.len > 0)
        ilf__pb_put_string(text, DESCRIPTION, metric->description);
    if (metric->unit.len > 0)
        ilf__pb_put_string(text, UNIT, metric->unit);
}

/* The times, and as attributes the tags and the values that are no numbers. */
static void put_point(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                      unsigned attributes)
{
    const struct ilf__otlp_fields fields[2] = {
        {metric->typed, metric->n_typed, sizeof(*metric->typed), offsetof(ilf_typed_value, value),
         false}};

    if (metric->observed_timestamp > 0)
        ilf__pb_put_fixed64(text, START_TIME, metric->observed_timestamp);
    if (metric->timestamp > 0)
        ilf__pb_put_fixed64(text, TIME, metric->timestamp);
    ilf__otlp_put_attributes(f, text, attributes, fields, metric->tags, metric->n_tags);
}

/* What the numbers are counted from: the last time, or the start. */
static void put_temporality(struct ilf__text *text, const ilf_metric *metric)
{
    enum { DELTA = 1, CUMULATIVE = 2 };
    ilf_str tag =
        ilf__otlp_tag(metric->tags, metric->n_tags, "otlp.metric.aggregation.temporality");

    if (metric->type == ILF_METRIC_COUNTER || is(tag, "Delta"))
        ilf__pb_put_uint(text, TEMPORALITY, DELTA);
    else if (is(tag, "Cumulative"))
        ilf__pb_put_uint(text, TEMPORALITY, CUMULATIVE);
}

/* --- One number -------------------------------------------------------------------------------- */

/* @value may be NULL. */
static void put_number(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                       enum kind kind, const ilf_str *key, const double *value)
{
    enum { AS_DOUBLE = 4, ATTRIBUTES = 7, FLAGS = 8 };
    size_t at = ilf__pb_begin(text, ILF__OTLP_RECORDS, 1), data, point;

    put_descriptor(f, text, metric, key);
    data = ilf__pb_begin(text, kind, 1);
    point = ilf__pb_begin(text, POINTS, 1);
    put_point(f, text, metric, ATTRIBUTES);
    if (value)
        ilf__pb_put_double(text, AS_DOUBLE, *value);
    else
        ilf__pb_put_uint(text, FLAGS, NO_RECORDED_VALUE);
    ilf__pb_end(text, point, 1);
    if (kind == SUM) {
        put_temporality(text, metric);
        if (metric->type == ILF_METRIC_RATE_COUNTER &&
            is(ilf__otlp_tag(metric->tags, metric->n_tags, "otlp.metric.ismonotonic"), "true"))
            ilf__pb_put_uint(text, MONOTONIC, 1);
    }
    ilf__pb_end(text, data, 1);
    ilf__pb_end(text, at, 1);
}

/* --- Several numbers --------------------------------------------------------------------------- */

static const double *find(const ilf_metric *metric, const char *key)
{
    size_t n = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0;

    for (size_t i = 0; i < n; i++)
        if (is(metric->values[i].key, key))
            return &metric->values[i].value;
    return NULL;
}

static uint64_t to_count(double value)
{
    return !(value > 0) ? 0 : value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

static int32_t to_int(double value)
{
    return isnan(value)          ? 0
           : value <= INT32_MIN ? INT32_MIN
           : value < INT32_MAX  ? (int32_t)value
                                : INT32_MAX;
}

static uint64_t count_of(const ilf_metric *metric, const char *key)
{
    const double *value = find(metric, key);

    return value ? to_count(*value) : 0;
}

/* A number as in keys. @scratch is for its use. */
static bool read_number(struct ilf__text *scratch, ilf_str text, double *number)
{
    bool negative = text.len > 0 && text.ptr[0] == '-', sign = negative;

    if (ilf__parse_float(text, scratch, number))
        return true;
    sign = sign || (text.len > 0 && text.ptr[0] == '+');
    if (text.len != 3 + (size_t)sign || strncasecmp(text.ptr + sign, "inf", 3) != 0)
        return false;
    *number = negative ? -INFINITY : INFINITY;
    return true;
}

/* The bound that @key has nearer to zero: the lower of "(lower,upper]", the upper of
 * "[lower,upper)". */
static bool read_bucket(struct ilf__text *scratch, ilf_str key, bool negative, double *bound)
{
    const char *comma = key.len > 0 ? memchr(key.ptr, ',', key.len) : NULL;
    size_t before;

    if (!comma || key.len < 3 || key.ptr[0] != (negative ? '[' : '(') ||
        key.ptr[key.len - 1] != (negative ? ')' : ']'))
        return false;
    before = (size_t)(comma - key.ptr);
    if (memchr(comma + 1, ',', key.len - before - 1))
        return false;
    return read_number(scratch,
                       negative ? (ilf_str){comma + 1, key.len - before - 2}
                                : (ilf_str){key.ptr + 1, before - 1},
                       bound);
}

static int compare_buckets(const void *a, const void *b)
{
    double x = ((const struct ilf__otlp_bucket *)a)->bound;
    double y = ((const struct ilf__otlp_bucket *)b)->bound;

    return x < y ? -1 : x > y;
}

/* Fill f->buckets, from zero outwards. False when memory is short. */
static bool collect(struct ilf__format *f, const ilf_metric *metric, bool negative, size_t *n)
{
    *n = 0;
    if (metric->shape != ILF_METRIC_MULTI)
        return true;
    for (size_t i = 0; i < metric->n_values; i++) {
        double bound;

        if (!read_bucket(&f->more, metric->values[i].key, negative, &bound))
            continue;
        if (!ilf__room(&f->buckets, &f->cap_buckets, *n + 1, sizeof(*f->buckets)))
            return false;
        f->buckets[(*n)++] = (struct ilf__otlp_bucket){negative ? -bound : bound,
                                                       to_count(metric->values[i].value)};
    }
    if (*n > 1)
        qsort(f->buckets, *n, sizeof(*f->buckets), compare_buckets);
    return true;
}

static void put_optional(struct ilf__text *text, unsigned field, const double *value)
{
    if (value)
        ilf__pb_put_double(text, field, *value);
}

static bool is_one_of(ilf_str key, const char *const *names)
{
    while (*names && !is(key, *names))
        names++;
    return *names != NULL;
}

static const char *const common_parts[] = {"count", "sum", "min", "max", NULL};
static const char *const exponential_parts[] = {"scale", "zero.count", "positive.offset",
                                                "negative.offset", NULL};

/* Has OTLP a place for the number @key? */
static bool has_place(struct ilf__format *f, enum kind kind, ilf_str key)
{
    double number;

    if (kind == SUM || kind == GAUGE)
        return false;
    if (is_one_of(key, common_parts))
        return true;
    if (kind == SUMMARY)
        return ilf__parse_float(key, &f->more, &number);
    if (read_bucket(&f->more, key, false, &number))
        return true;
    return kind == EXPONENTIAL &&
           (is_one_of(key, exponential_parts) || read_bucket(&f->more, key, true, &number));
}

static void put_quantile(struct ilf__text *text, double quantile, double value)
{
    enum { QUANTILES = 6, QUANTILE = 1, VALUE = 2 };
    size_t at = ilf__pb_begin(text, QUANTILES, 1);

    ilf__pb_put_double(text, QUANTILE, quantile);
    ilf__pb_put_double(text, VALUE, value);
    ilf__pb_end(text, at, 1);
}

static void put_summary(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    enum { COUNT = 4, SUM_ = 5, ATTRIBUTES = 7 };
    size_t n = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0;

    put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM_, find(metric, "sum"));
    for (size_t i = 0; i < n; i++) {
        ilf_str key = metric->values[i].key;
        double quantile;

        /* The least and the greatest value are the quantiles 0 and 1, says metrics.proto. */
        if (is(key, "min") || is(key, "max"))
            put_quantile(text, is(key, "max"), metric->values[i].value);
        else if (ilf__parse_float(key, &f->more, &quantile))
            put_quantile(text, quantile, metric->values[i].value);
    }
}

static void put_histogram(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    enum { COUNT = 4, SUM_ = 5, COUNTS = 6, BOUNDS = 7, ATTRIBUTES = 9, MIN = 11, MAX = 12 };
    size_t n, at;

    put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM_, find(metric, "sum"));
    put_optional(text, MIN, find(metric, "min"));
    put_optional(text, MAX, find(metric, "max"));
    if (!collect(f, metric, false, &n))
        text->failed = true;
    if (n == 0 || text->failed)
        return;
    at = ilf__pb_begin(text, COUNTS, 1);
    for (size_t i = 0; i < n && ilf__text_reserve(text, 8); i++)
        text->len = (size_t)(ilf__pb_fixed64(text->ptr + text->len, f->buckets[i].count) -
                             text->ptr);
    ilf__pb_end(text, at, 1);
    at = ilf__pb_begin(text, BOUNDS, 1);
    for (size_t i = 1; i < n && ilf__text_reserve(text, 8); i++) {
        uint64_t bits;

        memcpy(&bits, &f->buckets[i].bound, sizeof(bits));
        text->len = (size_t)(ilf__pb_fixed64(text->ptr + text->len, bits) - text->ptr);
    }
    ilf__pb_end(text, at, 1);
}

static void put_side(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                     unsigned field, bool negative)
{
    enum { OFFSET = 1, COUNTS = 2 };
    const double *offset = find(metric, negative ? "negative.offset" : "positive.offset");
    size_t at = ilf__pb_begin(text, field, 1), counts, n;

    if (offset && to_int(*offset) != 0)
        ilf__pb_put_sint(text, OFFSET, to_int(*offset));
    if (!collect(f, metric, negative, &n))
        text->failed = true;
    if (n > 0 && !text->failed) {
        counts = ilf__pb_begin(text, COUNTS, 1);
        for (size_t i = 0; i < n && ilf__text_reserve(text, ILF__PB_LONGEST); i++)
            text->len = (size_t)(ilf__pb_varint(text->ptr + text->len, f->buckets[i].count) -
                                 text->ptr);
        ilf__pb_end(text, counts, 1);
    }
    ilf__pb_end(text, at, 1);
}

static void put_exponential(struct ilf__format *f, struct ilf__text *text,
                            const ilf_metric *metric)
{
    enum {
        ATTRIBUTES = 1,
        COUNT = 4,
        SUM_ = 5,
        SCALE = 6,
        ZERO_COUNT = 7,
        POSITIVE = 8,
        NEGATIVE = 9,
        MIN = 12,
        MAX = 13
    };
    const double *scale = find(metric, "scale");

    put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM_, find(metric, "sum"));
    if (scale)
        ilf__pb_put_sint(text, SCALE, to_int(*scale));
    if (count_of(metric, "zero.count") > 0)
        ilf__pb_put_fixed64(text, ZERO_COUNT, count_of(metric, "zero.count"));
    put_side(f, text, metric, POSITIVE, false);
    put_side(f, text, metric, NEGATIVE, true);
    put_optional(text, MIN, find(metric, "min"));
    put_optional(text, MAX, find(metric, "max"));
}

static void put_several(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                        enum kind kind, bool recorded)
{
    size_t at = ilf__pb_begin(text, ILF__OTLP_RECORDS, 2), data, point;

    put_descriptor(f, text, metric, NULL);
    data = ilf__pb_begin(text, kind, 2);
    point = ilf__pb_begin(text, POINTS, 2);
    if (kind == SUMMARY)
        put_summary(f, text, metric);
    else if (kind == HISTOGRAM)
        put_histogram(f, text, metric);
    else
        put_exponential(f, text, metric);
    if (!recorded)
        ilf__pb_put_uint(text, kind == SUMMARY ? 8 : 10, NO_RECORDED_VALUE);
    ilf__pb_end(text, point, 2);
    if (kind != SUMMARY)
        put_temporality(text, metric);
    ilf__pb_end(text, data, 2);
    ilf__pb_end(text, at, 2);
}

void ilf__otlp_put_metric(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    size_t n = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0, placed = 0;
    enum kind kind = kind_of(metric);
    bool number = kind == SUM || kind == GAUGE;

    if (metric->shape == ILF_METRIC_SINGLE) {
        put_number(f, text, metric, number ? kind : GAUGE, NULL, &metric->value);
        return;
    }
    for (size_t i = 0; i < n; i++)
        placed += has_place(f, kind, metric->values[i].key);
    if (n == 0 && number)
        put_number(f, text, metric, kind, NULL, NULL);
    else if (n == 0 || placed > 0)
        put_several(f, text, metric, kind, n > 0);
    for (size_t i = 0; i < n; i++)
        if (!has_place(f, kind, metric->values[i].key))
            put_number(f, text, metric, number ? kind : GAUGE, &metric->values[i].key,
                       &metric->values[i].value);
    if (f->more.failed)
        text->failed = true;
}
