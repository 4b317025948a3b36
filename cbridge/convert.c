/* Logs between the two generations of data, for flushers that know only one of them.
 *
 * What has no place of its own in a log group goes into contents and tags under these keys, and
 * from there back again: event tags as "__tag__:" + key (the host's own way to attach a tag to one
 * log), name, level, ids and offset as in `fields` below, metadata of the group as in `attributes`.
 */
#include "convert.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char tag_prefix[] = "__tag__:";
enum { TAG_PREFIX = sizeof(tag_prefix) - 1, NS_PER_SECOND = 1000000000 };

#define LITERAL(text)                                                                              \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct {
    ilf_str key;
    size_t offset; /* of an ilf_str in ilf_log_event */
} fields[] = {
    {LITERAL("__name__"), offsetof(ilf_log_event, name)},
    {LITERAL("__level__"), offsetof(ilf_log_event, level)},
    {LITERAL("__trace_id__"), offsetof(ilf_log_event, trace_id)},
    {LITERAL("__span_id__"), offsetof(ilf_log_event, span_id)},
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };
static const ilf_str offset_key = LITERAL("__file_offset__");

static const struct {
    ilf_str key;
    size_t offset; /* of an ilf_str in ilf_group */
} attributes[] = {
    {LITERAL("category"), offsetof(ilf_group, category)},
    {LITERAL("topic"), offsetof(ilf_group, topic)},
    {LITERAL("source"), offsetof(ilf_group, source)},
    {LITERAL("machine_uuid"), offsetof(ilf_group, machine_uuid)},
};
enum { N_ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

static ilf_str *member(void *base, size_t offset)
{
    return (ilf_str *)((char *)base + offset);
}

/* --- Log groups as event groups -------------------------------------------------------------- */

/* The field of @event that a content named @key stands for, or NULL. */
static ilf_str *field_of(ilf_log_event *event, ilf_str key)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (ilf_str_equal(key, fields[i].key))
            return member(event, fields[i].offset);
    return NULL;
}

