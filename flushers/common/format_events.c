/* Event groups as JSON: custom_single, custom_single_flatten and jsonline for v2 pipelines. Events
 * become records of the same form as logs, with their fields in order, so that they share shapes. */
#include "format.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "go_value.h"

/* Up to so many fields are put in order here; the rest is left to the shape. */
enum { FEW = 48 };

/* Where the documents of a group go. */
struct output {
    struct ilf__format *f;
    struct ilf__text *text;
    const struct ilf__sink *sink;
    struct ilf__item item;
    bool lines; /* all documents of a group make one item */
    ilf_error *err;
};

/* --- Records --------------------------------------------------------------------------------- */

static void push(struct ilf__format *f, struct ilf__record *record, ilf_str key, ilf_str value)
{
    f->kv[record->n++] = (ilf_kv){key, value.ptr ? value : (ilf_str){"", 0}};
}

#define PUSH(f, record, literal, value)                                                            \
    push(f, record, (ilf_str){literal, sizeof(literal) - 1}, value)

/* Begin a value that is formatted into f->values, which moves while it grows; end_value notes its
 * length only, and place_values where it is. */
static void end_value(struct ilf__format *f, struct ilf__record *record, ilf_str key, size_t begin)
{
    f->kv[record->n++] = (ilf_kv){key, {NULL, f->values.len - begin}};
}

static void push_int(struct ilf__format *f, struct ilf__record *record, ilf_str key, int64_t n)
{
    size_t begin = f->values.len;

    ilf__text_put_int(&f->values, n);
    end_value(f, record, key, begin);
}

static void push_uint(struct ilf__format *f, struct ilf__record *record, ilf_str key, uint64_t n)
{
    size_t begin = f->values.len;

    ilf__text_put_uint(&f->values, n);
    end_value(f, record, key, begin);
}

static void place_values(struct ilf__format *f, const struct ilf__record *record)
{
    const char *at = f->values.ptr;

    for (size_t i = 0; i < record->n; i++) {
        ilf_str *value = &f->kv[i].value;

        if (value->ptr)
            continue;
        value->ptr = at ? at : "";
        at = at ? at + value->len : NULL;
    }
}

static void sort(ilf_kv *kv, size_t n)
{
    for (size_t i = 1; n <= FEW && i < n; i++) {
        ilf_kv moved = kv[i];
        size_t j = i;

        for (; j > 0 && ilf__str_compare(kv[j - 1].key, moved.key) > 0; j--)
            kv[j] = kv[j - 1];
        kv[j] = moved;
    }
}

static void push_tags(struct ilf__format *f, struct ilf__record *record, const ilf_kv *tags,
                      size_t n)
{
    record->n_contents = record->n;
    for (size_t i = 0; i < n; i++)
        push(f, record, tags[i].key, tags[i].value);
}

static bool begin_record(struct ilf__format *f, size_t n)
{
    f->values.len = 0;
    return ilf__format_room(f, n);
}

static struct ilf__record at_time(enum ilf__record_kind kind, uint64_t ns)
{
    return (struct ilf__record){
        .kind = kind, .seconds = (int64_t)(ns / 1000000000), .ns = (uint32_t)(ns % 1000000000)};
}

/* --- Output ---------------------------------------------------------------------------------- */

static ilf_status fail_memory(struct output *out)
{
    return ilf__format_fail_memory(out->text, out->item.start, out->err);
}

/* Put the record that f->kv holds as a document of event @index; @last tells whether the event has
 * no more of them. */
static ilf_status put(struct output *out, struct ilf__record *record, size_t index, bool last)
{
    struct ilf__format *f = out->f;

    if (f->values.failed || f->more.failed) {
        f->values.failed = f->more.failed = false;
        return fail_memory(out);
    }
    place_values(f, record);
    sort(f->kv, record->n_contents);
    sort(f->kv + record->n_contents, record->n - record->n_contents);
    record->kv = f->kv;
    if (!out->lines)
        out->item = (struct ilf__item){out->text->len, index, 0, f->selected};
    else if (out->text->len > out->item.start)
        ilf__text_put_char(out->text, '\n');
    else
        out->item.first = index;
    out->item.n_records += last;
    ilf__format_record(f, record, true, out->text);
    if (out->text->failed)
        return fail_memory(out);
    return out->lines ? ILF_OK : out->sink->take(out->sink->context, out->text, &out->item);
}

