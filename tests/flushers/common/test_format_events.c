/* Tests of flushers/common/format_events.c: event groups as JSON. */
#include "format_test.h"

static const ilf_kv group_tags[] = {{S_CONST("k"), S_CONST("group")}, {S_CONST("g"), S_CONST("1")}};
static const ilf_kv own_tags[] = {{S_CONST("k"), S_CONST("own")}};

static const ilf_event_group *group_of(const ilf_event *events, size_t n)
{
    static ilf_event_group group;

    group = (ilf_event_group){.tags = group_tags, .n_tags = 2, .events = events, .n_events = n};
    return &group;
}

static const ilf_value items[] = {
    {.type = ILF_VALUE_STRING, .as.str = S_CONST("a")},
    {.type = ILF_VALUE_INT, .bits = 64, .as.i = -1},
};
static const ilf_field fields[] = {
    {S_CONST("n"), {.type = ILF_VALUE_INT, .bits = 64, .as.i = 5}},
    {S_CONST("content"), {.type = ILF_VALUE_BYTES, .as.str = S_CONST("hello")}},
    {S_CONST("f"), {.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = 1e6}},
    {S_CONST("nil"), {.type = ILF_VALUE_NULL}},
    {S_CONST("list"), {.type = ILF_VALUE_ARRAY, .as.array = {items, 2}}},
};
static const ilf_log_event log_ = {.timestamp = UINT64_C(1700000000123456789),
                                   .tags = own_tags,
                                   .n_tags = 1,
                                   .contents = fields,
                                   .n_contents = 5};
static const ilf_event log_event = {.type = ILF_EVENT_LOG, .as.log = &log_};

static void writes_a_log_where_the_groups_tag_counts(void **state)
{
    (void)state;
    want_field("tag.k");
    want_field("content.n");
    start("custom_single", "json");
    assert_events("0+1 {\"contents\":{\"content\":\"hello\",\"f\":\"1e+06\",\"list\":\"[a -1]\","
                  "\"n\":\"5\",\"nil\":\"<nil>\"},\"tags\":{\"g\":\"1\",\"k\":\"group\"},\"time\":"
                  "1700000000} group 5\n",
                  group_of(&log_event, 1));
}

static void writes_a_span_where_its_own_tag_counts(void **state)
{
    const ilf_span span = {.trace_id = S("t"),
                           .name = S("s"),
                           .start_time = UINT64_C(1000000000),
                           .end_time = 2,
                           .kind = ILF_SPAN_SERVER,
                           .status = ILF_SPAN_ERROR,
                           .tags = own_tags,
                           .n_tags = 1};
    const ilf_event event = {.type = ILF_EVENT_SPAN, .as.span = &span};

    (void)state;
    start("custom_single", "json");
    assert_events("0+1 {\"contents\":{\"endTime\":\"2\",\"k\":\"own\",\"kind\":\"server\",\"name\":"
                  "\"s\",\"parentSpanID\":\"\",\"spanID\":\"\",\"startTime\":\"1000000000\","
                  "\"statusCode\":\"2\",\"traceID\":\"t\"},\"tags\":{\"g\":\"1\",\"k\":\"own\"},"
                  "\"time\":1}\n",
                  group_of(&event, 1));
}

static void writes_bytes_as_content(void **state)
{
    const ilf_str bytes = S("raw");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};

    (void)state;
    start("custom_single_flatten", "json");
    assert_events("0+1 {\"content\":\"raw\",\"g\":\"1\",\"k\":\"group\",\"time\":0}\n",
                  group_of(&event, 1));
}

static const ilf_metric_value two[] = {{S_CONST("used"), 2}, {S_CONST("free"), 1.5}};

static void refuses_events_of_unknown_types_one_by_one(void **state)
{
    const ilf_event events[] = {{.type = 9}, log_event};

    (void)state;
    convert.only_contents = true;
    start("jsonline", "json");
    assert_events("refused 0: an event of a type that this version does not know\n"
                  "1+1 {\"content\":\"hello\",\"f\":\"1e+06\",\"list\":\"[a -1]\",\"n\":\"5\","
                  "\"nil\":\"<nil>\",\"time\":1700000000}\n",
                  group_of(events, 2));
    convert.ignore_unexpected_data = false;
    assert_fails(ILF_ERR_DROP, "format: event 0: its type 9 is unknown",
                 ilf__format_events(&format, group_of(events, 2), &text, &sink, &err));
    assert_kept("");
}

/* Natively these panic. */
static void takes_events_without_tags_and_contents(void **state)
{
    const ilf_log_event nothing = {.timestamp = 0};
    const ilf_event event = {.type = ILF_EVENT_LOG, .as.log = &nothing};
    const ilf_event_group bare = {.events = &event, .n_events = 1};

    (void)state;
    start("custom_single", "json");
    assert_events("0+1 {\"contents\":{},\"tags\":{},\"time\":0}\n", &bare);
}

static void survives_a_lack_of_memory(void **state)
{
    const ilf_metric metric = {.name = S("m"),
                               .shape = ILF_METRIC_MULTI,
                               .values = two,
                               .n_values = 2,
                               .tags = own_tags,
                               .n_tags = 1};
    const ilf_event events[] = {log_event, {.type = ILF_EVENT_METRIC, .as.metric = &metric}};

    (void)state;
    convert.protocol = "jsonline";
    convert.only_contents = true;
    assert_survives("0+2 {\"content\":\"hello\",\"f\":\"1e+06\",\"list\":\"[a -1]\",\"n\":\"5\","
                    "\"nil\":\"<nil>\",\"time\":1700000000}\n{\"__labels__\":\"k#$#own\",\"__name__"
                    "\":\"m_free\",\"__time_nano__\":\"0\",\"__value__\":\"1.5\",\"time\":0}\n{"
                    "\"__labels__\":\"k#$#own\",\"__name__\":\"m_used\",\"__time_nano__\":\"0\","
                    "\"__value__\":\"2\",\"time\":0}\n",
                    ilf__format_events(&format, group_of(events, 2), &text, &sink, &err));
}

static void writes_times_from_0_to_the_last_of_64_bits(void **state)
{
    const struct {
        uint64_t time;
        const char *want[3];
    } cases[] = {
        {0, {"0", "0.000000000", "\"1970-01-01T00:00:00.000000000Z\""}},
        {7, {"7", "0.000000007", "\"1970-01-01T00:00:00.000000007Z\""}},
        {999999999, {"999999999", "0.999999999", "\"1970-01-01T00:00:00.999999999Z\""}},
        {UINT64_MAX,
         {"18446744073709551615", "18446744073.709551615", "\"2554-07-21T23:34:33.709551615Z\""}},
    };

    (void)state;
    convert.only_contents = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ilf_log_event log = {.timestamp = cases[i].time};
        const ilf_event event = {.type = ILF_EVENT_LOG, .as.log = &log};

        for (int how = 0; how < 3; how++) {
            char line[128];

            convert.time_format = ILF__TIME_NANOSECONDS + how;
            start("custom_single_flatten", "json");
            (void)snprintf(line, sizeof(line), "0+1 {\"time\":%s}\n", cases[i].want[how]);
            assert_events(line, group_of(&event, 1));
            ilf__format_dispose(&format);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_a_log_where_the_groups_tag_counts),
        test_format(writes_a_span_where_its_own_tag_counts),
        test_format(writes_bytes_as_content),
        test_format(refuses_events_of_unknown_types_one_by_one),
        test_format(takes_events_without_tags_and_contents),
        test_format(survives_a_lack_of_memory),
        test_format(writes_times_from_0_to_the_last_of_64_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
