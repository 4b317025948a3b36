/* flusher_c_kafka: a record for each document of the batch, as a frame, with its topic. */
#include <stdlib.h>

#include "flusher.h"
#include "frame.h"

enum { TOPIC_MAX = 249 }; /* bytes, as Kafka has it */

/* --- Set-up ----------------------------------------------------------------------------------- */

/* Letters of other languages are none that Kafka allows, whatever the locale. */
static bool is_legal(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

const char *kafka_topic_wrong(ilf_str topic)
{
    if (topic.len == 0 || topic.len > TOPIC_MAX)
        return "is not a valid topic name: it must have 1 to 249 characters";
    if (topic.ptr[0] == '.' && (topic.len == 1 || (topic.len == 2 && topic.ptr[1] == '.')))
        return "is not a valid topic name";
    for (size_t i = 0; i < topic.len; i++)
        if (!is_legal(topic.ptr[i]))
            return "is not a valid topic name: only letters, digits and . _ - are allowed";
    return NULL;
}

/* Whatever a record has: what stands between the %{...} is in every name. */
static const char *constant_parts_wrong(const struct ilf__template *topic)
{
    size_t len = 0;

    for (size_t i = 0; i < topic->n_parts; i++) {
        const struct ilf__template_part *part = &topic->parts[i];

        if (part->kind != ILF__PART_TEXT)
            continue;
        len += part->len;
        for (size_t k = 0; k < part->len; k++)
            if (!is_legal(topic->bytes.ptr[part->at + k]))
                return "can never be a valid topic name: beside %{...}, only the letters a to z "
                       "and "
                       "A "
                       "to Z, digits and . _ - are allowed";
    }
    return len > TOPIC_MAX ? "can never be a valid topic name: it has at most 249 characters"
                           : NULL;
}

static ilf_status init_topic(struct kafka_flusher *f, ilf_error *err)
{
    const char *topic = f->options.topic;
    ilf_status status =
        ilf__template_init(&f->topic, ILF__TEMPLATE_TOPIC, "detail.Topic", topic, &f->names, err);
    const char *wrong;

    if (status != ILF_OK)
        return status;
    /* Without %{...} it is taken as it is, with its backslashes, as natively. */
    f->constant_topic = (ilf_str){topic, strlen(topic)};
    wrong =
        f->topic.varies ? constant_parts_wrong(&f->topic) : kafka_topic_wrong(f->constant_topic);
    return wrong ? ilf_fail(err, ILF_ERR_CONFIG, "detail.Topic: '%.260s' %s", topic, wrong)
                 : ILF_OK;
}

static ilf_status init_headers(struct kafka_flusher *f, ilf_error *err)
{
    const ilf_str_map *map = &f->options.header_templates;
    ilf_status status = ILF_OK;

    f->headers = calloc(map->n + 1, sizeof(*f->headers));
    if (!f->headers)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    for (; f->n_headers < map->n && status == ILF_OK; f->n_headers++) {
        const ilf_kv *kv = &map->items[f->n_headers];
        struct kafka_header *header = &f->headers[f->n_headers];
        char what[80];

        (void)snprintf(what, sizeof(what), "detail.HeaderTemplates.%.40s", kv->key.ptr);
        header->name = kv->key;
        status = ilf__template_init(&header->value, ILF__TEMPLATE_TOPIC, what, kv->value.ptr,
                                    &f->names, err);
    }
    return status;
}

static ilf_status init_key(struct kafka_flusher *f, ilf_error *err)
{
    const ilf_str_list *keys = &f->options.hash_keys;

    f->has_key =
        f->options.partitioner != KAFKA_RANDOM && f->options.partitioner != KAFKA_ROUND_ROBIN;
    f->hash_names = calloc(keys->n + 1, sizeof(*f->hash_names));
    if (!f->hash_names)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < keys->n && f->has_key; i++)
        if (!ilf__names_add(&f->names, (ilf_str){keys->items[i], strlen(keys->items[i])},
                            &f->hash_names[i]))
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    return ILF_OK;
}

ilf_status kafka_encode_init(struct kafka_flusher *f, ilf_error *err)
{
    ilf_status status = init_topic(f, err);

    if (status == ILF_OK)
        status = init_headers(f, err);
    if (status == ILF_OK)
        status = init_key(f, err);
    return status == ILF_OK ? ilf__format_init(&f->format, &f->convert, &f->names, err) : status;
}

void kafka_encode_dispose(struct kafka_flusher *f)
{
    for (size_t i = 0; i < f->n_headers; i++)
        ilf__template_dispose(&f->headers[i].value);
    free(f->headers);
    free(f->hash_names);
    ilf__template_dispose(&f->topic);
    ilf__format_dispose(&f->format);
    ilf__names_dispose(&f->names);
    ilf__text_dispose(&f->text);
    ilf__text_dispose(&f->destination);
    ilf__text_dispose(&f->scratch);
    ilf__text_dispose(&f->key);
    ilf__text_dispose(&f->header_text);
}

