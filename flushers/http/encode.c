/* flusher_c_http: records of the batch, each with its destination. */
#include "flusher.h"

#include "../common/json.h"

/* What goes on while one group is formatted. */
struct encoding {
    struct http_flusher *f;
    const ilf_encoder *to;
    const ilf_group *group; /* either of the two */
    const ilf_event_group *events;
    ilf_status status; /* of the encoder; what is not ILF_OK ends the batch */
};

/* What is known of log or event number @index, as text for the dead letters. */
static void describe(const struct encoding *e, size_t index, struct ilf__text *text)
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
    } else if (event->type == ILF_EVENT_METRIC) {
        ilf__text_put_str(text, event->as.metric->name);
    } else if (event->type == ILF_EVENT_SPAN) {
        ilf__text_put_str(text, event->as.span->name);
    }
}

static void reject(struct encoding *e, size_t index, const char *why)
{
    struct ilf__text *text = &e->f->scratch;

    if (e->status != ILF_OK)
        return;
    text->len = 0;
    describe(e, index, text);
    e->status = text->failed
                    ? ILF_ERR_NOMEM
                    : e->to->reject(e->to->context, (ilf_str){text->ptr, text->len}, 1, why);
}

static void refuse(void *context, size_t index, const char *why)
{
    reject(context, index, why);
}

/* Put behind the item what parts it from the next in its body. Requests of OTLP that stand one behind
 * the other are one. */
static void put_separator(const struct http_flusher *f, struct ilf__text *text, size_t start)
{
    int body = f->format.protocol == ILF__OTLP ? HTTP_BODY_RECORD : f->body;

    if (body == HTTP_BODY_NDJSON && (text->len == start || text->ptr[text->len - 1] != '\n'))
        ilf__text_put_char(text, '\n');
    if (body == HTTP_BODY_JSON_ARRAY)
        ilf__text_put_char(text, ','); /* send leaves the last one out */
}

static ilf_status take(void *context, struct ilf__text *text, const struct ilf__item *item)
{
    struct encoding *e = context;
    struct http_flusher *f = e->f;
    const char *wrong = NULL;

    if (e->status != ILF_OK)
        return e->status;
    f->destination.len = 0;
    if (f->target.varies)
        wrong = target_put(&f->target, item->selected, &f->scratch, &f->destination);
    put_separator(f, text, item->start);
    if (text->failed || f->destination.failed || f->scratch.failed)
        return e->status = ILF_ERR_NOMEM;
    if (wrong) {
        e->status = e->to->reject(e->to->context,
                                  (ilf_str){text->ptr + item->start, text->len - item->start},
                                  (uint32_t)item->n_records, wrong);
    } else {
        const ilf_record record = {
            .body = {text->ptr + item->start, text->len - item->start},
            .destination = {f->destination.ptr, f->destination.len},
            .n_events = (uint32_t)item->n_records,
        };

        e->status = e->to->put(e->to->context, &record);
    }
    text->len = item->start; /* it is copied */
    return e->status;
}

/* After a failure the buffers start anew, smaller. */
static ilf_status end(struct http_flusher *f, ilf_status status, ilf_error *err)
{
    if (status != ILF_ERR_NOMEM)
        return status;
    ilf__text_dispose(&f->text);
    ilf__text_dispose(&f->destination);
    ilf__text_dispose(&f->scratch);
    return ilf_fail(err, status, "encode: out of memory");
}

/* A group that the format can't express goes to the dead letters, log by log. */
static ilf_status end_group(struct encoding *e, ilf_status status, size_t n, const ilf_error *why)
{
    if (e->status != ILF_OK || status != ILF_ERR_DROP)
        return e->status != ILF_OK ? e->status : status;
    for (size_t i = 0; i < n; i++)
        reject(e, i, why->text);
    return e->status;
}

ilf_status http_encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    struct http_flusher *f = self;
    ilf_status status = ILF_OK;

    for (size_t i = 0; i < batch->n_groups && status == ILF_OK; i++) {
        struct encoding e = {.f = f, .to = to, .group = &batch->groups[i]};
        const struct ilf__sink sink = {&e, take, refuse};
        ilf_error why;

        if (e.group->n_logs == 0)
            continue;
        f->text.len = 0;
        status = ilf__format_group(&f->format, e.group, &f->text, &sink, &why);
        status = end_group(&e, status, e.group->n_logs, &why);
    }
    return end(f, status, err);
}

ilf_status http_encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                              ilf_error *err)
{
    struct http_flusher *f = self;
    ilf_status status = ILF_OK;

    for (size_t i = 0; i < batch->n_groups && status == ILF_OK; i++) {
        struct encoding e = {.f = f, .to = to, .events = &batch->groups[i]};
        const struct ilf__sink sink = {&e, take, refuse};
        ilf_error why;

        if (e.events->n_events == 0)
            continue;
        f->text.len = 0;
        status = ilf__format_events(&f->format, e.events, &f->text, &sink, &why);
        status = end_group(&e, status, e.events->n_events, &why);
    }
    return end(f, status, err);
}
