/* Tests of flushers/common/encode.c: what goes into an encoder, and when it stops. What is made of
 * items is tested with the flushers that make it. */
#include "../../../flushers/common/encode.h"

#include "ilf_test.h"

struct rig {
    struct ilf__format_options options;
    struct ilf__format format;
    struct ilf__text text, scratch;
    struct ilf__encoding e;
    char got[4096];
    ilf_status status;
};

static void add(struct rig *r, const char *format, ...)
{
    size_t used = strlen(r->got);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(r->got + used, sizeof(r->got) - used, format, args);
    va_end(args);
}

static ilf_status reject(void *context, ilf_str text, uint32_t n_events, const char *why)
{
    add(context, "reject %.*s|%u|%.20s\n", (int)text.len, text.ptr, n_events, why);
    return ((struct rig *)context)->status;
}

static ilf_status record(struct ilf__encoding *e, struct ilf__text *text,
                         const struct ilf__item *item)
{
    struct rig *r = e->self;

    add(r, "%.*s|%zu|%llu|%.*s\n", (int)(text->len - item->start), text->ptr + item->start,
        item->n_records, (unsigned long long)ilf__encoding_time(e, item->first),
        (int)e->route->logstore.len, e->route->logstore.ptr);
    return r->status;
}

static struct rig *start(const char *protocol, const char *encoding)
{
    struct rig *r = calloc(1, sizeof(*r));

    r->options = (struct ilf__format_options){.protocol = protocol,
                                              .encoding = encoding,
                                              .separator = "",
                                              .ignore_unexpected_data = true};
    assert_works(ilf__format_init(&r->format, &r->options, NULL, &err));
    r->e = (struct ilf__encoding){.format = &r->format,
                                  .text = &r->text,
                                  .scratch = &r->scratch,
                                  .self = r,
                                  .record = record};
    return r;
}

static void end(struct rig *r)
{
    ilf__format_dispose(&r->format);
    ilf__text_dispose(&r->text);
    ilf__text_dispose(&r->scratch);
    free(r);
}

static const ilf_kv kv[] = {{S_CONST("a"), S_CONST("1")}};
static const ilf_log logs[] = {{.time = 5, .time_ns = 6, .contents = kv, .n_contents = 1},
                               {.time = 7, .contents = kv, .n_contents = 1}};
static const ilf_group groups[] = {{.n_logs = 0}, {.logs = logs, .n_logs = 2}};
static const ilf_batch batch = {.struct_size = sizeof(batch),
                                .route = {.logstore = S_CONST("store")},
                                .groups = groups,
                                .n_groups = 2};

static ilf_encoder encoder(struct rig *r)
{
    return (ilf_encoder){.struct_size = sizeof(ilf_encoder), .context = r, .reject = reject};
}

static void each_item_comes_with_its_time_and_route(void **state)
{
    struct rig *r = start("custom_single_flatten", "json");
    const ilf_encoder to = encoder(r);

    (void)state;
    assert_works(ilf__encode(&r->e, &batch, &to, &err));
    assert_string_equal("{\"a\":\"1\",\"host.ip\":\"\",\"time\":5}|1|5000000006|store\n"
                        "{\"a\":\"1\",\"host.ip\":\"\",\"time\":7}|1|7000000000|store\n",
                        r->got);
    end(r);
}

static void what_has_no_form_is_rejected_log_by_log(void **state)
{
    struct rig *r = start("raw", "custom");
    const ilf_encoder to = encoder(r);

    (void)state;
    assert_works(ilf__encode(&r->e, &batch, &to, &err));
    assert_string_equal("reject {\"a\":\"1\",\"__time__\":\"5\"}|1|format: protocol raw\n"
                        "reject {\"a\":\"1\",\"__time__\":\"7\"}|1|format: protocol raw\n",
                        r->got);
    end(r);
}