/* --- Records ---------------------------------------------------------------------------------- */

/* The values of HashKeys that are there, in their order (the native one has none); if there is not
 * one of them, the logstore, except where the partitioner has something better for no key. */
static bool put_key(struct kafka_flusher *f, const struct ilf__encoding *e, const ilf_str *selected)
{
    const bool random = f->options.partitioner == KAFKA_MURMUR2_RANDOM ||
                        f->options.partitioner == KAFKA_CONSISTENT_RANDOM ||
                        f->options.partitioner == KAFKA_FNV1A_RANDOM;
    bool found = false;

    if (f->key_is_kept)
        return true;
    f->key.len = 0;
    for (size_t i = 0; i < f->options.hash_keys.n; i++) {
        const ilf_str value = selected[f->hash_names[i]];

        if (!value.ptr)
            continue;
        if (found)
            ILF__TEXT_PUT_LITERAL(&f->key, "###");
        ilf__text_put_str(&f->key, value);
        found = true;
    }
    if (!found && !random)
        ilf__text_put_str(&f->key, e->route->logstore);
    /* As natively, an empty key is none to keep. */
    f->key_is_kept = f->options.hash_once && !f->key.failed && f->key.len > 0;
    return found || !random;
}

static void put_headers(struct kafka_flusher *f, const ilf_str *selected)
{
    f->header_text.len = 0;
    for (size_t i = 0; i < f->n_headers; i++) {
        f->scratch.len = 0;
        ilf__template_put(&f->headers[i].value, selected, NULL, &f->scratch);
        frame_put_header(&f->header_text, f->headers[i].name,
                         (ilf_str){f->scratch.ptr, f->scratch.len});
    }
}

static ilf_str put_topic(struct kafka_flusher *f, const ilf_str *selected)
{
    if (!f->topic.varies)
        return f->constant_topic;
    f->destination.len = 0;
    ilf__template_put(&f->topic, selected, NULL, &f->destination);
    return (ilf_str){f->destination.ptr, f->destination.len};
}

static ilf_status put_record(struct ilf__encoding *e, struct ilf__text *text,
                             const struct ilf__item *item)
{
    struct kafka_flusher *f = e->self;
    ilf_record record = {.destination = put_topic(f, item->selected),
                         .n_events = (uint32_t)item->n_records};
    const char *wrong = f->topic.varies ? kafka_topic_wrong(record.destination) : NULL;
    int64_t time = f->options.timestamp == KAFKA_TIME_LOG
                       ? (int64_t)(ilf__encoding_time(e, item->first) / 1000000)
                       : 0;
    bool has_key = f->has_key && put_key(f, e, item->selected);

    put_headers(f, item->selected);
    record.key = has_key ? (ilf_str){f->key.ptr, f->key.len} : (ilf_str){"", 0};
    frame_end(text, has_key ? &record.key : NULL, (ilf_str){f->header_text.ptr, f->header_text.len},
              time);
    if (text->failed || f->destination.failed || f->key.failed || f->header_text.failed ||
        f->scratch.failed)
        return ILF_ERR_NOMEM;
    record.body = (ilf_str){text->ptr + item->start, text->len - item->start};
    if (wrong) { /* without the name, which may be anything */
        char why[200];

        (void)snprintf(why, sizeof(why), "the topic of this record %s", wrong);
        return e->to->reject(e->to->context, record.body, record.n_events, why);
    }
    return e->to->put(e->to->context, &record);
}

static struct ilf__encoding encoding(struct kafka_flusher *f)
{
    return (struct ilf__encoding){.format = &f->format,
                                  .text = &f->text,
                                  .scratch = &f->scratch,
                                  .self = f,
                                  .record = put_record};
}

/* After a failure the buffers start anew, smaller. A key that is kept did not fail. */
static ilf_status end(struct kafka_flusher *f, ilf_status status)
{
    if (status != ILF_ERR_NOMEM)
        return status;
    ilf__text_dispose(&f->text);
    ilf__text_dispose(&f->destination);
    ilf__text_dispose(&f->scratch);
    ilf__text_dispose(&f->header_text);
    if (!f->key_is_kept)
        ilf__text_dispose(&f->key);
    return status;
}

ilf_status kafka_encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    struct ilf__encoding e = encoding(self);

    return end(self, ilf__encode(&e, batch, to, err));
}

ilf_status kafka_encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                               ilf_error *err)
{
    struct ilf__encoding e = encoding(self);

    return end(self, ilf__encode_events(&e, batch, to, err));
}
