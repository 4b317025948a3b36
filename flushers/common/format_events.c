/* Event groups as JSON: custom_single, custom_single_flatten and jsonline for v2 pipelines. Events
 * become records of the same form as logs, with their fields in order, so that they share shapes. */
#include "documents.h"

#include <inttypes.h>

#include "go_value.h"

/* Up to so many fields are put in order here; the rest is left to the shape. */
enum { FEW = 48 };

/* --- Records --------------------------------------------------------------------------------- */

void ilf__record_push(struct ilf__format *f, struct ilf__record *record, ilf_str key, ilf_str value)
{
    f->kv[record->n++] = (ilf_kv){key, value.ptr ? value : (ilf_str){"", 0}};
}

void ilf__record_end_value(struct ilf__format *f, struct ilf__record *record, ilf_str key,
                           size_t begin)
{
    f->kv[record->n++] = (ilf_kv){key, {NULL, f->values.len - begin}};
}

void ilf__record_push_int(struct ilf__format *f, struct ilf__record *record, ilf_str key, int64_t n)
{
    size_t begin = f->values.len;

    ilf__text_put_int(&f->values, n);
    ilf__record_end_value(f, record, key, begin);
}

static void push_uint(struct ilf__format *f, struct ilf__record *record, ilf_str key, uint64_t n)
{
    size_t begin = f->values.len;

    ilf__text_put_uint(&f->values, n);
    ilf__record_end_value(f, record, key, begin);
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

void ilf__record_push_tags(struct ilf__format *f, struct ilf__record *record, const ilf_kv *tags,
                           size_t n)
{
    record->n_contents = record->n;
    for (size_t i = 0; i < n; i++)
        ilf__record_push(f, record, tags[i].key, tags[i].value);
}

bool ilf__record_begin(struct ilf__format *f, size_t n)
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

ilf_status ilf__documents_fail(struct ilf__documents *out)
{
    return ilf__format_fail_memory(out->text, out->item.start, out->err);
}

ilf_status ilf__documents_put(struct ilf__documents *out, struct ilf__record *record, size_t index,
                              bool last)
{
    struct ilf__format *f = out->f;

    if (f->values.failed || f->more.failed) {
        f->values.failed = f->more.failed = false;
        return ilf__documents_fail(out);
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
        return ilf__documents_fail(out);
    return out->lines ? ILF_OK : out->sink->take(out->sink->context, out->text, &out->item);
}

/* --- Events ---------------------------------------------------------------------------------- */

static ilf_status put_log(struct ilf__documents *out, const ilf_log_event *log, size_t index)
{
    struct ilf__format *f = out->f;
    struct ilf__record record = at_time(ILF__RECORD_LOG_EVENT, log->timestamp);

    if (!ilf__record_begin(f, log->n_contents + log->n_tags))
        return ilf__documents_fail(out);
    for (size_t i = 0; i < log->n_contents; i++) {
        const ilf_field *field = &log->contents[i];
        size_t begin = f->values.len;

        if (field->value.type == ILF_VALUE_STRING || field->value.type == ILF_VALUE_BYTES ||
            field->value.type == ILF_VALUE_TEXT) {
            ilf__record_push(f, &record, field->key, field->value.as.str);
        } else {
            ilf__go_value_put(&f->values, &field->value, true);
            ilf__record_end_value(f, &record, field->key, begin);
        }
    }
    ilf__record_push_tags(f, &record, log->tags, log->n_tags);
    return ilf__documents_put(out, &record, index, true);
}

static ilf_status put_bytes(struct ilf__documents *out, ilf_str bytes, size_t index)
{
    struct ilf__record record = at_time(ILF__RECORD_EVENT, 0);

    if (!ilf__record_begin(out->f, 1))
        return ilf__documents_fail(out);
    ILF__RECORD_PUSH(out->f, &record, "content", bytes);
    record.n_contents = record.n;
    return ilf__documents_put(out, &record, index, true);
}

static ilf_status put_span(struct ilf__documents *out, const ilf_span *span, size_t index)
{
    static const char *const kinds[] = {"internal", "internal", "server",
                                        "client",   "producer", "consumer"};
    const char *kind = span->kind >= 0 && span->kind < (int64_t)(sizeof(kinds) / sizeof(kinds[0]))
                           ? kinds[span->kind]
                           : kinds[0];
    struct ilf__format *f = out->f;
    struct ilf__record record = at_time(ILF__RECORD_EVENT, span->start_time);

    if (!ilf__record_begin(f, 8 + 2 * span->n_tags))
        return ilf__documents_fail(out);
    ILF__RECORD_PUSH(f, &record, "traceID", span->trace_id);
    ILF__RECORD_PUSH(f, &record, "spanID", span->span_id);
    ILF__RECORD_PUSH(f, &record, "parentSpanID", span->parent_span_id);
    ILF__RECORD_PUSH(f, &record, "name", span->name);
    ILF__RECORD_PUSH(f, &record, "kind", ((ilf_str){kind, strlen(kind)}));
    push_uint(f, &record, (ilf_str){"startTime", 9}, span->start_time);
    push_uint(f, &record, (ilf_str){"endTime", 7}, span->end_time);
    ilf__record_push_int(f, &record, (ilf_str){"statusCode", 10}, span->status);
    for (size_t i = 0; i < span->n_tags; i++) /* over what has the same name */
        ilf__record_push(f, &record, span->tags[i].key, span->tags[i].value);
    ilf__record_push_tags(f, &record, span->tags, span->n_tags);
    return ilf__documents_put(out, &record, index, true);
}

/* --- Groups ---------------------------------------------------------------------------------- */

static ilf_status put_event(struct ilf__documents *out, const ilf_event *event, size_t index)
{
    static const char why[] = "an event of a type that this version does not know";

    switch (event->type) {
    case ILF_EVENT_LOG:
        return put_log(out, event->as.log, index);
    case ILF_EVENT_METRIC:
        return ilf__documents_put_metric(out, event->as.metric, index);
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
    struct ilf__documents out = {
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
        return ilf__documents_fail(&out);
    for (size_t i = 0; status == ILF_OK && i < group->n_events; i++)
        status = put_event(&out, &group->events[i], i);
    if (status != ILF_OK || !out.lines || text->len == out.item.start)
        return status;
    return sink->take(sink->context, text, &out.item);
}