/* --- Events ---------------------------------------------------------------------------------- */

static ilf_status put_log(struct output *out, const ilf_log_event *log, size_t index)
{
    struct ilf__format *f = out->f;
    struct ilf__record record = at_time(ILF__RECORD_LOG_EVENT, log->timestamp);

    if (!begin_record(f, log->n_contents + log->n_tags))
        return fail_memory(out);
    for (size_t i = 0; i < log->n_contents; i++) {
        const ilf_field *field = &log->contents[i];
        size_t begin = f->values.len;

        if (field->value.type == ILF_VALUE_STRING || field->value.type == ILF_VALUE_BYTES ||
            field->value.type == ILF_VALUE_TEXT) {
            push(f, &record, field->key, field->value.as.str);
        } else {
            ilf__go_value_put(&f->values, &field->value, true);
            end_value(f, &record, field->key, begin);
        }
    }
    push_tags(f, &record, log->tags, log->n_tags);
    return put(out, &record, index, true);
}

static ilf_status put_bytes(struct output *out, ilf_str bytes, size_t index)
{
    struct ilf__record record = at_time(ILF__RECORD_EVENT, 0);

    if (!begin_record(out->f, 1))
        return fail_memory(out);
    PUSH(out->f, &record, "content", bytes);
    record.n_contents = record.n;
    return put(out, &record, index, true);
}

static ilf_status put_span(struct output *out, const ilf_span *span, size_t index)
{
    static const char *const kinds[] = {"internal", "internal", "server",
                                        "client",   "producer", "consumer"};
    const char *kind = span->kind >= 0 && span->kind < (int64_t)(sizeof(kinds) / sizeof(kinds[0]))
                           ? kinds[span->kind]
                           : kinds[0];
    struct ilf__format *f = out->f;
    struct ilf__record record = at_time(ILF__RECORD_EVENT, span->start_time);

    if (!begin_record(f, 8 + 2 * span->n_tags))
        return fail_memory(out);
    PUSH(f, &record, "traceID", span->trace_id);
    PUSH(f, &record, "spanID", span->span_id);
    PUSH(f, &record, "parentSpanID", span->parent_span_id);
    PUSH(f, &record, "name", span->name);
    PUSH(f, &record, "kind", ((ilf_str){kind, strlen(kind)}));
    push_uint(f, &record, (ilf_str){"startTime", 9}, span->start_time);
    push_uint(f, &record, (ilf_str){"endTime", 7}, span->end_time);
    push_int(f, &record, (ilf_str){"statusCode", 10}, span->status);
    for (size_t i = 0; i < span->n_tags; i++) /* over what has the same name */
        push(f, &record, span->tags[i].key, span->tags[i].value);
    push_tags(f, &record, span->tags, span->n_tags);
    return put(out, &record, index, true);
}

/* --- Metrics: a document for each value ------------------------------------------------------ */

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

/* @name; if the options say so, with _ for each byte that SLS would not take. A colon it takes in
 * the name of a metric, but not of a label. */
