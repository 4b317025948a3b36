/* Log groups that arrive as protobuf, decoded by protobuf-c into an arena: 2.6 times faster than
 * with malloc, and all of it is given back at once. The view's structs are not protobuf-c's, so
 * they are laid out once more; the bytes of the strings are copied only by protobuf-c. */
#include "pb.h"

#include "sls_logs.pb-c.h"

struct decoder {
    struct ilf__arena *arena;
    uint64_t n_bytes; /* of keys and values */
    bool starved;     /* an allocation has failed, which protobuf-c reports like bad input */
};

static void *pb_alloc(void *data, size_t size)
{
    struct decoder *d = data;
    void *ptr = ilf__arena_alloc(d->arena, size);

    if (!ptr)
        d->starved = true;
    return ptr;
}

static void pb_free(void *data, void *ptr)
{
    (void)data;
    (void)ptr;
}

/* @n elements of @size bytes. Both are bounded by the length of the message, so the product is not
 * large enough to wrap. */
static void *array(struct decoder *d, size_t n, size_t size)
{
    return pb_alloc(d, n * size);
}

static ilf_str view(ProtobufCBinaryData data)
{
    return (ilf_str){(const char *)data.data, data.len};
}

static bool view_log(struct decoder *d, const SlsLogs__Log *pb, ilf_log *log)
{
    ilf_kv *contents = array(d, pb->n_contents, sizeof(*contents));
    ilf_str *values = array(d, pb->n_values, sizeof(*values));

    if (!contents || !values)
        return false;
    for (size_t i = 0; i < pb->n_contents; i++) {
        contents[i] = (ilf_kv){view(pb->contents[i]->key), view(pb->contents[i]->value)};
        d->n_bytes += contents[i].key.len + contents[i].value.len;
    }
    for (size_t i = 0; i < pb->n_values; i++)
        values[i] = view(pb->values[i]);
    *log = (ilf_log){
        .time = pb->time,
        .time_ns = pb->has_time_ns ? pb->time_ns : 0,
        .flags = pb->has_time_ns ? ILF_LOG_HAS_TIME_NS : 0,
        .contents = contents,
        .n_contents = pb->n_contents,
        .values = values,
        .n_values = pb->n_values,
    };
    return true;
}

static bool view_group(struct decoder *d, const SlsLogs__LogGroup *pb, ilf_group *group)
{
    ilf_kv *tags = array(d, pb->n_logtags, sizeof(*tags));
    ilf_log *logs = array(d, pb->n_logs, sizeof(*logs));

    if (!tags || !logs)
        return false;
    for (size_t i = 0; i < pb->n_logtags; i++)
        tags[i] = (ilf_kv){view(pb->logtags[i]->key), view(pb->logtags[i]->value)};
    for (size_t i = 0; i < pb->n_logs; i++)
        if (!view_log(d, pb->logs[i], &logs[i]))
            return false;
    *group = (ilf_group){
        .category = view(pb->category),
        .topic = view(pb->topic),
        .source = view(pb->source),
        .machine_uuid = view(pb->machineuuid),
        .tags = tags,
        .n_tags = pb->n_logtags,
        .logs = logs,
        .n_logs = pb->n_logs,
    };
    return true;
}

ilf_status ilf__decode_pb(struct ilf__arena *arena, const void *pb, size_t len, ilf_batch *out,
                          ilf_error *err)
{
    struct decoder d = {.arena = arena};
    ProtobufCAllocator allocator = {pb_alloc, pb_free, &d};
    SlsLogs__LogGroupList *list =
        sls_logs__log_group_list__unpack(&allocator, len, len > 0 ? pb : (const void *)"");
    ilf_group *groups;

    if (!list && !d.starved)
        return ilf_fail(err, ILF_ERR_DROP, "protobuf: %zu bytes that are no sls_logs.LogGroupList",
                        len);
    groups = list ? array(&d, list->n_loggrouplist, sizeof(*groups)) : NULL;
    for (size_t i = 0; groups && i < list->n_loggrouplist; i++)
        if (!view_group(&d, list->loggrouplist[i], &groups[i]))
            groups = NULL;
    if (!groups)
        return ilf_fail(err, ILF_ERR_NOMEM, "protobuf: out of memory for %zu bytes", len);
    out->groups = groups;
    out->n_groups = list->n_loggrouplist;
    out->n_bytes = d.n_bytes;
    return ILF_OK;
}
