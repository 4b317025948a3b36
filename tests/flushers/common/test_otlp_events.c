/* Tests of flushers/common/otlp_events.c: event groups. */
#include "otlp_test.h"

static const char *const three[] = {"Logs", "Metrics", "Spans"};
static const ilf_kv a = {S_CONST("app"), S_CONST("a")}, b = {S_CONST("app"), S_CONST("b")};
static const ilf_field body = {S_CONST("content"),
                               {.type = ILF_VALUE_BYTES, .as.str = S_CONST("x")}};
static const ilf_log_event log_a = {.tags = &a, .n_tags = 1, .contents = &body, .n_contents = 1};
static const ilf_log_event log_b = {.tags = &b, .n_tags = 1};
static const ilf_metric metric = {.name = S_CONST("m"), .shape = ILF_METRIC_SINGLE, .value = 1};
static const ilf_span span = {.name = S_CONST("s"), .tags = &b, .n_tags = 1};
static const ilf_str bytes = S_CONST("raw");
static const ilf_event events[] = {
    {.type = ILF_EVENT_SPAN, .as.span = &span},    {.type = ILF_EVENT_LOG, .as.log = &log_a},
    {.type = ILF_EVENT_BYTES, .as.bytes = &bytes}, {.type = ILF_EVENT_METRIC, .as.metric = &metric},
    {.type = ILF_EVENT_LOG, .as.log = &log_b},     {.type = 77},
};
static const ilf_kv metadata[] = {{S_CONST("host"), S_CONST("h")}};
static const ilf_kv tags[] = {{S_CONST("otlp.scope.name"), S_CONST("lib")},
                              {S_CONST("otlp.scope.version"), S_CONST("1")},
                              {S_CONST("otlp.scope.dropped.attributes.count"), S_CONST("2")},
                              {S_CONST("app"), S_CONST("g")}};
static const ilf_event_group group = {.metadata = metadata,
                                      .n_metadata = 1,
                                      .tags = tags,
                                      .n_tags = 4,
                                      .events = events,
                                      .n_events = 6};

#define HEAD "1{1{1\"host\" 2{1\"h\"}}} 2{1{1\"lib\" 2\"1\" 3{1\"app\" 2{1\"g\"}} 4=2} "
#define LOG_A "2{5{7\"x\"} 6{1\"app\" 2{1\"a\"}}}"
#define LOG_B "2{5{7\"\"} 6{1\"app\" 2{1\"b\"}}}"
#define METRIC "2{1\"m\" 5{1{4=1}}}"
#define SPAN "2{5\"s\" 9{1\"app\" 2{1\"b\"}}}"

static int begin(void **state)
{
    requests = three;
    n_requests = 3;
    return set_up(state);
}

#define test_events(test) cmocka_unit_test_setup_teardown(test, begin, tear_down)

static void gives_an_item_for_each_kind_and_refuses_the_rest_one_by_one(void **state)
{
    (void)state;
    start("otlp_v1", "protobuf");
    assert_events("refused 2: protocol otlp_v1 takes logs, metrics and spans, not byte arrays\n"
                  "refused 5: protocol otlp_v1 takes logs, metrics and spans only\n"
                  "1+2{1{" HEAD LOG_A " " LOG_B "}}}\n3+1{1{" HEAD METRIC "}}}\n"
                  "0+1{1{" HEAD SPAN "}}}\n",
                  &group);
}

static void loses_the_group_only_when_asked_to(void **state)
{
    (void)state;
    convert.ignore_unexpected_data = false;
    start("otlp_v1", "none");
    assert_fails(ILF_ERR_DROP,
                 "format: event 2: protocol otlp_v1 takes logs, metrics and spans, not byte arrays",
                 ilf__format_events(&format, &group, &text, &sink, &err));
    assert_kept("");
}

/* Of a tag that both have, a log shows the group's, as in JSON. */
static void tells_the_kinds_apart_for_templates(void **state)
{
    (void)state;
    requests = (const char *const[]){"Logs", "Logs", "Metrics", "Spans"};
    n_requests = 4;
    want_field("signal");
    want_field("tag.app");
    want_field("content.content");
    start("otlp_v1", "none");
    assert_events("refused 2: protocol otlp_v1 takes logs, metrics and spans, not byte arrays\n"
                  "refused 5: protocol otlp_v1 takes logs, metrics and spans only\n"
                  "1+1{1{" HEAD LOG_A "}}} logs g x\n4+1{1{" HEAD LOG_B "}}} logs g -\n"
                  "3+1{1{" HEAD METRIC "}}} metrics g -\n0+1{1{" HEAD SPAN "}}} traces b -\n",
                  &group);
}

static void parts_events_whose_selected_fields_differ(void **state)
{
    const ilf_event_group plain = {.events = events, .n_events = 5};

    (void)state;
    requests = (const char *const[]){"Logs", "Logs", "Metrics", "Spans"};
    n_requests = 4;
    want_field("tag.app");
    start("otlp_v1", "none");
    assert_events("refused 2: protocol otlp_v1 takes logs, metrics and spans, not byte arrays\n"
                  "1+1{1{1{} 2{1{} " LOG_A "}}} a\n4+1{1{1{} 2{1{} " LOG_B "}}} b\n"
                  "3+1{1{1{} 2{1{} " METRIC "}}} -\n0+1{1{1{} 2{1{} " SPAN "}}} b\n",
                  &plain);
}

static void makes_nothing_of_a_group_without_events(void **state)
{
    const ilf_event_group none = {.metadata = metadata, .n_metadata = 1};

    (void)state;
    start("otlp_v1", "none");
    assert_events("", &none);
}

static void survives_a_lack_of_memory(void **state)
{
    const ilf_event_group one = {.tags = tags, .n_tags = 1, .events = &events[1], .n_events = 1};

    (void)state;
    requests = (const char *const[]){"Logs"};
    n_requests = 1;
    convert.protocol = "otlp_v1";
    convert.encoding = "none";
    assert_survives("0+1{1{1{} 2{1{1\"lib\"} " LOG_A "}}}\n",
                    ilf__format_events(&format, &one, &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_events(gives_an_item_for_each_kind_and_refuses_the_rest_one_by_one),
        test_events(loses_the_group_only_when_asked_to),
        test_events(tells_the_kinds_apart_for_templates),
        test_events(parts_events_whose_selected_fields_differ),
        test_events(makes_nothing_of_a_group_without_events),
        test_events(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
