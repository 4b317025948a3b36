/* Event groups in InfluxDB's line protocol: the metrics of a v2 pipeline. */
#include "format.h"
#include "go_value.h"
#include "influx.h"

#include <math.h>

static const char no_memory[] = "out of memory";

static void begin_field(struct ilf__text *text, ilf_str key, bool *first)
{
    if (!*first)
        ilf__text_put_char(text, ',');
    *first = false;
    ilf__influx_put_key(text, key);
    ilf__text_put_char(text, '=');
}

/* Natively what is not finite becomes an empty text. */
static void put_plain(struct ilf__text *text, double value)
{
    if (isfinite(value))
        ilf__go_value_put_float(text, value, 64);
    else
        ILF__TEXT_PUT_LITERAL(text, "\"\"");
}

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
    case ILF_VALUE_UINT:
        ilf__text_put_uint(text, value->as.u);
        ilf__text_put_char(text, 'u');
        return NULL;
    case ILF_VALUE_FLOAT:
        if (!isfinite(value->as.f))
            return why;
        ilf__go_value_put_float(text, value->as.f, value->bits);
        return NULL;
    default:
        return why;
    }
}

/* The values of a metric that has several, in the order of their keys. */
static const char *put_values(struct ilf__format *f, const ilf_metric *metric,
                              struct ilf__text *text, bool *first)
{
    struct ilf__entries *keys = &f->keys;

    keys->n = 0;
    for (size_t i = 0; i < metric->n_values; i++)
        if (!ilf__entries_add(keys, metric->values[i].key, (int64_t)i, i))
            return no_memory;
    ilf__entries_settle(keys);
    for (size_t i = 0; i < keys->n; i++) {
        begin_field(text, keys->items[i].name, first);
        put_plain(text, metric->values[keys->items[i].source].value);
    }
    return NULL;
}

static const char *put_typed_values(struct ilf__format *f, const ilf_metric *metric,
                                    struct ilf__text *text, bool *first)
{
    struct ilf__entries *keys = &f->keys;
    const char *why = NULL;

    keys->n = 0;
    for (size_t i = 0; i < metric->n_typed; i++)
        if (!ilf__entries_add(keys, metric->typed[i].key, (int64_t)i, i))
            return no_memory;
    ilf__entries_settle(keys);
    for (size_t i = 0; !why && i < keys->n; i++) {
        begin_field(text, keys->items[i].name, first);
        why = put_typed(text, &metric->typed[keys->items[i].source].value);
    }
    return why;
}

static const char *put_metric(struct ilf__format *f, const ilf_metric *metric,
                              struct ilf__text *text)
{
    bool first = true;
    const char *why = NULL;

    if (!ilf__format_room(f, metric->n_tags))
        return no_memory;
    if (metric->n_tags > 0)
        memcpy(f->kv, metric->tags, metric->n_tags * sizeof(*f->kv));
    ilf__influx_put_name(text, metric->name);
    ilf__influx_put_tags(text, f->kv, metric->n_tags);
    ilf__text_put_char(text, ' ');
    if (metric->shape == ILF_METRIC_SINGLE) {
        begin_field(text, (ilf_str){"value", 5}, &first);
        put_plain(text, metric->value);
    } else if (metric->shape == ILF_METRIC_MULTI) {
        why = put_values(f, metric, text, &first);
    }
    if (!why)
        why = put_typed_values(f, metric, text, &first);
    if (!why && first)
        why = "a metric without a value";
    ilf__text_put_char(text, ' ');
    ilf__text_put_int(text, (int64_t)metric->timestamp);
    ilf__text_put_char(text, '\n');
    return why;
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