/* A decimal number that is written as we write it. */
static bool parse_offset(ilf_str text, uint64_t *offset)
{
    uint64_t n = 0;

    if (*offset != 0 || text.len == 0 || text.len > 19 || text.ptr[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *offset = n;
    return true;
}

/* The rarely used `values` as a content. */
static bool values_to_field(struct ilf__arena *arena, const ilf_log *log, ilf_field *field)
{
    ilf_value *items = ilf__arena_alloc(arena, log->n_values * sizeof(*items));

    if (!items)
        return false;
    for (size_t i = 0; i < log->n_values; i++)
        items[i] = (ilf_value){.type = ILF_VALUE_STRING, .as.str = log->values[i]};
    *field = (ilf_field){LITERAL("__values__"), {.type = ILF_VALUE_ARRAY}};
    field->value.as.array.items = items;
    field->value.as.array.n = log->n_values;
    return true;
}

static bool log_to_event(struct ilf__arena *arena, const ilf_log *log, ilf_event *out)
{
    ilf_log_event *event = ilf__arena_alloc(arena, sizeof(*event));
    ilf_field *contents = ilf__arena_alloc(arena, (log->n_contents + 1) * sizeof(*contents));
    ilf_kv *tags = ilf__arena_alloc(arena, log->n_contents * sizeof(*tags));

    if (!event || !contents || !tags)
        return false;
    *event = (ilf_log_event){
        .timestamp = (uint64_t)log->time * NS_PER_SECOND + log->time_ns,
        .tags = tags,
        .contents = contents,
    };
    for (size_t i = 0; i < log->n_contents; i++) {
        const ilf_kv *kv = &log->contents[i];
        ilf_str *field = field_of(event, kv->key);

        if (field && field->len == 0 && kv->value.len > 0)
            *field = kv->value;
        else if (ilf_str_equal(kv->key, offset_key) && parse_offset(kv->value, &event->offset))
            continue;
        else if (kv->key.len > TAG_PREFIX && memcmp(kv->key.ptr, tag_prefix, TAG_PREFIX) == 0)
            tags[event->n_tags++] =
                (ilf_kv){{kv->key.ptr + TAG_PREFIX, kv->key.len - TAG_PREFIX}, kv->value};
        else
            contents[event->n_contents++] =
                (ilf_field){kv->key, {.type = ILF_VALUE_STRING, .as.str = kv->value}};
    }
    if (log->n_values > 0 && !values_to_field(arena, log, &contents[event->n_contents++]))
        return false;
    *out = (ilf_event){.type = ILF_EVENT_LOG, .as.log = event};
    return true;
}

static bool group_to_events(struct ilf__arena *arena, const ilf_group *group, ilf_event_group *out)
{
    ilf_event *events = ilf__arena_alloc(arena, group->n_logs * sizeof(*events));
    ilf_kv *metadata = ilf__arena_alloc(arena, N_ATTRIBUTES * sizeof(*metadata));

    if (!events || !metadata)
        return false;
    *out = (ilf_event_group){
        .metadata = metadata,
        .tags = group->tags,
        .n_tags = group->n_tags,
        .events = events,
        .n_events = group->n_logs,
    };
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        ilf_str value = *(const ilf_str *)((const char *)group + attributes[i].offset);

        if (value.len > 0)
            metadata[out->n_metadata++] = (ilf_kv){attributes[i].key, value};
    }
    for (size_t i = 0; i < group->n_logs; i++)
        if (!log_to_event(arena, &group->logs[i], &events[i]))
            return false;
    return true;
}

ilf_status ilf__to_events(struct ilf__arena *arena, const ilf_batch *in, ilf_event_batch *out)
{
    ilf_event_group *groups = ilf__arena_alloc(arena, in->n_groups * sizeof(*groups));

    if (!groups)
        return ILF_ERR_NOMEM;
    for (size_t i = 0; i < in->n_groups; i++)
        if (!group_to_events(arena, &in->groups[i], &groups[i]))
            return ILF_ERR_NOMEM;
    *out = (ilf_event_batch){
        .struct_size = sizeof(*out),
        .route = in->route,
        .groups = groups,
        .n_groups = in->n_groups,
        .n_bytes = in->n_bytes,
    };
    return ILF_OK;
}

/* --- Values as text, the way Go's %v prints them, which is what native conversion does ----------
 */

struct text {
    char *ptr; /* NULL while measuring */
    size_t len;
};

static void put(struct text *t, const char *bytes, size_t n)
{
    if (t->ptr && n > 0)
        memcpy(t->ptr + t->len, bytes, n);
    t->len += n;
}

/* The fewest digits that read back as the same (one more for a few powers of two), and an exponent
 * below 1e-04 and from 1e+06 up. */
static void put_float(struct text *t, double value, uint32_t bits)
{
    char number[48];
    int digits = 0, exponent;

    if (!isfinite(value)) {
        put(t, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf", isnan(value) ? 3 : 4);
        return;
    }
    do
        (void)snprintf(number, sizeof(number), "%.*e", digits++, value);
    while (digits < 17 &&
           (bits == 32 ? strtof(number, NULL) != (float)value : strtod(number, NULL) != value));
    exponent = atoi(strchr(number, 'e') + 1);
    if (exponent >= -4 && exponent < 6)
        (void)snprintf(number, sizeof(number), "%.*f",
                       digits - 1 > exponent ? digits - 1 - exponent : 0, value);
    for (char *p = number; *p; p++)
        *p = *p == ',' ? '.' : *p; /* in some locales */
    put(t, number, strlen(number));
}

static void put_value(struct text *t, const ilf_value *value)
{
    char number[32];

    switch (value->type) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_BYTES:
    case ILF_VALUE_TEXT:
        put(t, value->as.str.ptr, value->as.str.len);
        break;
    case ILF_VALUE_BOOL:
        put(t, value->as.boolean ? "true" : "false", value->as.boolean ? 4 : 5);
        break;
    case ILF_VALUE_INT:
        put(t, number, (size_t)snprintf(number, sizeof(number), "%" PRId64, value->as.i));
        break;
    case ILF_VALUE_UINT:
        put(t, number, (size_t)snprintf(number, sizeof(number), "%" PRIu64, value->as.u));
        break;
    case ILF_VALUE_FLOAT:
        put_float(t, value->as.f, value->bits);
        break;
    case ILF_VALUE_ARRAY:
        put(t, "[", 1);
        for (size_t i = 0; i < value->as.array.n; i++) {
            put(t, " ", i > 0);
            put_value(t, &value->as.array.items[i]);
        }
        put(t, "]", 1);
        break;
    case ILF_VALUE_MAP:
        put(t, "map[", 4);
        for (size_t i = 0; i < value->as.map.n; i++) {
            put(t, " ", i > 0);
            put(t, value->as.map.fields[i].key.ptr, value->as.map.fields[i].key.len);
            put(t, ":", 1);
            put_value(t, &value->as.map.fields[i].value);
        }
        put(t, "]", 1);
        break;
    default:
        put(t, "<nil>", 5);
    }
}

static bool value_text(struct ilf__arena *arena, const ilf_value *value, ilf_str *out)
{
    struct text t = {NULL, 0};

    if (value->type == ILF_VALUE_STRING || value->type == ILF_VALUE_BYTES ||
        value->type == ILF_VALUE_TEXT) {
        *out = value->as.str;
        return true;
    }
    put_value(&t, value);
    t.ptr = ilf__arena_alloc(arena, t.len);
    if (!t.ptr)
        return false;
    t.len = 0;
    put_value(&t, value);
    *out = (ilf_str){t.ptr, t.len};
    return true;
}

/* --- Event groups as log groups -------------------------------------------------------------- */

static bool tag_key(struct ilf__arena *arena, ilf_str key, ilf_str *out)
{
    char *ptr = ilf__arena_alloc(arena, TAG_PREFIX + key.len);

    if (!ptr)
        return false;
    memcpy(ptr, tag_prefix, TAG_PREFIX);
    if (key.len > 0)
        memcpy(ptr + TAG_PREFIX, key.ptr, key.len);
    *out = (ilf_str){ptr, TAG_PREFIX + key.len};
    return true;
}

static bool event_to_log(struct ilf__arena *arena, const ilf_log_event *event, ilf_log *log)
{
    const uint64_t last = UINT64_C(4294967295999999999); /* that 32 bits of seconds hold */
    uint64_t time = event->timestamp < last ? event->timestamp : last;
    size_t room = event->n_contents + event->n_tags + N_FIELDS + 1;
    ilf_kv *contents = ilf__arena_alloc(arena, room * sizeof(*contents));
    size_t n = 0;

    if (!contents)
        return false;
    for (size_t i = 0; i < event->n_contents; i++, n++) {
        contents[n].key = event->contents[i].key;
        if (!value_text(arena, &event->contents[i].value, &contents[n].value))
            return false;
    }
    for (size_t i = 0; i < N_FIELDS; i++) {
        ilf_str value = *(const ilf_str *)((const char *)event + fields[i].offset);

        if (value.len > 0)
            contents[n++] = (ilf_kv){fields[i].key, value};
    }
    if (event->offset > 0) {
        ilf_value offset = {.type = ILF_VALUE_UINT, .bits = 64, .as.u = event->offset};

        contents[n].key = offset_key;
        if (!value_text(arena, &offset, &contents[n++].value))
            return false;
    }
    for (size_t i = 0; i < event->n_tags; i++, n++) {
        if (!tag_key(arena, event->tags[i].key, &contents[n].key))
            return false;
        contents[n].value = event->tags[i].value;
    }
    *log = (ilf_log){
        .time = (uint32_t)(time / NS_PER_SECOND),
        .time_ns = (uint32_t)(time % NS_PER_SECOND),
        .flags = ILF_LOG_HAS_TIME_NS,
        .contents = contents,
        .n_contents = n,
    };
    return true;
}

/* A byte array has nothing but its bytes: they become the body of a log without a time. */
static bool bytes_to_log(struct ilf__arena *arena, ilf_str bytes, ilf_log *log)
{
    ilf_kv *body = ilf__arena_alloc(arena, sizeof(*body));

    if (!body)
        return false;
    *body = (ilf_kv){LITERAL("content"), bytes};
    *log = (ilf_log){.contents = body, .n_contents = 1};
    return true;
}

static bool events_to_group(struct ilf__arena *arena, const ilf_event_group *in, ilf_group *out,
                            uint64_t *refused)
{
    ilf_kv *tags = ilf__arena_alloc(arena, (in->n_tags + in->n_metadata) * sizeof(*tags));
    ilf_log *logs = ilf__arena_alloc(arena, in->n_events * sizeof(*logs));

    if (!tags || !logs)
        return false;
    *out = (ilf_group){.tags = tags, .logs = logs};
    for (size_t i = 0; i < in->n_tags; i++)
        tags[out->n_tags++] = in->tags[i];
    for (size_t i = 0; i < in->n_metadata; i++) {
        size_t a = 0;

        while (a < N_ATTRIBUTES && !ilf_str_equal(in->metadata[i].key, attributes[a].key))
            a++;
        if (a < N_ATTRIBUTES)
            *member(out, attributes[a].offset) = in->metadata[i].value;
        else
            tags[out->n_tags++] = in->metadata[i];
    }
    for (size_t i = 0; i < in->n_events; i++) {
        const ilf_event *event = &in->events[i];
        bool ok = true;

        if (event->type == ILF_EVENT_LOG)
            ok = event_to_log(arena, event->as.log, &logs[out->n_logs++]);
        else if (event->type == ILF_EVENT_BYTES)
            ok = bytes_to_log(arena, *event->as.bytes, &logs[out->n_logs++]);
        else
            ++*refused;
        if (!ok)
            return false;
    }
    return true;
}

ilf_status ilf__to_groups(struct ilf__arena *arena, const ilf_event_batch *in, ilf_batch *out,
                          uint64_t *refused)
{
    ilf_group *groups = ilf__arena_alloc(arena, in->n_groups * sizeof(*groups));

    *refused = 0;
    if (!groups)
        return ILF_ERR_NOMEM;
    for (size_t i = 0; i < in->n_groups; i++)
        if (!events_to_group(arena, &in->groups[i], &groups[i], refused))
            return ILF_ERR_NOMEM;
    *out = (ilf_batch){
        .struct_size = sizeof(*out),
        .route = in->route,
        .groups = groups,
        .n_groups = in->n_groups,
        .n_bytes = *refused > 0 ? 0 : in->n_bytes, /* of those left, nobody has counted */
    };
    return ILF_OK;
}
