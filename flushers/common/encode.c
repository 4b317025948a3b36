/* Encoding: what every delivered flusher does with a batch. */
#include "encode.h"

#include "json.h"
#include "names.h"

static ilf_status take_document(void *context, struct ilf__text *text, const struct ilf__item *item)
{
    struct ilf__text *to = context;

    if (to->len > 0)
        ilf__text_put_char(to, '\n');
    ilf__text_put(to, text->ptr + item->start, text->len - item->start);
    text->len = item->start;
    return ILF_OK;
}

static void leave_out(void *context, size_t index, const char *why)
{
    (void)context;
    (void)index;
    (void)why;
}

/* Put @event of @group as custom_single has it, a line for each document, which can express any. */
static void put_documents(const ilf_event_group *group, const ilf_event *event,
                          struct ilf__text *text)
{
    static const struct ilf__format_options options = {
        .protocol = "custom_single", .encoding = "json", .separator = ""};
    const struct ilf__names none = {0};
    const struct ilf__sink sink = {text, take_document, leave_out};
    ilf_event_group alone = *group;
    struct ilf__format format = {0};
    struct ilf__text work = {0};
    ilf_error err;

    alone.events = event;
    alone.n_events = 1;
    if (ilf__format_init(&format, &options, &none, &err) != ILF_OK ||
        ilf__format_events(&format, &alone, &work, &sink, &err) != ILF_OK)
        text->failed = true;
    ilf__format_dispose(&format);
    ilf__text_dispose(&work);
}

/* What is known of log or event number @index, as text for the dead letters. */
static void describe(const struct ilf__encoding *e, size_t index, struct ilf__text *text)
{
    struct ilf__json_keys keys = {0};
    const ilf_event *event;

    if (e->group) {
        const ilf_log *log = &e->group->logs[index];

        ilf__text_put_char(text, '{');
        ilf__json_put_members(text, log->contents, log->n_contents, &keys);
        ILF__TEXT_PUT_LITERAL(text, "\"__time__\":\"");
        ilf__text_put_uint(text, log->time);
        ILF__TEXT_PUT_LITERAL(text, "\"}");
        return;
    }
    event = &e->events->events[index];
    if (event->type == ILF_EVENT_BYTES) {
        ilf__text_put_str(text, *event->as.bytes);
    } else if (event->type == ILF_EVENT_LOG) {
        const ilf_log_event *log = event->as.log;

        ilf__text_put_char(text, '{');
        for (size_t i = 0; i < log->n_contents; i++)
            if (log->contents[i].value.type == ILF_VALUE_STRING ||
                log->contents[i].value.type == ILF_VALUE_BYTES)
                ilf__json_put_members(
                    text, &(ilf_kv){log->contents[i].key, log->contents[i].value.as.str}, 1, &keys);
        ILF__TEXT_PUT_LITERAL(text, "\"__time__\":\"");
        ilf__text_put_uint(text, log->timestamp);
        ILF__TEXT_PUT_LITERAL(text, "\"}");
    } else if (event->type == ILF_EVENT_METRIC || event->type == ILF_EVENT_SPAN) {
        put_documents(e->events, event, text);
    }
}

static void refuse(void *context, size_t index, const char *why)
{
    struct ilf__encoding *e = context;
    struct ilf__text *text = e->scratch;

    if (e->status != ILF_OK)
        return;
    text->len = 0;
    describe(e, index, text);
    e->status = text->failed
                    ? ILF_ERR_NOMEM
                    : e->to->reject(e->to->context, (ilf_str){text->ptr, text->len}, 1, why);
}

static ilf_status take(void *context, struct ilf__text *text, const struct ilf__item *item)
{
    struct ilf__encoding *e = context;

    if (e->status == ILF_OK)
        e->status = e->record(e, text, item);
    text->len = item->start; /* it is copied */
    return e->status;
}

uint64_t ilf__encoding_time(const struct ilf__encoding *e, size_t index)
{
    const ilf_event *event;

    if (e->group)
        return (uint64_t)e->group->logs[index].time * 1000000000 + e->group->logs[index].time_ns;
    event = &e->events->events[index];
    return event->type == ILF_EVENT_LOG      ? event->as.log->timestamp
           : event->type == ILF_EVENT_METRIC ? event->as.metric->timestamp
           : event->type == ILF_EVENT_SPAN   ? event->as.span->start_time
                                             : 0;
}

/* The group that is set. One that the format can't express goes to the dead letters, log by log. */
static ilf_status encode_group(struct ilf__encoding *e, size_t n)
{
    const struct ilf__sink sink = {e, take, refuse};
    ilf_status status;
    ilf_error why;

    if (n == 0)
        return ILF_OK;
    e->text->len = 0;
    status = e->group ? ilf__format_group(e->format, e->group, e->text, &sink, &why)
                      : ilf__format_events(e->format, e->events, e->text, &sink, &why);
    if (e->status != ILF_OK || status != ILF_ERR_DROP)
        return e->status != ILF_OK ? e->status : status;
    for (size_t i = 0; i < n; i++)
        refuse(e, i, why.text);
    return e->status;
}

static ilf_status end(ilf_status status, ilf_error *err)
{
    return status == ILF_ERR_NOMEM ? ilf_fail(err, status, "encode: out of memory") : status;
}

ilf_status ilf__encode(struct ilf__encoding *e, const ilf_batch *batch, const ilf_encoder *to,
                       ilf_error *err)
{
    ilf_status status = ILF_OK;

    e->to = to;
    e->route = &batch->route;
    for (size_t i = 0; i < batch->n_groups && status == ILF_OK; i++) {
        e->group = &batch->groups[i];
        status = encode_group(e, e->group->n_logs);
    }
    return end(status, err);
}

ilf_status ilf__encode_events(struct ilf__encoding *e, const ilf_event_batch *batch,
                              const ilf_encoder *to, ilf_error *err)
{
    ilf_status status = ILF_OK;

    e->to = to;
    e->route = &batch->route;
    for (size_t i = 0; i < batch->n_groups && status == ILF_OK; i++) {
        e->events = &batch->groups[i];
        status = encode_group(e, e->events->n_events);
    }
    return end(status, err);
}
