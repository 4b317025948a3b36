/* OTLP: metrics.
 *
 * A metric with one number is a gauge or a sum. One with several is a summary or a histogram, whose
 * parts have keys of certain forms, which the agent's own OTLP input writes: "count", "(0,5]"...
 * A number that has no place in the kind of its metric becomes a metric of its own, with the key
 * behind the name, as in JSON. */
#include "otlp.h"

static bool is(ilf_str a, const char *b)
{
    return ilf_str_equal(a, (ilf_str){b, strlen(b)});
}

static enum ilf__otlp_kind kind_of(const ilf_metric *metric)
{
    switch (metric->type) {
    case ILF_METRIC_COUNTER:
    case ILF_METRIC_RATE_COUNTER:
        return ILF__OTLP_SUM;
    case ILF_METRIC_SUMMARY:
        return ILF__OTLP_SUMMARY;
    case ILF_METRIC_HISTOGRAM:
        return is(ilf__otlp_tag(metric->tags, metric->n_tags, "otlp.metric.histogram.type"),
                  "ExponentialHistogram")
                   ? ILF__OTLP_EXPONENTIAL
                   : ILF__OTLP_HISTOGRAM;
    default: /* untyped ones and meters, which OTLP has not, too */
        return ILF__OTLP_GAUGE;
    }
}

/* --- What all kinds have ----------------------------------------------------------------------- */

void ilf__otlp_put_descriptor(struct ilf__format *f, struct ilf__text *text,
                              const ilf_metric *metric, const ilf_str *key)
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
void ilf__otlp_put_point(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                         unsigned attributes)
{
    enum { START_TIME = 2, TIME = 3 };
    const struct ilf__otlp_fields fields[2] = {{metric->typed, metric->n_typed,
                                                sizeof(*metric->typed),
                                                offsetof(ilf_typed_value, value), false}};

    if (metric->observed_timestamp > 0)
        ilf__pb_put_fixed64(text, START_TIME, metric->observed_timestamp);
    if (metric->timestamp > 0)
        ilf__pb_put_fixed64(text, TIME, metric->timestamp);
    ilf__otlp_put_attributes(f, text, attributes, fields, metric->tags, metric->n_tags);
}

/* What the numbers are counted from: the last time, or the start. */
void ilf__otlp_put_temporality(struct ilf__text *text, const ilf_metric *metric)
{
    enum { TEMPORALITY = 2, DELTA = 1, CUMULATIVE = 2 };
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
                       enum ilf__otlp_kind kind, const ilf_str *key, const double *value)
{
    enum { MONOTONIC = 3, AS_DOUBLE = 4, ATTRIBUTES = 7, FLAGS = 8 };
    size_t at = ilf__pb_begin(text, ILF__OTLP_RECORDS, 1), data, point;

    ilf__otlp_put_descriptor(f, text, metric, key);
    data = ilf__pb_begin(text, kind, 1);
    point = ilf__pb_begin(text, ILF__OTLP_POINTS, 1);
    ilf__otlp_put_point(f, text, metric, ATTRIBUTES);
    if (value)
        ilf__pb_put_double(text, AS_DOUBLE, *value);
    else
        ilf__pb_put_uint(text, FLAGS, ILF__OTLP_NO_RECORDED_VALUE);
    ilf__pb_end(text, point, 1);
    if (kind == ILF__OTLP_SUM) {
        ilf__otlp_put_temporality(text, metric);
        if (metric->type == ILF_METRIC_RATE_COUNTER &&
            is(ilf__otlp_tag(metric->tags, metric->n_tags, "otlp.metric.ismonotonic"), "true"))
            ilf__pb_put_uint(text, MONOTONIC, 1);
    }
    ilf__pb_end(text, data, 1);
    ilf__pb_end(text, at, 1);
}

void ilf__otlp_put_metric(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric)
{
    size_t n = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0, placed = 0;
    enum ilf__otlp_kind kind = kind_of(metric);
    bool number = kind == ILF__OTLP_SUM || kind == ILF__OTLP_GAUGE;

    if (metric->shape == ILF_METRIC_SINGLE) {
        put_number(f, text, metric, number ? kind : ILF__OTLP_GAUGE, NULL, &metric->value);
        return;
    }
    for (size_t i = 0; i < n; i++)
        placed += ilf__otlp_has_place(f, kind, metric->values[i].key);
    if (n == 0 && number)
        put_number(f, text, metric, kind, NULL, NULL);
    else if (n == 0 || placed > 0)
        ilf__otlp_put_histogram(f, text, metric, kind, n > 0);
    for (size_t i = 0; i < n; i++)
        if (!ilf__otlp_has_place(f, kind, metric->values[i].key))
            put_number(f, text, metric, number ? kind : ILF__OTLP_GAUGE, &metric->values[i].key,
                       &metric->values[i].value);
    if (f->more.failed)
        text->failed = true;
}
