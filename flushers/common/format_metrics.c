/* Metrics of event groups as JSON: a document for each value, with its parts in contents of certain
 * names, which is how logs tell of metrics. */
#include "documents.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "go_value.h"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

/* @name; if the options say so, with _ for each byte that SLS would not take. A colon it takes in
 * the name of a metric, but not of a label; digits, be they the first, in both. */
static void put_name(const struct ilf__format *f, struct ilf__text *text, ilf_str name, bool label)
{
    for (size_t i = 0; i < name.len; i++) {
        bool keep =
            !f->options->sls_metrics || is_name_char(name.ptr[i]) || (!label && name.ptr[i] == ':');

        ilf__text_put_char(text, keep ? name.ptr[i] : '_');
    }
}

static void put_label_value(const struct ilf__format *f, struct ilf__text *text, ilf_str value)
{
    for (size_t i = 0; i < value.len; i++)
        ilf__text_put_char(text,
                           f->options->sls_metrics && value.ptr[i] == '|' ? '_' : value.ptr[i]);
}

static int compare_keys(const void *a, const void *b)
{
    return ilf__str_compare(((const ilf_kv *)a)->key, ((const ilf_kv *)b)->key);
}

/* Give the labels in f->kv the names that SLS takes, of the same lengths, before they are sorted. */
static bool name_labels(struct ilf__format *f, size_t n)
{
    struct ilf__text *names = &f->values;
    size_t at = 0;

    names->len = 0;
    for (size_t i = 0; i < n; i++)
        put_name(f, names, f->kv[i].key, true);
    for (size_t i = 0; !names->failed && i < n; i++) {
        f->kv[i].key.ptr = names->ptr + at;
        at += f->kv[i].key.len;
    }
    return !names->failed;
}

/* The tags as k1#$#v1|k2#$#v2, into f->more. */
static bool put_labels(struct ilf__format *f, const ilf_kv *tags, size_t n)
{
    f->more.len = 0;
    if (!ilf__format_room(f, n))
        return false;
    if (n > 0)
        memcpy(f->kv, tags, n * sizeof(*tags));
    if (f->options->sls_metrics && !name_labels(f, n))
        return false;
    if (n > 1)
        qsort(f->kv, n, sizeof(*f->kv), compare_keys);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            ilf__text_put_char(&f->more, '|');
        ilf__text_put_str(&f->more, f->kv[i].key);
        ILF__TEXT_PUT_LITERAL(&f->more, "#$#");
        put_label_value(f, &f->more, f->kv[i].value);
    }
    return true;
}

/* Nanoseconds as the native one takes them: by the number of digits, through a double, and on
 * overflow what amd64 makes of it. */
static int64_t metric_time(uint64_t timestamp)
{
    char digits[24];
    int64_t time = (int64_t)timestamp;
    int n = snprintf(digits, sizeof(digits), "%" PRId64, time);
    double scaled;

    if (n == 19)
        return time;
    if (n == 13 && time > 0)
        return time * 1000000;
    scaled = (double)time * pow(10, 19 - n);
    return fabs(scaled) < 0x1p63 ? (int64_t)scaled : INT64_MIN;
}

static bool is_stale(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits == UINT64_C(0x7ff0000000000002);
}

/* When @metric was, natively @ns, which is negative where 64 bits with a sign were too few. That is
 * kept for whole seconds alone. */
static void set_time(const struct ilf__format *f, const ilf_metric *metric, int64_t ns,
                     struct ilf__record *record)
{
    uint64_t time = ns < 0 ? metric->timestamp : (uint64_t)ns;

    record->seconds = (int64_t)(time / 1000000000);
    record->ns = (uint32_t)(time % 1000000000);
    if (ns < 0 && f->options->time_format == ILF__TIME_SECONDS)
        record->seconds = ns / 1000000000;
}

/* One document: of a value that has a @key, or of the only one. */
static ilf_status put_value(struct ilf__documents *out, const ilf_metric *metric, size_t index,
                            const ilf_str *key, const ilf_value *value, bool last)
{
    struct ilf__format *f = out->f;
    int64_t ns = metric_time(metric->timestamp);
    struct ilf__record record = {.kind = ILF__RECORD_EVENT};
    size_t begin;

    if (!ilf__record_begin(f, 4 + metric->n_tags))
        return ilf__documents_fail(out);
    set_time(f, metric, ns, &record);
    ILF__RECORD_PUSH(f, &record, "__labels__", ((ilf_str){f->more.ptr, f->more.len}));
    begin = f->values.len;
    put_name(f, &f->values, metric->name, false);
    if (key) {
        ilf__text_put_char(&f->values, '_');
        put_name(f, &f->values, *key, false);
    }
    ilf__record_end_value(f, &record, (ilf_str){"__name__", 8}, begin);
    ilf__record_push_int(f, &record, (ilf_str){"__time_nano__", 13}, ns);
    begin = f->values.len;
    if (value && value->type == ILF_VALUE_FLOAT && is_stale(value->as.f))
        ILF__TEXT_PUT_LITERAL(&f->values, "__STALE_NAN__");
    else if (value)
        ilf__go_value_put(&f->values, value, false);
    ilf__record_end_value(f, &record, (ilf_str){"__value__", 9}, begin);
    ilf__record_push_tags(f, &record, metric->tags, metric->n_tags);
    return ilf__documents_put(out, &record, index, last);
}

static const void *at(const void *array, size_t i, size_t size)
{
    return (const char *)array + i * size;
}

/* A document for each of the @n elements of @size bytes at @array, which begin with their key, in
 * the order of the keys; @more tells that there are others behind them. */
static ilf_status put_values(struct ilf__documents *out, const ilf_metric *metric, size_t index,
                             const void *array, size_t n, size_t size, bool more)
{
    struct ilf__entries *keys = &out->f->keys;
    ilf_status status = ILF_OK;

    keys->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!ilf__entries_add(keys, *(const ilf_str *)at(array, i, size), (int64_t)i, i))
            return ilf__documents_fail(out);
    ilf__entries_settle(keys);
    for (size_t i = 0; status == ILF_OK && i < keys->n; i++) {
        const void *element = at(array, (size_t)keys->items[i].source, size);
        const ilf_value plain = {
            .type = ILF_VALUE_FLOAT,
            .bits = 64,
            .as.f = array == metric->values ? ((const ilf_metric_value *)element)->value : 0};

        status =
            put_value(out, metric, index, &keys->items[i].name,
                      array == metric->values ? &plain : &((const ilf_typed_value *)element)->value,
                      !more && i + 1 == keys->n);
    }
    return status;
}

ilf_status ilf__documents_put_metric(struct ilf__documents *out, const ilf_metric *metric,
                                     size_t index)
{
    size_t n_values = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0;
    bool typed = metric->n_typed > 0;
    const ilf_value single = {.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = metric->value};
    ilf_status status = ILF_OK;

    if (!put_labels(out->f, metric->tags, metric->n_tags))
        return ilf__documents_fail(out);
    if (metric->shape == ILF_METRIC_SINGLE)
        status = put_value(out, metric, index, NULL, &single, !typed);
    else if (n_values == 0 && !typed)
        status = put_value(out, metric, index, NULL, NULL, true);
    if (status == ILF_OK && n_values > 0)
        status = put_values(out, metric, index, metric->values, n_values, sizeof(*metric->values),
                            typed);
    if (status == ILF_OK && typed)
        status = put_values(out, metric, index, metric->typed, metric->n_typed,
                            sizeof(*metric->typed), false);
    return status;
}