static void stops_where_the_encoder_does(void **state)
{
    struct rig *r = start("custom_single", "json");
    const ilf_encoder to = encoder(r);

    (void)state;
    r->status = ILF_ERR_NOMEM;
    assert_fails(ILF_ERR_NOMEM, "encode: out of memory", ilf__encode(&r->e, &batch, &to, &err));
    assert_non_null(strstr(r->got, "\"time\":5"));
    assert_null(strstr(r->got, "\"time\":7"));
    end(r);
}

static void a_dead_letter_holds_all_of_a_metric_and_of_a_span(void **state)
{
    static const ilf_kv tags[] = {{S_CONST("k"), S_CONST("v")}},
                        group_tags[] = {{S_CONST("g"), S_CONST("x")}};
    static const ilf_metric_value values[] = {{S_CONST("a"), 1.5}, {S_CONST("b"), 2}};
    static const ilf_metric metric = {.name = S_CONST("m"),
                                      .timestamp = 1700000000123456789,
                                      .shape = ILF_METRIC_MULTI,
                                      .values = values,
                                      .n_values = 2,
                                      .tags = tags,
                                      .n_tags = 1};
    static const ilf_span span = {.name = S_CONST("s"), .trace_id = S_CONST("t1")};
    static const ilf_event events[] = {{.type = ILF_EVENT_METRIC, .as.metric = &metric},
                                       {.type = ILF_EVENT_SPAN, .as.span = &span}};
    static const ilf_event_group group = {
        .tags = group_tags, .n_tags = 1, .events = events, .n_events = 2};
    const ilf_event_batch all = {.struct_size = sizeof(all), .groups = &group, .n_groups = 1};
    struct rig *r = start("raw", "custom");
    const ilf_encoder to = encoder(r);

    (void)state;
    assert_works(ilf__encode_events(&r->e, &all, &to, &err));
    assert_non_null(strstr(r->got,
                           "\"__labels__\":\"k#$#v\",\"__name__\":\"m_a\",\"__time_nano__\":"
                           "\"1700000000123456789\",\"__value__\":\"1.5\""));
    assert_non_null(strstr(r->got, "\"__name__\":\"m_b\""));
    assert_non_null(strstr(r->got, "\"g\":\"x\""));
    assert_non_null(strstr(r->got, "\"traceID\":\"t1\""));
    end(r);
}

static void events_have_their_own_times(void **state)
{
    static const ilf_log_event log = {.name = S_CONST("n"), .timestamp = 9000000001};
    static const ilf_metric metric = {.name = S_CONST("m"), .timestamp = 9000000002};
    static const ilf_span span = {.name = S_CONST("s"), .start_time = 9000000003};
    static const ilf_str bytes = S_CONST("b");
    static const ilf_event events[] = {{.type = ILF_EVENT_LOG, .as.log = &log},
                                       {.type = ILF_EVENT_METRIC, .as.metric = &metric},
                                       {.type = ILF_EVENT_SPAN, .as.span = &span},
                                       {.type = ILF_EVENT_BYTES, .as.bytes = &bytes}};
    static const ilf_event_group group = {.events = events, .n_events = 4};
    const ilf_event_batch all = {.struct_size = sizeof(all), .groups = &group, .n_groups = 1};
    struct rig *r = start("raw", "custom");
    const ilf_encoder to = encoder(r);

    (void)state;
    assert_works(ilf__encode_events(&r->e, &all, &to, &err));
    assert_non_null(strstr(r->got, "b|1|0|\n"));
    for (size_t i = 0; i < 3; i++) /* r->e still has the group */
        assert_int_equal(9000000001 + i, ilf__encoding_time(&r->e, i));
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_comes_with_its_time_and_route),
        cmocka_unit_test(what_has_no_form_is_rejected_log_by_log),
        cmocka_unit_test(stops_where_the_encoder_does),
        cmocka_unit_test(a_dead_letter_holds_all_of_a_metric_and_of_a_span),
        cmocka_unit_test(events_have_their_own_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
