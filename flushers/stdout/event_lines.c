/* Event groups as lines: what the native flusher_stdout prints for v2 pipelines, and where that is
 * not JSON (bytes, unsigned numbers, NaN, spans, typed values alone, unescaped byte arrays), JSON
 * with all the data. Maps are printed in the order of their keys; the native order is random. */
#include "lines.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "../common/json.h"

/* --- Maps in the order of their keys --------------------------------------------------------- */

enum { FEW = 64 };

/* The elements of an array, all of which begin with an ilf_str key, in the order of their keys. */
struct sorted {
    const ilf_str **items;
    const ilf_str *few[FEW];
};

static int compare_keys(const void *a, const void *b)
{
    const ilf_str *x = *(const ilf_str *const *)a, *y = *(const ilf_str *const *)b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n > 0 ? memcmp(x->ptr, y->ptr, n) : 0;

    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Fill @sorted with @n elements of @size bytes at @array. False, with the text's @failed set, when
 * memory is short. */
static bool sort(struct sorted *sorted, struct ilf__text *text, const void *array, size_t n,
                 size_t size)
{
    sorted->items = n <= FEW ? sorted->few : malloc(n * sizeof(*sorted->items));
    if (!sorted->items) {
        text->failed = true;
        return false;
    }
    for (size_t i = 0; i < n; i++)
        sorted->items[i] = (const ilf_str *)(const void *)((const char *)array + i * size);
    if (n > 1)
        qsort(sorted->items, n, sizeof(*sorted->items), compare_keys);
    return true;
}

static void sort_done(struct sorted *sorted)
{
    if (sorted->items != sorted->few)
        free(sorted->items);
}

/* Run the statement behind it with @item pointing to each element of @array in turn. */
#define EACH_SORTED(text, type, item, array, n)                                                    \
    for (struct sorted sorted_,                                                                    \
         *once_ = sort(&sorted_, text, array, n, sizeof(type)) ? &sorted_ : NULL;                  \
         once_; sort_done(once_), once_ = NULL)                                                    \
        for (size_t i_ = 0; i_ < (n); i_++)                                                        \
            for (const type *item = (const type *)(const void *)sorted_.items[i_]; item;           \
                 item = NULL)

/* --- Values ---------------------------------------------------------------------------------- */

/* JSON has no word for what is not finite: it comes as text. */
static void put_float(struct ilf__text *text, double value, uint32_t bits,
                      enum ilf__float_style style)
{
    if (isfinite(value))
        ilf__text_put_float(text, value, bits, style);
    else if (isnan(value))
        ILF__TEXT_PUT_LITERAL(text, "\"NaN\"");
    else if (value > 0)
        ILF__TEXT_PUT_LITERAL(text, "\"+Inf\"");
    else
        ILF__TEXT_PUT_LITERAL(text, "\"-Inf\"");
}

static void put_bool(struct ilf__text *text, bool value)
{
    ilf__text_put(text, value ? "true" : "false", value ? 4 : 5);
}

/* @put_string spells strings: natively the two places where values occur do it differently. */
static void put_value(struct ilf__text *text, const ilf_value *value,
                      void (*put_string)(struct ilf__text *, ilf_str))
{
    switch (value->type) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_BYTES:
    case ILF_VALUE_TEXT:
        put_string(text, value->as.str);
        break;
    case ILF_VALUE_BOOL:
        put_bool(text, value->as.boolean);
        break;
    case ILF_VALUE_INT:
        ilf__text_put_int(text, value->as.i);
        break;
    case ILF_VALUE_UINT:
        ilf__text_put_uint(text, value->as.u);
        break;
    case ILF_VALUE_FLOAT:
        put_float(text, value->as.f, value->bits, ILF__FLOAT_GO);
        break;
    case ILF_VALUE_ARRAY:
        ilf__text_put_char(text, '[');
        for (size_t i = 0; i < value->as.array.n; i++) {
            if (i > 0)
                ilf__text_put_char(text, ',');
            put_value(text, &value->as.array.items[i], put_string);
        }
        ilf__text_put_char(text, ']');
        break;
    case ILF_VALUE_MAP:
        ilf__text_put_char(text, '{');
        for (size_t i = 0; i < value->as.map.n; i++) {
            if (i > 0)
                ilf__text_put_char(text, ',');
            ilf__json_put_string(text, value->as.map.fields[i].key);
            ilf__text_put_char(text, ':');
            put_value(text, &value->as.map.fields[i].value, put_string);
        }
        ilf__text_put_char(text, '}');
        break;
    default:
        ILF__TEXT_PUT_LITERAL(text, "null");
    }
}

/* --- Members --------------------------------------------------------------------------------- */