static void put_name(const struct ilf__format *f, struct ilf__text *text, ilf_str name, bool first,
                     bool label)
{
    for (size_t i = 0; i < name.len; i++) {
        bool keep = !f->options->sls_metrics || is_name_char(name.ptr[i], first && i == 0) ||
                    (!label && name.ptr[i] == ':');

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
        put_name(f, names, f->kv[i].key, true, true);
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
    return scaled >= -0x1p63 && scaled < 0x1p63 ? (int64_t)scaled : INT64_MIN;
}

static bool is_stale(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits == UINT64_C(0x7ff0000000000002);
}

/* One document: of a value that has a @key, or of the only one. */
static ilf_status put_value(struct output *out, const ilf_metric *metric, size_t index,
                            const ilf_str *key, const ilf_value *value, bool last)
{
    struct ilf__format *f = out->f;
    int64_t ns = metric_time(metric->timestamp);
    struct ilf__record record = {
        .kind = ILF__RECORD_EVENT,
        .seconds = ns / 1000000000,
        .ns = ns < 0 ? 0 : (uint32_t)(ns % 1000000000),
    };
    size_t begin;

    if (!begin_record(f, 4 + metric->n_tags))
        return fail_memory(out);
    PUSH(f, &record, "__labels__", ((ilf_str){f->more.ptr, f->more.len}));
    begin = f->values.len;
    put_name(f, &f->values, metric->name, true, false);
    if (key) {
        ilf__text_put_char(&f->values, '_');
        put_name(f, &f->values, *key, false, false);
    }
    end_value(f, &record, (ilf_str){"__name__", 8}, begin);
    push_int(f, &record, (ilf_str){"__time_nano__", 13}, ns);
    begin = f->values.len;
    if (value && value->type == ILF_VALUE_FLOAT && is_stale(value->as.f))
        ILF__TEXT_PUT_LITERAL(&f->values, "__STALE_NAN__");
    else if (value)
        ilf__go_value_put(&f->values, value, false);
    end_value(f, &record, (ilf_str){"__value__", 9}, begin);
    push_tags(f, &record, metric->tags, metric->n_tags);
    return put(out, &record, index, last);
}

static const void *at(const void *array, size_t i, size_t size)
{
    return (const char *)array + i * size;
}

/* A document for each of the @n elements of @size bytes at @array, which begin with their key, in
 * the order of the keys; @more tells that there are others behind them. */
static ilf_status put_values(struct output *out, const ilf_metric *metric, size_t index,
                             const void *array, size_t n, size_t size, bool more)
{
    struct ilf__entries *keys = &out->f->keys;
    ilf_status status = ILF_OK;

    keys->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!ilf__entries_add(keys, *(const ilf_str *)at(array, i, size), (int64_t)i, i))
            return fail_memory(out);
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

static ilf_status put_metric(struct output *out, const ilf_metric *metric, size_t index)
{
    size_t n_values = metric->shape == ILF_METRIC_MULTI ? metric->n_values : 0;
    bool typed = metric->n_typed > 0;
    const ilf_value single = {.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = metric->value};
    ilf_status status = ILF_OK;

    if (!put_labels(out->f, metric->tags, metric->n_tags))
        return fail_memory(out);
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

/* --- Groups ---------------------------------------------------------------------------------- */

static ilf_status put_event(struct output *out, const ilf_event *event, size_t index)
{
    static const char why[] = "an event of a type that this version does not know";

    switch (event->type) {
    case ILF_EVENT_LOG:
        return put_log(out, event->as.log, index);
    case ILF_EVENT_METRIC:
        return put_metric(out, event->as.metric, index);
    case ILF_EVENT_SPAN:
        return put_span(out, event->as.span, index);
    case ILF_EVENT_BYTES:
        return put_bytes(out, *event->as.bytes, index);
    default:
        out->sink->refuse(out->sink->context, index, why);
        return ILF_OK;
    }
}

static bool is_known(const ilf_event *event)
{
    return event->type >= ILF_EVENT_METRIC && event->type <= ILF_EVENT_BYTES;
}

ilf_status ilf__json_events(struct ilf__format *f, const ilf_event_group *group,
                            struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err)
{
    struct output out = {
        .f = f,
        .text = text,
        .sink = sink,
        .item = {.start = text->len, .selected = f->selected},
        .lines = f->protocol == ILF__JSONLINE,
        .err = err,
    };
    ilf_status status = ILF_OK;

    for (size_t i = 0; !f->options->ignore_unexpected_data && i < group->n_events; i++)
        if (!is_known(&group->events[i]))
            return ilf_fail(err, ILF_ERR_DROP, "format: event %zu: its type %" PRIu32 " is unknown",
                            i, group->events[i].type);
    if (!ilf__shaper_begin_events(&f->shaper, group))
        return fail_memory(&out);
    for (size_t i = 0; status == ILF_OK && i < group->n_events; i++)
        status = put_event(&out, &group->events[i], i);
    if (status != ILF_OK || !out.lines || text->len == out.item.start)
        return status;
    return sink->take(sink->context, text, &out.item);
}
