/* Log groups in OTLP. The tags of a group are attributes of its resource by the names that the agent
 * gives them, and of each log by their names in the output, as natively.
 *
 * Logs with the same keys share a shape, which holds the keys of their attributes in their encoding.
 * Measured on the nginx batch of tests/bench, in GB of keys and values a second on one core: 3.0. */
#include "otlp.h"

#include <time.h>

#include "utf8.h"

/* Fields of LogRecord. */
enum { TIME = 1, SEVERITY_TEXT = 3, BODY = 5, OBSERVED_TIME = 11 };

/* What is around a value: tags, and lengths, for which half of this would do. */
enum { BLOCK = 32, AROUND = 64 };

static uint64_t now(void)
{
    struct timespec time;

    if (clock_gettime(CLOCK_REALTIME, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void put_head(struct ilf__otlp *o, const ilf_group *group)
{
    const ilf_kv known[] = {
        {{"source", 6}, group->source},
        {{"topic", 5}, group->topic},
        {{"machine_uuid", 12}, group->machine_uuid},
    };
    struct ilf__text *head = &o->f->head;
    struct ilf__entries *keys = &o->f->keys;
    bool ok = true;
    size_t at;

    keys->n = head->len = 0;
    for (size_t i = 0; i < 3; i++)
        if (known[i].value.len > 0)
            ok = ok && ilf__entries_add(keys, known[i].key, -1 - (int64_t)i, i);
    for (size_t i = 0; i < group->n_tags; i++)
        ok = ok && ilf__entries_add(keys, group->tags[i].key, (int64_t)i, 3 + i);
    head->failed = !ok;
    ilf__entries_settle(keys);
    at = ilf__pb_begin(head, ILF__OTLP_RESOURCE, 2);
    for (size_t i = 0; i < keys->n; i++) {
        int64_t source = keys->items[i].source;

        ilf__otlp_put_attribute(head, ILF__OTLP_RESOURCE_ATTRIBUTES, keys->items[i].name,
                                source < 0 ? known[-1 - source].value : group->tags[source].value);
    }
    ilf__pb_end(head, at, 2);
    o->head_scope = head->len;
}

/* A KeyValue of the encoded @key, which 32 bytes can be read of. */
static inline void put_attribute(struct ilf__text *text, const char *key, size_t key_len,
                                 ilf_str value)
{
    size_t any = 1 + ilf__pb_size(value.len) + value.len;
    size_t all = key_len + 1 + ilf__pb_size(any) + any;
    char *out, *type;

    if (!ilf__text_reserve(text, all + BLOCK + AROUND))
        return;
    out = text->ptr + text->len;
    *out++ = (char)ILF__PB_TAG(ILF__OTLP_LOG_ATTRIBUTES, ILF__PB_BYTES);
    out = ilf__pb_varint(out, all);
    memcpy(out, key, BLOCK);
    if (key_len > BLOCK)
        memcpy(out + BLOCK, key + BLOCK, key_len - BLOCK);
    out += key_len;
    *out++ = (char)ILF__PB_TAG(2, ILF__PB_BYTES);
    out = ilf__pb_varint(out, any);
    type = out;
    *out++ = (char)ILF__PB_TAG(ILF__OTLP_STRING, ILF__PB_BYTES);
    out = ilf__pb_varint(out, value.len);
    if (!ilf__pb_copy(out, value.ptr, value.len) && !ilf__utf8_valid(value))
        *type = (char)ILF__PB_TAG(ILF__OTLP_BYTES, ILF__PB_BYTES);
    text->len = (size_t)(out + value.len - text->ptr);
}

static void put_log(struct ilf__format *f, const struct ilf__shape *shape,
                    const struct ilf__record *record, uint64_t observed, struct ilf__text *text)
{
    const struct ilf__shaper *s = &f->shaper;
    size_t at = ilf__pb_begin(text, ILF__OTLP_RECORDS, 2);
    uint64_t time = (uint64_t)record->seconds * 1000000000 + record->ns;

    if (time > 0)
        ilf__pb_put_fixed64(text, TIME, time);
    ilf__pb_put_fixed64(text, OBSERVED_TIME, observed);
    if (shape->level != ILF__SOURCE_ABSENT)
        ilf__pb_put_string(text, SEVERITY_TEXT, ilf__format_value(s, record, shape->level));
    if (shape->body != ILF__SOURCE_ABSENT)
        ilf__otlp_put_string(text, BODY, ilf__format_value(s, record, shape->body));
    for (size_t i = 0; i < shape->n_pieces; i++) {
        const struct ilf__piece *piece = &shape->pieces[i];

        if (piece->source >= 0)
            put_attribute(text, shape->text.ptr + piece->at, piece->len,
                          ilf__format_value(s, record, piece->source));
        else if (piece->source == ILF__SOURCE_TAGS)
            ilf__text_put(text, s->tags_json.ptr, s->tags_json.len);
    }
    ilf__pb_end(text, at, 2);
}

static void select_fields(struct ilf__otlp *o, const struct ilf__shape *shape,
                          const struct ilf__record *record)
{
    struct ilf__format *f = o->f;
    ilf_str *selected = f->selected + f->n_names;

    ilf__format_select(f, shape, record, selected);
    for (size_t i = 0; i < f->n_names; i++)
        if (ilf_str_equal(f->names[i], ilf__otlp_signal))
            selected[i] = (ilf_str){o->signal, strlen(o->signal)};
}

ilf_status ilf__otlp_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                           const struct ilf__sink *sink, ilf_error *err)
{
    struct ilf__otlp o = {.f = f, .text = text, .sink = sink, .err = err, .signal = "logs"};
    uint64_t observed = now();

    if (!ilf__shaper_begin_group(&f->shaper, group))
        return ilf__otlp_fail(&o);
    put_head(&o, group);
    if (f->head.failed)
        return ilf__otlp_fail(&o);
    for (size_t i = 0; i < group->n_logs; i++) {
        const ilf_log *log = &group->logs[i];
        const struct ilf__record record = ilf__log_record(log);
        const struct ilf__shape *shape = ilf__shaper_find(&f->shaper, &record);
        ilf_status status;

        if (!shape)
            return ilf__otlp_fail(&o);
        select_fields(&o, shape, &record);
        status = ilf__otlp_next(&o, i);
        if (status != ILF_OK)
            return status;
        put_log(f, shape, &record, observed, text);
        ilf__shaper_trim(&f->shaper);
        if (text->failed)
            return ilf__otlp_fail(&o);
    }
    return ilf__otlp_end(&o);
}
