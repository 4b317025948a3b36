/* flusher_c_http: records of the batch, each with its destination. */
#include "flusher.h"

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

static ilf_status put_record(struct ilf__encoding *e, struct ilf__text *text,
                             const struct ilf__item *item)
{
    struct http_flusher *f = e->self;
    const char *wrong = NULL;
    ilf_record record;

    f->destination.len = 0;
    if (f->target.varies)
        wrong = target_put(&f->target, item->selected, &f->scratch, &f->destination);
    if (!wrong) /* a dead letter holds the item as it was */
        put_separator(f, text, item->start);
    if (text->failed || f->destination.failed || f->scratch.failed)
        return ILF_ERR_NOMEM;
    record = (ilf_record){
        .body = {text->ptr + item->start, text->len - item->start},
        .destination = {f->destination.ptr, f->destination.len},
        .n_events = (uint32_t)item->n_records,
    };
    if (wrong)
        return e->to->reject(e->to->context, record.body, record.n_events, wrong);
    return e->to->put(e->to->context, &record);
}

static struct ilf__encoding encoding(struct http_flusher *f)
{
    return (struct ilf__encoding){.format = &f->format,
                                  .text = &f->text,
                                  .scratch = &f->scratch,
                                  .self = f,
                                  .record = put_record};
}

/* After a failure the buffers start anew, smaller. */
static ilf_status end(struct http_flusher *f, ilf_status status)
{
    if (status != ILF_ERR_NOMEM)
        return status;
    ilf__text_dispose(&f->text);
    ilf__text_dispose(&f->destination);
    ilf__text_dispose(&f->scratch);
    return status;
}

ilf_status http_encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    struct ilf__encoding e = encoding(self);

    return end(self, ilf__encode(&e, batch, to, err));
}

ilf_status http_encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                              ilf_error *err)
{
    struct ilf__encoding e = encoding(self);

    return end(self, ilf__encode_events(&e, batch, to, err));
}
