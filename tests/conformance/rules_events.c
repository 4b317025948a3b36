/* Rules about data that only events bring. */
#include <math.h>

#include "check.h"
#include "instance.h"
#include "odd.h"

static void every_value(struct sample *s)
{
    static const uint32_t widths[] = {8, 16, 32, 64};
    ilf_field *fields = sample_alloc(s, 32 * sizeof(*fields));
    ilf_str text = s->field->value.as.str;
    size_t n = 0;

#define VALUE(...)                                                                                 \
    fields[n++] = (ilf_field)                                                                      \
    {                                                                                              \
        S("k"),                                                                                    \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
    VALUE(.type = ILF_VALUE_STRING, .as.str = text);
    VALUE(.type = ILF_VALUE_BYTES, .as.str = text);
    VALUE(.type = ILF_VALUE_TEXT, .as.str = text);
    VALUE(.type = ILF_VALUE_BOOL, .as.boolean = true);
    for (size_t w = 0; w < 4; w++) {
        VALUE(.type = ILF_VALUE_INT, .bits = widths[w], .as.i = w == 3 ? INT64_MIN : -1);
        VALUE(.type = ILF_VALUE_UINT, .bits = widths[w], .as.u = w == 3 ? UINT64_MAX : 1);
    }
    VALUE(.type = ILF_VALUE_FLOAT, .bits = 32, .as.f = 0.5);
    VALUE(.type = ILF_VALUE_ARRAY, .as.array = {&fields[0].value, 1});
    VALUE(.type = ILF_VALUE_MAP, .as.map = {&fields[1], 1});
    VALUE(.type = ILF_VALUE_ARRAY, .as.array = {NULL, 0});
    VALUE(.type = ILF_VALUE_MAP, .as.map = {NULL, 0});
#undef VALUE
    s->log_event->contents = fields;
    s->log_event->n_contents = n;
}

static void strange_floats(struct sample *s)
{
    static const double floats[] = {NAN, INFINITY, -INFINITY, -0.0, 5e-324, 1.7976931348623157e308};
    enum { N = sizeof(floats) / sizeof(floats[0]) };
    ilf_field *fields = sample_alloc(s, N * sizeof(*fields));

    for (size_t i = 0; i < N; i++)
        fields[i] = (ilf_field){
            S("k"), {.type = ILF_VALUE_FLOAT, .bits = i % 2 ? 32 : 64, .as.f = floats[i]}};
    s->log_event->contents = fields;
    s->log_event->n_contents = N;
}

static void nested_values(struct sample *s)
{
    ilf_value inner = s->field->value;

    for (int depth = 0; depth < 200; depth++) {
        ilf_field *field = sample_alloc(s, sizeof(*field));

        *field = (ilf_field){S("k"), inner};
        inner = depth % 2 ? (ilf_value){.type = ILF_VALUE_MAP, .as.map = {field, 1}}
                          : (ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {&field->value, 1}};
    }
    s->field->value = inner;
}

static void a_metric(struct sample *s)
{
    *s->event = (ilf_event){.type = ILF_EVENT_METRIC, .as.metric = s->metric};
}

static void many_valued_metric(struct sample *s)
{
    ilf_metric_value *values = sample_alloc(s, 2 * sizeof(*values));

    values[0] = (ilf_metric_value){S("le_1"), 1};
    values[1] = (ilf_metric_value){S("le_inf"), INFINITY};
    s->metric->shape = ILF_METRIC_MULTI;
    s->metric->values = values;
    s->metric->n_values = 2;
    a_metric(s);
}

static void valueless_metric(struct sample *s)
{
    s->metric->shape = ILF_METRIC_NO_VALUE;
    s->metric->tags = NULL;
    s->metric->n_tags = 0;
    a_metric(s);
}

static void typed_metric(struct sample *s)
{
    ilf_typed_value *typed = sample_alloc(s, 5 * sizeof(*typed));

    for (uint32_t declared = 0; declared < 5; declared++)
        typed[declared] = (ilf_typed_value){.key = S("k"),
                                            .declared = declared,
                                            .value = {.type = ILF_VALUE_BOOL, .as.boolean = true}};
    s->metric->typed = typed;
    s->metric->n_typed = 5;
    a_metric(s);
}

static void unknown_metric(struct sample *s)
{
    s->metric->type = s->metric->shape = 4711;
    a_metric(s);
}

static void a_span(struct sample *s)
{
    ilf_span_link *link = sample_alloc(s, sizeof(*link));
    ilf_span_event *event = sample_alloc(s, sizeof(*event));

    *link = (ilf_span_link){s->span->trace_id, s->span->span_id, S("state"), s->span->tags, 1};
    *event = (ilf_span_event){-1, S("event"), s->span->tags, 1};
    s->span->links = link;
    s->span->events = event;
    s->span->n_links = s->span->n_events = 1;
    *s->event = (ilf_event){.type = ILF_EVENT_SPAN, .as.span = s->span};
}

static void unknown_span(struct sample *s)
{
    s->span->kind = s->span->status = -4711;
    *s->event = (ilf_event){.type = ILF_EVENT_SPAN, .as.span = s->span};
}

static void some_bytes(struct sample *s)
{
    ilf_str *bytes = sample_alloc(s, sizeof(*bytes));

    *bytes = S("raw bytes");
    *s->event = (ilf_event){.type = ILF_EVENT_BYTES, .as.bytes = bytes};
}

static void no_bytes(struct sample *s)
{
    ilf_str *bytes = sample_alloc(s, sizeof(*bytes));

    *bytes = (ilf_str){NULL, 0};
    *s->event = (ilf_event){.type = ILF_EVENT_BYTES, .as.bytes = bytes};
}

static void mixed_events(struct sample *s)
{
    ilf_event *events = sample_alloc(s, 4 * sizeof(*events));
    ilf_str *bytes = sample_alloc(s, sizeof(*bytes));

    *bytes = S("raw bytes");
    events[0] = *s->event;
    events[1] = (ilf_event){.type = ILF_EVENT_METRIC, .as.metric = s->metric};
    events[2] = (ilf_event){.type = ILF_EVENT_SPAN, .as.span = s->span};
    events[3] = (ilf_event){.type = ILF_EVENT_BYTES, .as.bytes = bytes};
    s->event_group->events = events;
    s->event_group->n_events = 4;
}

/* --- Through the runtime -------------------------------------------------------------------------- */

static void takes_what_is_converted(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();
    struct sample *s = sample_new("the batch");
    struct instance *i = start(); /* or a skip */
    ilf_flusher *f = ilf__flusher_new(ops, i->host, i->err);
    char *json;

    (void)rule;
    (void)call_stop(i);
    i->over = false; /* it serves the runtime now */
    if ((ops->flush && ops->export_events) || (ops->encode && ops->encode_events))
        skip("it takes logs and events, so that nothing is converted");
    mixed_events(s);
    (void)json_object_set_new(the.config, "Retry", json_pack("{s:b}", "Enable", 0));
    json = json_dumps(the.config, 0);
    if (!f || !json || ilf_flusher_configure(f, json, strlen(json), NULL) != ILF_OK ||
        ilf_flusher_init(f, NULL, NULL) != ILF_OK)
        skip("init fails: see init.succeeds");
    step("the runtime's %s, which converts", ops->flush || ops->encode ? "export" : "flush");
    if (ops->flush || ops->encode)
        (void)ilf_flusher_export(f, s->events, NULL);
    else
        (void)ilf_flusher_flush(f, s->batch, NULL);
    (void)ilf_flusher_stop(f, NULL);
    ilf_flusher_free(f);
    free(json);
}

extern const struct rule rules_events[];
const struct rule rules_events[] = {
    {"data.every-value", "Values may have each of the types.", TYPE, TAKES(every_value, EVENTS)},
    {"data.floats", "Floats may be NaN, infinite, or very small.", "JSON has no NaN: write null",
     TAKES(strange_floats, EVENTS)},
    {"data.nested", "Values may be nested 200 deep.", "no array for the depth",
     TAKES(nested_values, EVENTS)},
    {"data.metric", "Events may be metrics.", TYPE, TAKES(a_metric, EVENTS)},
    {"data.metric-values", "A metric may have several values.", "look at its shape",
     TAKES(many_valued_metric, EVENTS)},
    {"data.metric-empty", "A metric may have no value.", "look at its shape",
     TAKES(valueless_metric, EVENTS)},
    {"data.metric-typed", "The declared type of a typed value need not be that of the value.",
     "switch over the value's own type", TAKES(typed_metric, EVENTS)},
    {"data.metric-unknown", "A metric may have an unknown type or shape.", TYPE,
     TAKES(unknown_metric, EVENTS)},
    {"data.span", "Events may be spans, with links and events.", TYPE, TAKES(a_span, EVENTS)},
    {"data.span-unknown", "A span may have an unknown kind or status.", TYPE,
     TAKES(unknown_span, EVENTS)},
    {"data.bytes", "Events may be plain bytes.", TYPE, TAKES(some_bytes, EVENTS)},
    {"data.bytes-empty", "Plain bytes may be none.", LOOK, TAKES(no_bytes, EVENTS)},
    {"data.mixed", "A group may mix events of all types.", "look at each event's own type",
     TAKES(mixed_events, EVENTS)},
    {"data.converted", "What the runtime converts between the generations is taken.",
     "look at every count, flag and length", .run = takes_what_is_converted},
    {0},
};
