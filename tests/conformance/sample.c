/* An ordinary record in both generations, which shapes change into what a rule needs. Ordinary is:
 * no empty string, no missing part, a NUL behind every string that nobody may count on. */
#include <stdlib.h>

#include "check.h"

enum { ROOM = 8 << 20 }; /* only what is used takes memory */

void *sample_alloc(struct sample *sample, size_t len)
{
    return region_alloc(sample->region, len, 16);
}

static ilf_str put(struct sample *sample, const char *text)
{
    size_t len = strlen(text);
    char *copy = sample_alloc(sample, len + 1);

    memcpy(copy, text, len);
    return (ilf_str){copy, len};
}

static ilf_kv *put_kv(struct sample *sample, const char *key, const char *value)
{
    ilf_kv *kv = sample_alloc(sample, sizeof(*kv));

    *kv = (ilf_kv){put(sample, key), put(sample, value)};
    return kv;
}

static ilf_route put_route(struct sample *s)
{
    return (ilf_route){put(s, "project"), put(s, "logstore"), put(s, "config"), 1};
}

static void put_logs(struct sample *s)
{
    s->pair = put_kv(s, "key", "value");
    s->log = sample_alloc(s, sizeof(*s->log));
    *s->log = (ilf_log){.time = 1700000000, .contents = s->pair, .n_contents = 1};
    s->group = sample_alloc(s, sizeof(*s->group));
    *s->group = (ilf_group){.category = put(s, "category"),
                            .topic = put(s, "topic"),
                            .source = put(s, "10.0.0.1"),
                            .machine_uuid = put(s, "uuid"),
                            .tags = put_kv(s, "tag", "of the group"),
                            .n_tags = 1,
                            .logs = s->log,
                            .n_logs = 1};
    s->batch = sample_alloc(s, sizeof(*s->batch));
    *s->batch = (ilf_batch){.struct_size = sizeof(*s->batch),
                            .route = put_route(s),
                            .groups = s->group,
                            .n_groups = 1,
                            .n_bytes = 8};
}

static void put_events(struct sample *s)
{
    const uint64_t time = UINT64_C(1700000000000000000);

    s->field = sample_alloc(s, sizeof(*s->field));
    *s->field =
        (ilf_field){put(s, "content"), {.type = ILF_VALUE_STRING, .as.str = put(s, "value")}};
    s->log_event = sample_alloc(s, sizeof(*s->log_event));
    *s->log_event = (ilf_log_event){.name = put(s, "name"),
                                    .level = put(s, "info"),
                                    .trace_id = put(s, "0af7651916cd43dd8448eb211c80319c"),
                                    .span_id = put(s, "b7ad6b7169203331"),
                                    .timestamp = time,
                                    .observed_timestamp = time,
                                    .tags = put_kv(s, "tag", "of the event"),
                                    .n_tags = 1,
                                    .contents = s->field,
                                    .n_contents = 1};
    s->event = sample_alloc(s, sizeof(*s->event));
    *s->event = (ilf_event){.type = ILF_EVENT_LOG, .as.log = s->log_event};
    s->event_group = sample_alloc(s, sizeof(*s->event_group));
    *s->event_group = (ilf_event_group){.metadata = put_kv(s, "meta", "data"),
                                        .n_metadata = 1,
                                        .tags = put_kv(s, "tag", "of the group"),
                                        .n_tags = 1,
                                        .events = s->event,
                                        .n_events = 1};
    s->events = sample_alloc(s, sizeof(*s->events));
    *s->events = (ilf_event_batch){.struct_size = sizeof(*s->events),
                                   .route = put_route(s),
                                   .groups = s->event_group,
                                   .n_groups = 1,
                                   .n_bytes = 12};
}

static void put_others(struct sample *s)
{
    s->metric = sample_alloc(s, sizeof(*s->metric));
    *s->metric = (ilf_metric){.name = put(s, "requests"),
                              .unit = put(s, "1"),
                              .description = put(s, "requests so far"),
                              .timestamp = 1,
                              .observed_timestamp = 1,
                              .type = ILF_METRIC_COUNTER,
                              .shape = ILF_METRIC_SINGLE,
                              .value = 1.5,
                              .tags = put_kv(s, "tag", "of the metric"),
                              .n_tags = 1};
    s->span = sample_alloc(s, sizeof(*s->span));
    *s->span = (ilf_span){.trace_id = put(s, "0af7651916cd43dd8448eb211c80319c"),
                          .span_id = put(s, "b7ad6b7169203331"),
                          .parent_span_id = put(s, "b7ad6b7169203332"),
                          .name = put(s, "GET /"),
                          .trace_state = put(s, "state"),
                          .start_time = 1,
                          .end_time = 2,
                          .observed_timestamp = 3,
                          .kind = ILF_SPAN_SERVER,
                          .status = ILF_SPAN_OK,
                          .tags = put_kv(s, "tag", "of the span"),
                          .n_tags = 1};
}

struct sample *sample_new(const char *what)
{
    static struct sample samples[400];
    static size_t n;
    struct sample *s = &samples[n++ % 400];

    *s = (struct sample){.region = region_new(what, ROOM)};
    put_logs(s);
    put_events(s);
    put_others(s);
    return s;
}
