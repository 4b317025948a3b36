/* OTLP: log events and spans, which have ids in common. */
#include "otlp.h"

#include <strings.h>

/* An id that is none by the rules of OTLP becomes an attribute, as it is. */
static void put_id(struct ilf__text *text, unsigned field, const char *name, ilf_str id, size_t len,
                   ilf_field odd[], size_t *n_odd)
{
    if (id.len == 0 || ilf__otlp_put_id(text, field, id, len))
        return;
    odd[(*n_odd)++] = (ilf_field){
        {name, strlen(name)},
        {.type = ILF_VALUE_STRING, .as.str = id},
    };
}

static struct ilf__otlp_fields fields_of(const ilf_field *items, size_t n, bool with_body)
{
    return (struct ilf__otlp_fields){items, n, sizeof(*items), offsetof(ilf_field, value),
                                     with_body};
}

/* --- Logs ------------------------------------------------------------------------------------ */

/* The number of a level: its name, or a longer one, and the place among those of the same name. */
static unsigned severity(ilf_str level)
{
    static const struct {
        const char *name;
        unsigned number;
    } names[] = {{"trace", 1}, {"debug", 5},    {"info", 9},   {"information", 9},
                 {"warn", 13}, {"warning", 13}, {"error", 17}, {"fatal", 21}};
    unsigned more = 0;

    if (level.len > 0 && level.ptr[level.len - 1] >= '2' && level.ptr[level.len - 1] <= '4')
        more = (unsigned)(level.ptr[--level.len] - '1');
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (level.len == strlen(names[i].name) &&
            strncasecmp(level.ptr, names[i].name, level.len) == 0)
            return names[i].number + more;
    return 0;
}

/* Natively the body of each log is bytes, be they empty; that it may be of another type is ours. */
static void put_body(struct ilf__text *text, const ilf_log_event *log, unsigned field)
{
    static const ilf_str key = {"content", 7};
    static const ilf_value empty = {.type = ILF_VALUE_BYTES};
    const ilf_value *found = &empty;
    ilf_value body;

    for (size_t i = 0; i < log->n_contents; i++)
        if (ilf_str_equal(log->contents[i].key, key))
            found = &log->contents[i].value;
    body = *found;
    if (body.type == ILF_VALUE_STRING || body.type == ILF_VALUE_NULL)
        body = (ilf_value){.type = ILF_VALUE_BYTES,
                           .as.str = body.type == ILF_VALUE_STRING ? body.as.str : empty.as.str};
    ilf__otlp_put_value(text, field, &body);
}

void ilf__otlp_put_log(struct ilf__format *f, struct ilf__text *text, const ilf_log_event *log)
{
    enum {
        TIME = 1,
        SEVERITY_NUMBER = 2,
        SEVERITY_TEXT = 3,
        BODY = 5,
        FLAGS = 8,
        TRACE_ID = 9,
        SPAN_ID = 10,
        OBSERVED_TIME = 11,
        EVENT_NAME = 12
    };
    unsigned number = severity(log->level);
    struct ilf__otlp_fields fields[2];
    ilf_field more[3];
    size_t n = 0;
    uint32_t flags;

    if (log->timestamp > 0)
        ilf__pb_put_fixed64(text, TIME, log->timestamp);
    if (log->observed_timestamp > 0)
        ilf__pb_put_fixed64(text, OBSERVED_TIME, log->observed_timestamp);
    if (number > 0)
        ilf__pb_put_uint(text, SEVERITY_NUMBER, number);
    if (log->level.len > 0)
        ilf__pb_put_string(text, SEVERITY_TEXT, log->level);
    put_body(text, log, BODY);
    if (ilf__otlp_count(log->tags, log->n_tags, "otlp.log.flag", &flags))
        ilf__pb_put_fixed32(text, FLAGS, flags);
    put_id(text, TRACE_ID, "trace_id", log->trace_id, 16, more, &n);
    put_id(text, SPAN_ID, "span_id", log->span_id, 8, more, &n);
    if (log->name.len > 0)
        ilf__pb_put_string(text, EVENT_NAME, log->name);
    if (log->offset > 0) /* as the OpenTelemetry collector calls it */
        more[n++] = (ilf_field){{"log.file.record_offset", 22},
                                {.type = ILF_VALUE_UINT, .bits = 64, .as.u = log->offset}};
    fields[0] = fields_of(more, n, false);
    fields[1] = fields_of(log->contents, log->n_contents, true);
    ilf__otlp_put_attributes(f, text, ILF__OTLP_LOG_ATTRIBUTES, fields, log->tags, log->n_tags);
}

/* --- Spans ----------------------------------------------------------------------------------- */