/* `,"key":`, or without the comma where an object has just been opened. */
static void put_key(struct ilf__text *text, ilf_str key)
{
    if (text->len > 0 && text->ptr[text->len - 1] != '{')
        ilf__text_put_char(text, ',');
    ilf__json_put_string(text, key);
    ilf__text_put_char(text, ':');
}

static void put_str(struct ilf__text *text, const char *key, ilf_str value)
{
    put_key(text, (ilf_str){key, strlen(key)});
    ilf__json_put_string(text, value);
}

static void put_uint(struct ilf__text *text, const char *key, uint64_t value)
{
    put_key(text, (ilf_str){key, strlen(key)});
    ilf__text_put_uint(text, value);
}

static void put_int(struct ilf__text *text, const char *key, int64_t value)
{
    put_key(text, (ilf_str){key, strlen(key)});
    ilf__text_put_int(text, value);
}

static void put_tags(struct ilf__text *text, const ilf_kv *tags, size_t n)
{
    ILF__TEXT_PUT_LITERAL(text, ",\"tags\":{");
    EACH_SORTED(text, ilf_kv, kv, tags, n)
    {
        put_key(text, kv->key);
        ilf__json_put_string(text, kv->value);
    }
    ilf__text_put_char(text, '}');
}

static void put_common(struct ilf__text *text, const char *type, ilf_str name, uint64_t timestamp,
                       uint64_t observed, const ilf_kv *tags, size_t n_tags)
{
    ilf__text_put_char(text, '{');
    put_str(text, "eventType", (ilf_str){type, strlen(type)});
    put_str(text, "name", name);
    put_uint(text, "timestamp", timestamp);
    put_uint(text, "observedTimestamp", observed);
    put_tags(text, tags, n_tags);
}

/* --- Events ---------------------------------------------------------------------------------- */

static void put_log(struct ilf__text *text, const ilf_log_event *log)
{
    put_common(text, "log", log->name, log->timestamp, log->observed_timestamp, log->tags,
               log->n_tags);
    put_int(text, "offset", (int64_t)log->offset); /* natively signed, whatever its type */
    put_str(text, "level", log->level);
    put_str(text, "traceID", log->trace_id);
    put_str(text, "traceID", log->trace_id); /* twice, as the native one: JSON allows it */
    put_str(text, "spanID", log->span_id);
    EACH_SORTED(text, ilf_field, field, log->contents, log->n_contents)
    {
        put_key(text, field->key);
        put_value(text, &field->value, ilf__json_put_quoted);
    }
}

static void put_values(struct ilf__text *text, const ilf_metric *metric)
{
    ILF__TEXT_PUT_LITERAL(text, ",\"values\":{");
    if (metric->shape == ILF_METRIC_MULTI) {
        EACH_SORTED(text, ilf_metric_value, item, metric->values, metric->n_values)
        {
            put_key(text, item->key);
            put_float(text, item->value, 64, ILF__FLOAT_WIDE);
        }
    }
    EACH_SORTED(text, ilf_typed_value, item, metric->typed, metric->n_typed)
    {
        put_key(text, item->key);
        put_value(text, &item->value, ilf__json_put_string);
    }
    ilf__text_put_char(text, '}');
}

static void put_metric(struct ilf__text *text, const ilf_metric *metric)
{
    static const char *const types[] = {"",          "Untyped", "Counter", "Gauge",
                                        "Histogram", "Summary", "Meter",   "RateCounter"};
    const char *type = metric->type < sizeof(types) / sizeof(types[0]) ? types[metric->type] : "";
    bool single = metric->shape == ILF_METRIC_SINGLE;

    put_common(text, "metric", metric->name, metric->timestamp, metric->observed_timestamp,
               metric->tags, metric->n_tags);
    put_str(text, "metricType", (ilf_str){type, strlen(type)});
    if (single) {
        ILF__TEXT_PUT_LITERAL(text, ",\"value\":");
        put_float(text, metric->value, 64, ILF__FLOAT_WIDE);
    }
    /* The native one leaves typed values out beside a single one; where its line is broken anyway,
     * nothing is left out. */
    if (!single || (!isfinite(metric->value) && metric->n_typed > 0))
        put_values(text, metric);
}

static void put_link(struct ilf__text *text, const ilf_span_link *link)
{
    ilf__text_put_char(text, '{');
    put_str(text, "traceID", link->trace_id);
    put_str(text, "spanID", link->span_id);
    put_str(text, "traceState", link->trace_state);
    put_tags(text, link->tags, link->n_tags);
    ilf__text_put_char(text, '}');
}

static void put_span_event(struct ilf__text *text, const ilf_span_event *event)
{
    ilf__text_put_char(text, '{');
    put_int(text, "timestamp", event->timestamp);
    put_str(text, "name", event->name);
    put_tags(text, event->tags, event->n_tags);
    ilf__text_put_char(text, '}');
}

