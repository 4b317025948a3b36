/* OTLP: summaries and histograms, which are metrics with several numbers. */
#include "otlp.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "number.h"

static bool is(ilf_str a, const char *b)
{
    return ilf_str_equal(a, (ilf_str){b, strlen(b)});
}

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
    return isnan(value)         ? 0
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
        f->buckets[(*n)++] =
            (struct ilf__otlp_bucket){negative ? -bound : bound, to_count(metric->values[i].value)};
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
bool ilf__otlp_has_place(struct ilf__format *f, enum ilf__otlp_kind kind, ilf_str key)
{
    double number;

    if (kind == ILF__OTLP_SUM || kind == ILF__OTLP_GAUGE)
        return false;
    if (is_one_of(key, common_parts))
        return true;
    if (kind == ILF__OTLP_SUMMARY)
        return ilf__parse_float(key, &f->more, &number);
    if (read_bucket(&f->more, key, false, &number))
        return true;
    return kind == ILF__OTLP_EXPONENTIAL &&
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
    enum { COUNT = 4, SUM = 5, ATTRIBUTES = 7 };
    size_t n = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0;

    ilf__otlp_put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM, find(metric, "sum"));
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

static void put_explicit(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    enum { COUNT = 4, SUM = 5, COUNTS = 6, BOUNDS = 7, ATTRIBUTES = 9, MIN = 11, MAX = 12 };
    size_t n, at;

    ilf__otlp_put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM, find(metric, "sum"));
    put_optional(text, MIN, find(metric, "min"));
    put_optional(text, MAX, find(metric, "max"));
    if (!collect(f, metric, false, &n))
        text->failed = true;
    if (n == 0 || text->failed)
        return;
    at = ilf__pb_begin(text, COUNTS, 1);
    for (size_t i = 0; i < n && ilf__text_reserve(text, 8); i++)
        text->len =
            (size_t)(ilf__pb_fixed64(text->ptr + text->len, f->buckets[i].count) - text->ptr);
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
            text->len =
                (size_t)(ilf__pb_varint(text->ptr + text->len, f->buckets[i].count) - text->ptr);
        ilf__pb_end(text, counts, 1);
    }
    ilf__pb_end(text, at, 1);
}

static void put_exponential(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    enum {
        ATTRIBUTES = 1,
        COUNT = 4,
        SUM = 5,
        SCALE = 6,
        ZERO_COUNT = 7,
        POSITIVE = 8,
        NEGATIVE = 9,
        MIN = 12,
        MAX = 13
    };
    const double *scale = find(metric, "scale");

    ilf__otlp_put_point(f, text, metric, ATTRIBUTES);
    ilf__pb_put_fixed64(text, COUNT, count_of(metric, "count"));
    put_optional(text, SUM, find(metric, "sum"));
    if (scale)
        ilf__pb_put_sint(text, SCALE, to_int(*scale));
    if (count_of(metric, "zero.count") > 0)
        ilf__pb_put_fixed64(text, ZERO_COUNT, count_of(metric, "zero.count"));
    put_side(f, text, metric, POSITIVE, false);
    put_side(f, text, metric, NEGATIVE, true);
    put_optional(text, MIN, find(metric, "min"));
    put_optional(text, MAX, find(metric, "max"));
}

void ilf__otlp_put_histogram(struct ilf__format *f, struct ilf__text *text,
                             const ilf_metric *metric, enum ilf__otlp_kind kind, bool recorded)
{
    size_t at = ilf__pb_begin(text, ILF__OTLP_RECORDS, 2), data, point;

    ilf__otlp_put_descriptor(f, text, metric, NULL);
    data = ilf__pb_begin(text, kind, 2);
    point = ilf__pb_begin(text, ILF__OTLP_POINTS, 2);
    if (kind == ILF__OTLP_SUMMARY)
        put_summary(f, text, metric);
    else if (kind == ILF__OTLP_HISTOGRAM)
        put_explicit(f, text, metric);
    else
        put_exponential(f, text, metric);
    if (!recorded)
        ilf__pb_put_uint(text, kind == ILF__OTLP_SUMMARY ? 8 : 10, ILF__OTLP_NO_RECORDED_VALUE);
    ilf__pb_end(text, point, 2);
    if (kind != ILF__OTLP_SUMMARY)
        ilf__otlp_put_temporality(text, metric);
    ilf__pb_end(text, data, 2);
    ilf__pb_end(text, at, 2);
}