static void put_event(struct ilf__format *f, struct ilf__text *text, unsigned field,
                      const ilf_span_event *event)
{
    enum { TIME = 1, NAME = 2, ATTRIBUTES = 3 };
    size_t at = ilf__pb_begin(text, field, 1);

    if (event->timestamp != 0)
        ilf__pb_put_fixed64(text, TIME, (uint64_t)event->timestamp);
    if (event->name.len > 0)
        ilf__pb_put_string(text, NAME, event->name);
    ilf__otlp_put_attributes(f, text, ATTRIBUTES, NULL, event->tags, event->n_tags);
    ilf__pb_end(text, at, 1);
}

static void put_link(struct ilf__format *f, struct ilf__text *text, unsigned field,
                     const ilf_span_link *link)
{
    enum { TRACE_ID = 1, SPAN_ID = 2, TRACE_STATE = 3, ATTRIBUTES = 4 };
    size_t at = ilf__pb_begin(text, field, 1), n = 0;
    struct ilf__otlp_fields fields[2] = {{0}};
    ilf_field odd[2];

    put_id(text, TRACE_ID, "trace_id", link->trace_id, 16, odd, &n);
    put_id(text, SPAN_ID, "span_id", link->span_id, 8, odd, &n);
    if (link->trace_state.len > 0)
        ilf__pb_put_string(text, TRACE_STATE, link->trace_state);
    fields[0] = fields_of(odd, n, false);
    ilf__otlp_put_attributes(f, text, ATTRIBUTES, fields, link->tags, link->n_tags);
    ilf__pb_end(text, at, 1);
}

static void put_status(struct ilf__text *text, unsigned field, const ilf_span *span)
{
    enum { MESSAGE = 2, CODE = 3 };
    ilf_str message = ilf__otlp_tag(span->tags, span->n_tags, "otlp.span.status.message");
    size_t at;

    if (span->status == 0 && message.len == 0)
        return;
    at = ilf__pb_begin(text, field, 1);
    if (message.len > 0)
        ilf__pb_put_string(text, MESSAGE, message);
    if (span->status != 0)
        ilf__pb_put_uint(text, CODE, (uint64_t)(int32_t)span->status);
    ilf__pb_end(text, at, 1);
}

static void put_dropped(struct ilf__text *text, unsigned field, const ilf_span *span,
                        const char *tag)
{
    uint32_t count;

    if (ilf__otlp_count(span->tags, span->n_tags, tag, &count))
        ilf__pb_put_uint(text, field, count);
}

void ilf__otlp_put_span(struct ilf__format *f, struct ilf__text *text, const ilf_span *span)
{
    enum {
        TRACE_ID = 1,
        SPAN_ID = 2,
        TRACE_STATE = 3,
        PARENT_SPAN_ID = 4,
        NAME = 5,
        KIND = 6,
        START_TIME = 7,
        END_TIME = 8,
        ATTRIBUTES = 9,
        DROPPED_ATTRIBUTES = 10,
        EVENTS = 11,
        DROPPED_EVENTS = 12,
        LINKS = 13,
        DROPPED_LINKS = 14,
        STATUS = 15
    };
    struct ilf__otlp_fields fields[2] = {{0}};
    ilf_field odd[3];
    size_t n = 0;

    put_id(text, TRACE_ID, "trace_id", span->trace_id, 16, odd, &n);
    put_id(text, SPAN_ID, "span_id", span->span_id, 8, odd, &n);
    put_id(text, PARENT_SPAN_ID, "parent_span_id", span->parent_span_id, 8, odd, &n);
    if (span->trace_state.len > 0)
        ilf__pb_put_string(text, TRACE_STATE, span->trace_state);
    if (span->name.len > 0)
        ilf__pb_put_string(text, NAME, span->name);
    if (span->kind != 0)
        ilf__pb_put_uint(text, KIND, (uint64_t)(int32_t)span->kind);
    if (span->start_time > 0)
        ilf__pb_put_fixed64(text, START_TIME, span->start_time);
    if (span->end_time > 0)
        ilf__pb_put_fixed64(text, END_TIME, span->end_time);
    fields[0] = fields_of(odd, n, false);
    ilf__otlp_put_attributes(f, text, ATTRIBUTES, fields, span->tags, span->n_tags);
    put_dropped(text, DROPPED_ATTRIBUTES, span, "otlp.span.dropped.attributes.count");
    for (size_t i = 0; i < span->n_events; i++)
        put_event(f, text, EVENTS, &span->events[i]);
    put_dropped(text, DROPPED_EVENTS, span, "otlp.span.dropped.events.count");
    for (size_t i = 0; i < span->n_links; i++)
        put_link(f, text, LINKS, &span->links[i]);
    put_dropped(text, DROPPED_LINKS, span, "otlp.span.dropped.links.count");
    put_status(text, STATUS, span);
}
