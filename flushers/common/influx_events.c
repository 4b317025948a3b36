/* Event groups in InfluxDB's line protocol: the metrics of a v2 pipeline. */
#include "format.h"
#include "go_value.h"
#include "influx.h"

#include <math.h>

static const char no_memory[] = "out of memory";

/* Returns why not, or NULL. */
static const char *put_typed(struct ilf__text *text, const ilf_value *value)
{
    static const char why[] = "a typed value is neither a number nor true, false or UTF-8";

    switch (value->type) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_BYTES:
        return ilf__influx_put_string(text, value->as.str) ? NULL : why;
    case ILF_VALUE_BOOL:
        ilf__text_put(text, value->as.boolean ? "true" : "false", value->as.boolean ? 4 : 5);
        return NULL;
    case ILF_VALUE_INT:
        ilf__text_put_int(text, value->as.i);
        ilf__text_put_char(text, 'i');
        return NULL;
    case ILF_VALUE_UINT: /* InfluxDB 1 refuses those without a sign, so that only large ones are */
        ilf__text_put_uint(text, value->as.u);
        ilf__text_put_char(text, value->as.u <= INT64_MAX ? 'i' : 'u');
        return NULL;
    case ILF_VALUE_FLOAT:
        ilf__go_value_put_float(text, value->as.f, value->bits);
        return NULL;
    default:
        return why;
    }
}

/* InfluxDB has no numbers that are not finite: such a field is left out, as if it were absent. */
static bool is_left_out(const ilf_value *value)
{
    return value->type == ILF_VALUE_FLOAT && !isfinite(value->as.f);
}

/* The typed values that are not left out. */
static bool sort_typed(struct ilf__format *f, const ilf_metric *metric)
{
    f->typed.n = 0;
    for (size_t i = 0; i < metric->n_typed; i++)
        if (!is_left_out(&metric->typed[i].value) &&
            !ilf__entries_add(&f->typed, metric->typed[i].key, (int64_t)i, i))
            return false;
    ilf__entries_settle(&f->typed);
    return true;
}

/* Of a value and a typed one with the same key the typed one counts: InfluxDB wants keys once. */
static void put_value(struct ilf__format *f, struct ilf__influx_line *line, ilf_str key,
                      double value)
{
    if (!isfinite(value) || ilf__entries_find(&f->typed, key))
        return;
    ilf__influx_put_field(line, key);
    ilf__go_value_put_float(line->text, value, 64);
}

/* The values of a metric that has several, in the order of their keys. */
static bool put_values(struct ilf__format *f, const ilf_metric *metric,
                       struct ilf__influx_line *line)
{
    struct ilf__entries *keys = &f->keys;

    keys->n = 0;
    for (size_t i = 0; i < metric->n_values; i++)
        if (!ilf__entries_add(keys, metric->values[i].key, (int64_t)i, i))
            return false;
    ilf__entries_settle(keys);
    for (size_t i = 0; i < keys->n; i++)
        put_value(f, line, keys->items[i].name, metric->values[keys->items[i].source].value);
    return true;
}

static void put_typed_values(const struct ilf__format *f, const ilf_metric *metric,
                             struct ilf__influx_line *line)
{
    for (size_t i = 0; i < f->typed.n; i++) {
        const char *why;

        ilf__influx_put_field(line, f->typed.items[i].name);
        why = put_typed(line->text, &metric->typed[f->typed.items[i].source].value);
        if (!line->why)
            line->why = why;
    }
}

/* A time behind what 64 bits with a sign hold is the last of those, which InfluxDB has not. */
static int64_t signed_time(uint64_t time)
{
    return time > INT64_MAX ? INT64_MAX : (int64_t)time;
}

/* Returns why not, or NULL. */
static const char *put_metric(struct ilf__format *f, const ilf_metric *metric,
                              struct ilf__text *text)
{
    struct ilf__influx_line line;
    bool single = metric->shape == ILF_METRIC_SINGLE;
    bool multi = metric->shape == ILF_METRIC_MULTI && metric->n_values > 0;

    ilf__influx_begin(&line, text, metric->name);
    if (!ilf__influx_put_tags(&line, &f->keys, metric->tags, metric->n_tags) ||
        !sort_typed(f, metric))
        return no_memory;
    if (single)
        put_value(f, &line, (ilf_str){"value", 5}, metric->value);
    if (multi && !put_values(f, metric, &line))
        return no_memory;
    put_typed_values(f, metric, &line);
    if (!line.why && !line.has_field)
        return single || multi || metric->n_typed > 0
                   ? "influxdb: none of the metric's values is a finite number"
                   : "a metric without a value";
    ilf__influx_put_time(&line, signed_time(metric->timestamp));
    return ilf__influx_end(&line);
}

ilf_status ilf__influx_events(struct ilf__format *f, const ilf_event_group *group,
                              struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err)
{
    struct ilf__item item = {.start = text->len, .selected = f->selected};

    ilf__format_select_group(f, group);
    for (size_t i = 0; i < group->n_events; i++) {
        const ilf_event *event = &group->events[i];
        size_t before = text->len;
        const char *why = "protocol influxdb takes metrics only";

        if (event->type == ILF_EVENT_METRIC)
            why = put_metric(f, event->as.metric, text);
        if (text->failed || why == no_memory)
            return ilf__format_fail_memory(text, item.start, err);
        if (why)
            text->len = before;
        if (why && !f->options->ignore_unexpected_data) {
            text->len = item.start;
            return ilf_fail(err, ILF_ERR_DROP, "format: event %zu: %s", i, why);
        }
        if (why)
            sink->refuse(sink->context, i, why);
        else if (item.n_records++ == 0)
            item.first = i;
    }
    return item.n_records > 0 ? sink->take(sink->context, text, &item) : ILF_OK;
}
