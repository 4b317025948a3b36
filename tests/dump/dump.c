/* flusher_c_dump - write everything a flusher is given, so that a test can hold it against what the
 * host gave. Strings are "length:bytes", maps are in the order of their keys. Only in the library
 * that tests load. */
#include <ilf/flusher.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct dump_flusher {
    const char *path;
    FILE *out;
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct dump_flusher, path, "Path", NULL, "write here",
               .flags = ILF_OPT_REQUIRED),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct dump_flusher *f = self;

    (void)host;
    f->out = fopen(f->path, "w");
    if (!f->out)
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

static void put(FILE *out, ilf_str str)
{
    fprintf(out, "%zu:", str.len);
    if (str.len > 0)
        fwrite(str.ptr, 1, str.len, out);
    fputc(' ', out);
}

static int compare_keys(const void *a, const void *b)
{
    const ilf_str *x = *(const ilf_str *const *)a, *y = *(const ilf_str *const *)b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n > 0 ? memcmp(x->ptr, y->ptr, n) : 0;

    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Pointers to @n elements of @size bytes, which begin with a key, in order. To be freed. */
static const void **sorted(const void *array, size_t n, size_t size)
{
    const void **items = malloc((n + 1) * sizeof(*items));

    if (!items)
        abort();
    for (size_t i = 0; i < n; i++)
        items[i] = (const char *)array + i * size;
    if (n > 1)
        qsort(items, n, sizeof(*items), compare_keys);
    return items;
}

static void put_pairs(FILE *out, const char *name, const ilf_kv *pairs, size_t n)
{
    const void **items = sorted(pairs, n, sizeof(*pairs));

    fprintf(out, "%s[%zu] ", name, n);
    for (size_t i = 0; i < n; i++) {
        const ilf_kv *kv = items[i];

        put(out, kv->key);
        put(out, kv->value);
    }
    free(items);
}

static void put_route(FILE *out, const ilf_route *route, size_t n_groups, uint64_t n_bytes)
{
    put(out, route->project);
    put(out, route->logstore);
    put(out, route->config);
    fprintf(out, "groups %zu bytes %" PRIu64 "\n", n_groups, n_bytes);
}

static ilf_status finish(struct dump_flusher *f, ilf_error *err)
{
    if (fflush(f->out) != 0 || ferror(f->out))
        return ilf_fail(err, ILF_ERR_DROP, "write '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct dump_flusher *f = self;
    FILE *out = f->out;

    put_route(out, &batch->route, batch->n_groups, batch->n_bytes);
    for (size_t g = 0; g < batch->n_groups; g++) {
        const ilf_group *group = &batch->groups[g];

        put(out, group->category);
        put(out, group->topic);
        put(out, group->source);
        put(out, group->machine_uuid);
        fprintf(out, "tags[%zu] ", group->n_tags);
        for (size_t i = 0; i < group->n_tags; i++) {
            put(out, group->tags[i].key);
            put(out, group->tags[i].value);
        }
        fprintf(out, "logs %zu\n", group->n_logs);
        for (size_t l = 0; l < group->n_logs; l++) {
            const ilf_log *log = &group->logs[l];

            fprintf(out, "log %" PRIu32 " ns %" PRIu32 " flags %" PRIu32 " ", log->time,
                    log->time_ns, log->flags);
            for (size_t i = 0; i < log->n_contents; i++) {
                put(out, log->contents[i].key);
                put(out, log->contents[i].value);
            }
            fprintf(out, "values[%zu] ", log->n_values);
            for (size_t i = 0; i < log->n_values; i++)
                put(out, log->values[i]);
            fputc('\n', out);
        }
    }
    return finish(f, err);
}

static void put_value(FILE *out, const ilf_value *value)
{
    uint64_t bits;

    fprintf(out, "%" PRIu32 "/%" PRIu32 " ", value->type, value->bits);
    switch (value->type) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_BYTES:
    case ILF_VALUE_TEXT:
        put(out, value->as.str);
        break;
    case ILF_VALUE_BOOL:
        fprintf(out, "%d ", value->as.boolean);
        break;
    case ILF_VALUE_INT:
        fprintf(out, "%" PRId64 " ", value->as.i);
        break;
    case ILF_VALUE_UINT:
        fprintf(out, "%" PRIu64 " ", value->as.u);
        break;
    case ILF_VALUE_FLOAT:
        memcpy(&bits, &value->as.f, sizeof(bits));
        fprintf(out, "%016" PRIx64 " ", bits);
        break;
    case ILF_VALUE_ARRAY:
        fprintf(out, "[%zu] ", value->as.array.n);
        for (size_t i = 0; i < value->as.array.n; i++)
            put_value(out, &value->as.array.items[i]);
        break;
    case ILF_VALUE_MAP:
        fprintf(out, "{%zu} ", value->as.map.n);
        for (size_t i = 0; i < value->as.map.n; i++) {
            put(out, value->as.map.fields[i].key);
            put_value(out, &value->as.map.fields[i].value);
        }
        break;
    default:
        fprintf(out, "null ");
    }
}

static void put_double(FILE *out, double value)
{
    const ilf_value wrapped = {.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = value};

    put_value(out, &wrapped);
}

static void put_log(FILE *out, const ilf_log_event *log)
{
    const void **items = sorted(log->contents, log->n_contents, sizeof(*log->contents));

    fprintf(out, "log %" PRIu64 " %" PRIu64 " %" PRIu64 " ", log->timestamp,
            log->observed_timestamp, log->offset);
    put(out, log->name);
    put(out, log->level);
    put(out, log->trace_id);
    put(out, log->span_id);
    put_pairs(out, "tags", log->tags, log->n_tags);
    fprintf(out, "contents[%zu] ", log->n_contents);
    for (size_t i = 0; i < log->n_contents; i++) {
        const ilf_field *field = items[i];

        put(out, field->key);
        put_value(out, &field->value);
    }
    free(items);
}

static void put_metric(FILE *out, const ilf_metric *metric)
{
    const void **items = sorted(metric->values, metric->n_values, sizeof(*metric->values));

    fprintf(out, "metric %" PRIu64 " %" PRIu64 " type %" PRIu32 " shape %" PRIu32 " ",
            metric->timestamp, metric->observed_timestamp, metric->type, metric->shape);
    put(out, metric->name);
    put(out, metric->unit);
    put(out, metric->description);
    put_pairs(out, "tags", metric->tags, metric->n_tags);
    put_double(out, metric->value);
    fprintf(out, "values[%zu] ", metric->n_values);
    for (size_t i = 0; i < metric->n_values; i++) {
        const ilf_metric_value *value = items[i];

        put(out, value->key);
        put_double(out, value->value);
    }
    free(items);
    items = sorted(metric->typed, metric->n_typed, sizeof(*metric->typed));
    fprintf(out, "typed[%zu] ", metric->n_typed);
    for (size_t i = 0; i < metric->n_typed; i++) {
        const ilf_typed_value *typed = items[i];

        put(out, typed->key);
        fprintf(out, "%" PRIu32 " ", typed->declared);
        put_value(out, &typed->value);
    }
    free(items);
}

static void put_span(FILE *out, const ilf_span *span)
{
    fprintf(out, "span %" PRIu64 " %" PRIu64 " %" PRIu64 " kind %" PRId64 " status %" PRId64 " ",
            span->start_time, span->end_time, span->observed_timestamp, span->kind, span->status);
    put(out, span->trace_id);
    put(out, span->span_id);
    put(out, span->parent_span_id);
    put(out, span->name);
    put(out, span->trace_state);
    put_pairs(out, "tags", span->tags, span->n_tags);
    fprintf(out, "links[%zu] ", span->n_links);
    for (size_t i = 0; i < span->n_links; i++) {
        put(out, span->links[i].trace_id);
        put(out, span->links[i].span_id);
        put(out, span->links[i].trace_state);
        put_pairs(out, "tags", span->links[i].tags, span->links[i].n_tags);
    }
    fprintf(out, "events[%zu] ", span->n_events);
    for (size_t i = 0; i < span->n_events; i++) {
        fprintf(out, "%" PRId64 " ", span->events[i].timestamp);
        put(out, span->events[i].name);
        put_pairs(out, "tags", span->events[i].tags, span->events[i].n_tags);
    }
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct dump_flusher *f = self;
    FILE *out = f->out;

    put_route(out, &batch->route, batch->n_groups, 0);
    for (size_t g = 0; g < batch->n_groups; g++) {
        const ilf_event_group *group = &batch->groups[g];

        put_pairs(out, "metadata", group->metadata, group->n_metadata);
        put_pairs(out, "tags", group->tags, group->n_tags);
        fprintf(out, "events %zu\n", group->n_events);
        for (size_t e = 0; e < group->n_events; e++) {
            const ilf_event *event = &group->events[e];

            if (event->type == ILF_EVENT_LOG)
                put_log(out, event->as.log);
            else if (event->type == ILF_EVENT_METRIC)
                put_metric(out, event->as.metric);
            else if (event->type == ILF_EVENT_SPAN)
                put_span(out, event->as.span);
            else if (event->type == ILF_EVENT_BYTES)
                put(out, *event->as.bytes);
            fputc('\n', out);
        }
    }
    return finish(f, err);
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct dump_flusher *f = self;

    if (fclose(f->out) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "close '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_dump = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_dump",
    .description = "writes everything it is given, for tests",
    .instance_size = sizeof(struct dump_flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .export_events = export_events,
    .stop = stop,
};
