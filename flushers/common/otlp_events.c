/* Event groups in OTLP: an item for the logs, one for the metrics and one for the spans of a group,
 * in this order. The group's metadata are attributes of the resource, its tags of the scope. */
#include "otlp.h"

/* --- What all of a group have in common ------------------------------------------------------- */

static void put_scope(struct ilf__format *f, const ilf_event_group *group)
{
    enum { NAME = 1, VERSION = 2, ATTRIBUTES = 3, DROPPED = 4 };
    ilf_str name = ilf__otlp_tag(group->tags, group->n_tags, "otlp.scope.name");
    ilf_str version = ilf__otlp_tag(group->tags, group->n_tags, "otlp.scope.version");
    size_t at = ilf__pb_begin(&f->head, ILF__OTLP_SCOPE, 1);
    uint32_t dropped;

    if (name.len > 0)
        ilf__pb_put_string(&f->head, NAME, name);
    if (version.len > 0)
        ilf__pb_put_string(&f->head, VERSION, version);
    ilf__otlp_put_attributes(f, &f->head, ATTRIBUTES, NULL, group->tags, group->n_tags);
    if (ilf__otlp_count(group->tags, group->n_tags, "otlp.scope.dropped.attributes.count",
                        &dropped))
        ilf__pb_put_uint(&f->head, DROPPED, dropped);
    ilf__pb_end(&f->head, at, 1);
}

static bool put_head(struct ilf__otlp *o, const ilf_event_group *group)
{
    struct ilf__format *f = o->f;
    size_t at;

    f->head.len = 0;
    at = ilf__pb_begin(&f->head, ILF__OTLP_RESOURCE, 1);
    ilf__otlp_put_attributes(f, &f->head, ILF__OTLP_RESOURCE_ATTRIBUTES, NULL, group->metadata,
                             group->n_metadata);
    ilf__pb_end(&f->head, at, 1);
    o->head_scope = f->head.len;
    put_scope(f, group);
    return !f->head.failed;
}

/* --- Selected fields --------------------------------------------------------------------------- */

static const ilf_kv *tags_of(const ilf_event *event, size_t *n)
{
    switch (event->type) {
    case ILF_EVENT_LOG:
        *n = event->as.log->n_tags;
        return event->as.log->tags;
    case ILF_EVENT_METRIC:
        *n = event->as.metric->n_tags;
        return event->as.metric->tags;
    default:
        *n = event->as.span->n_tags;
        return event->as.span->tags;
    }
}

/* The tag that is called @name in the output. */
static ilf_str find_tag(const struct ilf__format *f, const ilf_kv *tags, size_t n, ilf_str name)
{
    for (size_t i = 0; i < n; i++) {
        ilf_str its;

        if (ilf__fields_rename(&f->shaper.naming, tags[i].key, &its) == ILF__FIELD_TAG &&
            ilf_str_equal(its, name))
            return tags[i].value.ptr ? tags[i].value : (ilf_str){"", 0};
    }
    return (ilf_str){NULL, 0};
}

static ilf_str find_content(const ilf_event *event, ilf_str name)
{
    size_t n = event->type == ILF_EVENT_LOG ? event->as.log->n_contents : 0;

    for (size_t i = 0; i < n; i++) {
        const ilf_field *field = &event->as.log->contents[i];
        uint32_t type = field->value.type;

        if (ilf_str_equal(field->key, name) &&
            (type == ILF_VALUE_STRING || type == ILF_VALUE_BYTES || type == ILF_VALUE_TEXT))
            return field->value.as.str.ptr ? field->value.as.str : (ilf_str){"", 0};
    }
    return (ilf_str){NULL, 0};
}

/* Of a tag that both have, a log shows the group's, others their own, as in JSON. */
static void select_fields(struct ilf__otlp *o, const ilf_event_group *group, const ilf_event *event)
{
    struct ilf__format *f = o->f;
    size_t n_own;
    const ilf_kv *own = tags_of(event, &n_own);

    for (size_t i = 0; i < f->n_names; i++) {
        ilf_str *value = &f->selected[f->n_names + i], name = f->names[i];

        if (ilf_str_equal(name, ilf__otlp_signal)) {
            *value = (ilf_str){o->signal, strlen(o->signal)};
        } else if (name.ptr[0] == 'c') { /* content. */
            *value = find_content(event, (ilf_str){name.ptr + 8, name.len - 8});
        } else {
            ilf_str tag = {name.ptr + 4, name.len - 4};
            ilf_str mine = find_tag(f, own, n_own, tag);
            ilf_str groups = find_tag(f, group->tags, group->n_tags, tag);
            bool own_first = event->type != ILF_EVENT_LOG;

            *value = (own_first && mine.ptr) || !groups.ptr ? mine : groups;
        }
    }
}

/* --- Events ------------------------------------------------------------------------------------ */

static void put_event(struct ilf__otlp *o, const ilf_event *event)
{
    size_t at;

    if (event->type == ILF_EVENT_METRIC) { /* which may be several */
        ilf__otlp_put_metric(o->f, o->text, event->as.metric);
        return;
    }
    at = ilf__pb_begin(o->text, ILF__OTLP_RECORDS, 2);
    if (event->type == ILF_EVENT_LOG)
        ilf__otlp_put_log(o->f, o->text, event->as.log);
    else
        ilf__otlp_put_span(o->f, o->text, event->as.span);
    ilf__pb_end(o->text, at, 2);
}

static ilf_status put_kind(struct ilf__otlp *o, const ilf_event_group *group, uint32_t type)
{
    for (size_t i = 0; i < group->n_events; i++) {
        const ilf_event *event = &group->events[i];
        ilf_status status;

        if (event->type != type)
            continue;
        select_fields(o, group, event);
        status = ilf__otlp_next(o, i);
        if (status != ILF_OK)
            return status;
        put_event(o, event);
        if (o->text->failed)
            return ilf__otlp_fail(o);
    }
    return ilf__otlp_end(o);
}

/* Natively such events are left out, and nobody is told. */
static ilf_status refuse(struct ilf__otlp *o, const ilf_event_group *group)
{
    for (size_t i = 0; i < group->n_events; i++) {
        uint32_t type = group->events[i].type;
        const char *why = type == ILF_EVENT_BYTES
                              ? "protocol otlp_v1 takes logs, metrics and spans, not byte arrays"
                              : "protocol otlp_v1 takes logs, metrics and spans only";

        if (type == ILF_EVENT_LOG || type == ILF_EVENT_METRIC || type == ILF_EVENT_SPAN)
            continue;
        if (!o->f->options->ignore_unexpected_data)
            return ilf_fail(o->err, ILF_ERR_DROP, "format: event %zu: %s", i, why);
        o->sink->refuse(o->sink->context, i, why);
    }
    return ILF_OK;
}

ilf_status ilf__otlp_events(struct ilf__format *f, const ilf_event_group *group,
                            struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err)
{
    static const struct {
        uint32_t type;
        const char *signal;
    } kinds[] = {
        {ILF_EVENT_LOG, "logs"}, {ILF_EVENT_METRIC, "metrics"}, {ILF_EVENT_SPAN, "traces"}};
    struct ilf__otlp o = {.f = f, .text = text, .sink = sink, .err = err};
    ilf_status status = refuse(&o, group);

    if (status != ILF_OK)
        return status;
    if (!put_head(&o, group))
        return ilf__otlp_fail(&o);
    for (size_t i = 0; status == ILF_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        o.signal = kinds[i].signal;
        status = put_kind(&o, group, kinds[i].type);
    }
    return status;
}