static void put_span(struct ilf__text *text, const ilf_span *span)
{
    static const char *const kinds[] = {"", "internal", "server", "client", "producer", "consumer"};

    put_common(text, "span", span->name, span->start_time, span->observed_timestamp, span->tags,
               span->n_tags);
    put_str(text, "traceID", span->trace_id);
    put_str(text, "spanID", span->span_id);
    put_str(text, "parentSpanID", span->parent_span_id);
    put_str(text, "traceState", span->trace_state);
    if (span->kind >= 0 && span->kind < (int64_t)(sizeof(kinds) / sizeof(kinds[0])))
        put_str(text, "kind", (ilf_str){kinds[span->kind], strlen(kinds[span->kind])});
    else
        put_int(text, "kind", span->kind);
    put_uint(text, "startTime", span->start_time);
    put_uint(text, "endTime", span->end_time);
    put_int(text, "statusCode", span->status);
    ILF__TEXT_PUT_LITERAL(text, ",\"links\":[");
    for (size_t i = 0; i < span->n_links; i++) {
        if (i > 0)
            ilf__text_put_char(text, ',');
        put_link(text, &span->links[i]);
    }
    ILF__TEXT_PUT_LITERAL(text, "],\"events\":[");
    for (size_t i = 0; i < span->n_events; i++) {
        if (i > 0)
            ilf__text_put_char(text, ',');
        put_span_event(text, &span->events[i]);
    }
    ilf__text_put_char(text, ']');
}

/* Would @str be JSON if quotes were put around it? */
static bool is_string_body(ilf_str str)
{
    for (size_t i = 0; i < str.len; i++) {
        unsigned char c = (unsigned char)str.ptr[i];

        if (c < 0x20 || c == '"')
            return false;
        if (c != '\\')
            continue;
        if (++i == str.len || !strchr("\"\\/bfnrtu", str.ptr[i]) || str.ptr[i] == '\0')
            return false;
        if (str.ptr[i] != 'u')
            continue;
        for (int digit = 0; digit < 4; digit++)
            if (++i == str.len || !isxdigit((unsigned char)str.ptr[i]))
                return false;
    }
    return true;
}

/* The native one puts quotes around the bytes as they are. Where that gives JSON, so do we. */
static void put_body(struct ilf__text *text, ilf_str bytes)
{
    if (!is_string_body(bytes)) {
        ilf__json_put_string(text, bytes);
        return;
    }
    ilf__text_put_char(text, '"');
    ilf__text_put_str(text, bytes);
    ilf__text_put_char(text, '"');
}

static void put_event(struct ilf__text *text, const ilf_event *event)
{
    switch (event->type) {
    case ILF_EVENT_LOG:
        put_log(text, event->as.log);
        break;
    case ILF_EVENT_METRIC:
        put_metric(text, event->as.metric);
        break;
    case ILF_EVENT_SPAN:
        put_span(text, event->as.span);
        break;
    case ILF_EVENT_BYTES:
        put_common(text, "byteArray", (ilf_str){"", 0}, 0, 0, NULL, 0);
        put_key(text, (ilf_str){"byteArray", 9});
        put_body(text, *event->as.bytes);
        break;
    default: /* of a later minor version: at least its number is told */
        ilf__text_put_char(text, '{');
        put_uint(text, "eventType", event->type);
    }
    ilf__text_put_char(text, '}');
}

/* A Go map as fmt prints it. */
static void put_go_map(struct ilf__text *text, const ilf_kv *map, size_t n)
{
    bool first = true;

    ILF__TEXT_PUT_LITERAL(text, "map[");
    EACH_SORTED(text, ilf_kv, kv, map, n)
    {
        if (!first)
            ilf__text_put_char(text, ' ');
        first = false;
        ilf__text_put_str(text, kv->key);
        ilf__text_put_char(text, ':');
        ilf__text_put_str(text, kv->value);
    }
    ilf__text_put_char(text, ']');
}

static void put_header(struct ilf__text *text, const ilf_event_group *group)
{
    ILF__TEXT_PUT_LITERAL(text, "[Event] event ");
    ilf__text_put_uint(text, group->n_events);
    ILF__TEXT_PUT_LITERAL(text, ", metadata ");
    put_go_map(text, group->metadata, group->n_metadata);
    ILF__TEXT_PUT_LITERAL(text, ", tags ");
    put_go_map(text, group->tags, group->n_tags);
}

void lines_put_event_group(struct output *output, const struct line_options *options,
                           const ilf_event_group *group)
{
    if (options->tags && output_begin_record(output)) {
        put_header(&output->text, group);
        output_end_record(output);
    }
    for (size_t i = 0; i < group->n_events; i++) {
        if (!output_begin_record(output))
            continue;
        put_event(&output->text, &group->events[i]);
        output_end_record(output);
    }
}
