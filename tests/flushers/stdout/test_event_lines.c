/* Tests of flushers/stdout/event_lines.c: the lines of event groups, byte by byte. */
#include <ilf_test.h>

#include <math.h>

static struct test_lines lines;
static ilf_flusher *plain, *tagged;

static int set_up(void **state)
{
    const ilf_host host = test_lines_host(&lines);

    (void)state;
    plain = test_start("flusher_c_stdout", &host, "{}");
    tagged = test_start("flusher_c_stdout", &host, "{\"Tags\":true}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ilf_flusher_free(plain);
    ilf_flusher_free(tagged);
    return 0;
}

static void print_group(ilf_flusher *f, const ilf_event_group *group, ilf_str want)
{
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = group, .n_groups = 1};

    lines.len = 0;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_lines(&lines, want);
}

static void print_event(ilf_event event, ilf_str want)
{
    const ilf_event_group group = {.events = &event, .n_events = 1};

    print_group(plain, &group, want);
}

static void print_log(const ilf_log_event *log, ilf_str want)
{
    print_event((ilf_event){.type = ILF_EVENT_LOG, .as.log = log}, want);
}

/* --- Logs ----------------------------------------------------------------------------------------
 */

static void prints_all_of_a_log(void **state)
{
    const ilf_kv tags[] = {{S("b"), S("2")}, {S("a"), S("1")}, {S("ab"), S("\"")}};
    const ilf_field contents[] = {
        {S("content"), {.type = ILF_VALUE_STRING, .as.str = S("hello")}},
        {S("another"), {.type = ILF_VALUE_INT, .bits = 64, .as.i = 5}},
    };
    const ilf_log_event log = {
        .name = S("n"),
        .level = S("info"),
        .trace_id = S("t1"),
        .span_id = S("s1"),
        .timestamp = 1700000000123456789,
        .observed_timestamp = 1700000000000000001,
        .offset = 42,
        .tags = tags,
        .n_tags = 3,
        .contents = contents,
        .n_contents = 2,
    };

    (void)state;
    print_log(&log, S("{\"eventType\":\"log\",\"name\":\"n\",\"timestamp\":1700000000123456789,"
                      "\"observedTimestamp\":1700000000000000001,\"tags\":{\"a\":\"1\","
                      "\"ab\":\"\\\"\",\"b\":\"2\"},\"offset\":42,\"level\":\"info\","
                      "\"traceID\":\"t1\",\"traceID\":\"t1\",\"spanID\":\"s1\",\"another\":5,"
                      "\"content\":\"hello\"}\n"));
}

static void prints_an_empty_log(void **state)
{
    const ilf_log_event log = {0};

    (void)state;
    print_log(&log, S("{\"eventType\":\"log\",\"name\":\"\",\"timestamp\":0,"
                      "\"observedTimestamp\":0,\"tags\":{},\"offset\":0,\"level\":\"\","
                      "\"traceID\":\"\",\"traceID\":\"\",\"spanID\":\"\"}\n"));
}

static void prints_offsets_with_a_sign_and_times_without(void **state)
{
    const ilf_log_event log = {
        .timestamp = UINT64_MAX, .observed_timestamp = UINT64_MAX, .offset = UINT64_MAX};

    (void)state;
    print_log(&log, S("{\"eventType\":\"log\",\"name\":\"\",\"timestamp\":18446744073709551615,"
                      "\"observedTimestamp\":18446744073709551615,\"tags\":{},\"offset\":-1,"
                      "\"level\":\"\",\"traceID\":\"\",\"traceID\":\"\",\"spanID\":\"\"}\n"));
}

/* Print a log whose only content is @value, which must come as @want. */
static void print_value(ilf_value value, const char *want)
{
    const ilf_field field = {S("v"), value};
    const ilf_log_event log = {.contents = &field, .n_contents = 1};
    char line[1024];
    int len = snprintf(line, sizeof(line),
                       "{\"eventType\":\"log\",\"name\":\"\",\"timestamp\":0,"
                       "\"observedTimestamp\":0,\"tags\":{},\"offset\":0,\"level\":\"\","
                       "\"traceID\":\"\",\"traceID\":\"\",\"spanID\":\"\",\"v\":%s}\n",
                       want);

    print_log(&log, (ilf_str){line, (size_t)len});
}

static ilf_value number(double value, uint32_t bits)
{
    return (ilf_value){.type = ILF_VALUE_FLOAT, .bits = bits, .as.f = value};
}

static void prints_values_of_every_type(void **state)
{
    const ilf_value items[] = {
        {.type = ILF_VALUE_INT, .bits = 64, .as.i = 1},
        {.type = ILF_VALUE_STRING, .as.str = S("a\"b")},
        {.type = ILF_VALUE_NULL},
        {.type = ILF_VALUE_ARRAY},
        {.type = ILF_VALUE_MAP},
    };
    const ilf_field fields[] = {
        {S("x"), {.type = ILF_VALUE_BOOL, .as.boolean = true}},
        {S("y\n"), {.type = ILF_VALUE_ARRAY, .as.array = {items, 2}}},
    };

    (void)state;
    print_value((ilf_value){.type = ILF_VALUE_NULL}, "null");
    print_value((ilf_value){.type = ILF_VALUE_STRING, .as.str = S("a\"\n\a\x7f")},
                "\"a\\\"\\n\\u0007\\u007f\"");
    print_value((ilf_value){.type = ILF_VALUE_BYTES, .as.str = S("bytes")}, "\"bytes\"");
    print_value((ilf_value){.type = ILF_VALUE_TEXT, .as.str = S("{1 2}")}, "\"{1 2}\"");
    print_value((ilf_value){.type = ILF_VALUE_BOOL, .as.boolean = true}, "true");
    print_value((ilf_value){.type = ILF_VALUE_BOOL, .as.boolean = false}, "false");
    print_value((ilf_value){.type = ILF_VALUE_INT, .bits = 64, .as.i = INT64_MIN},
                "-9223372036854775808");
    print_value((ilf_value){.type = ILF_VALUE_UINT, .bits = 64, .as.u = UINT64_MAX},
                "18446744073709551615");
    print_value((ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {items, 5}},
                "[1,\"a\\\"b\",null,[],{}]");
    print_value((ilf_value){.type = ILF_VALUE_MAP, .as.map = {fields, 2}},
                "{\"x\":true,\"y\\n\":[1,\"a\\\"b\"]}");
    print_value((ilf_value){.type = 4711}, "null"); /* of a later minor version */
}

static void prints_floats_as_go_does_or_as_text(void **state)
{
    (void)state;
    print_value(number(0, 64), "0");
    print_value(number(-1.5, 64), "-1.5");
    print_value(number(1e6, 64), "1e+06");
    print_value(number(123456, 64), "123456");
    print_value(number(0.0001, 64), "0.0001");
    print_value(number(0.00001, 64), "1e-05");
    print_value(number(0.1F, 32), "0.1");
    print_value(number(0.1F, 64), "0.10000000149011612");
    print_value(number((double)NAN, 64), "\"NaN\"");
    print_value(number((double)INFINITY, 64), "\"+Inf\"");
    print_value(number((double)-INFINITY, 32), "\"-Inf\"");
}

static void sorts_more_keys_than_fit_on_the_stack(void **state)
{
    enum { MANY = 300 };
    static char keys[MANY][8], want[8192];
    static ilf_kv tags[MANY];
    size_t n = (size_t)sprintf(want, "{\"eventType\":\"log\",\"name\":\"\",\"timestamp\":0,"
                                     "\"observedTimestamp\":0,\"tags\":{");
    const ilf_log_event log = {.tags = tags, .n_tags = MANY};

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        int len = sprintf(keys[i], "k%03zu", i * 7 % MANY); /* 7 and 300 have no common factor */

        tags[i] = (ilf_kv){{keys[i], (size_t)len}, S("")};
        n += (size_t)sprintf(want + n, "%s\"k%03zu\":\"\"", i > 0 ? "," : "", i);
    }
    n += (size_t)sprintf(want + n, "},\"offset\":0,\"level\":\"\",\"traceID\":\"\","
                                   "\"traceID\":\"\",\"spanID\":\"\"}\n");
    print_log(&log, (ilf_str){want, n});
}

static void sorts_keys_by_their_bytes(void **state)
{
    const ilf_kv tags[] = {{S("b"), S("")},    {S("\xff"), S("")}, {S("a\0"), S("")},
                           {{NULL, 0}, S("")}, {S("a"), S("")},    {S("B"), S("")}};
    const ilf_log_event log = {.tags = tags, .n_tags = 6};

    (void)state;
    print_log(&log, S("{\"eventType\":\"log\",\"name\":\"\",\"timestamp\":0,"
                      "\"observedTimestamp\":0,\"tags\":{\"\":\"\",\"B\":\"\",\"a\":\"\","
                      "\"a\\u0000\":\"\",\"b\":\"\",\"\xff\":\"\"},\"offset\":0,\"level\":\"\","
                      "\"traceID\":\"\",\"traceID\":\"\",\"spanID\":\"\"}\n"));
}

/* --- Metrics -------------------------------------------------------------------------------------
 */

/* Print @metric, which must end in @want. */
static void print_metric(const ilf_metric *metric, const char *want)
{
    char line[1024];
    int len = snprintf(line, sizeof(line),
                       "{\"eventType\":\"metric\",\"name\":\"cpu\",\"timestamp\":7,"
                       "\"observedTimestamp\":0,\"tags\":{\"h\":\"1\"},%s\n",
                       want);

    print_event((ilf_event){.type = ILF_EVENT_METRIC, .as.metric = metric},
                (ilf_str){line, (size_t)len});
}

static const ilf_kv metric_tag = {S_CONST("h"), S_CONST("1")};
static const ilf_metric_value metric_values[] = {{S_CONST("used"), 2.5}, {S_CONST("free"), 1e21}};
static const ilf_typed_value typed[] = {
    {.key = S_CONST("up"), .declared = ILF_TYPED_BOOL, .value = {.type = ILF_VALUE_BOOL}},
    {.key = S_CONST("os"),
     .declared = ILF_TYPED_STRING,
     .value = {.type = ILF_VALUE_STRING, .as.str = S_CONST("li\anux\x7f")}},
};

#define METRIC .name = S("cpu"), .unit = S("unit"), .timestamp = 7, .tags = &metric_tag, .n_tags = 1

static void prints_metrics_of_every_shape(void **state)
{
    ilf_metric metric = {METRIC, .type = ILF_METRIC_GAUGE, .shape = ILF_METRIC_SINGLE, .value = 1};

    (void)state;
    print_metric(&metric, "\"metricType\":\"Gauge\",\"value\":1}");
    metric.value = 123456789; /* an exponent only from 1e21 up */
    print_metric(&metric, "\"metricType\":\"Gauge\",\"value\":123456789}");
    metric.shape = ILF_METRIC_MULTI;
    metric.values = metric_values;
    metric.n_values = 2;
    print_metric(&metric, "\"metricType\":\"Gauge\",\"values\":{\"free\":1e+21,\"used\":2.5}}");
    metric.shape = ILF_METRIC_NO_VALUE;
    print_metric(&metric, "\"metricType\":\"Gauge\",\"values\":{}}");
}

static void prints_typed_values_among_the_others(void **state)
{
    ilf_metric metric = {METRIC,
                         .shape = ILF_METRIC_MULTI,
                         .values = metric_values,
                         .n_values = 2,
                         .typed = typed,
                         .n_typed = 2};

    (void)state;
    print_metric(&metric, "\"metricType\":\"\",\"values\":{\"free\":1e+21,\"used\":2.5,"
                          "\"os\":\"li\\u0007nux\x7f\",\"up\":false}}");
    metric.shape = ILF_METRIC_NO_VALUE;
    print_metric(&metric,
                 "\"metricType\":\"\",\"values\":{\"os\":\"li\\u0007nux\x7f\",\"up\":false}}");
}

static void prints_typed_values_beside_a_single_one_only_if_that_is_no_number(void **state)
{
    ilf_metric metric = {METRIC, .shape = ILF_METRIC_SINGLE, .value = 1.5, .typed = typed,
                         .n_typed = 1};

    (void)state;
    print_metric(&metric, "\"metricType\":\"\",\"value\":1.5}"); /* as the native one */
    metric.value = (double)NAN;
    print_metric(&metric, "\"metricType\":\"\",\"value\":\"NaN\",\"values\":{\"up\":false}}");
    metric.n_typed = 0;
    print_metric(&metric, "\"metricType\":\"\",\"value\":\"NaN\"}");
    metric.value = (double)-INFINITY;
    print_metric(&metric, "\"metricType\":\"\",\"value\":\"-Inf\"}");
}

static void names_every_type_of_metric(void **state)
{
    static const char *const names[] = {
        "",        "Untyped", "Counter",     "Gauge", "Histogram",
        "Summary", "Meter",   "RateCounter", "",      /* one that we do not know */ ""};
    ilf_metric metric = {METRIC, .shape = ILF_METRIC_SINGLE};

    (void)state;
    for (uint32_t type = 0; type < sizeof(names) / sizeof(names[0]); type++) {
        char want[64];

        metric.type = type;
        (void)snprintf(want, sizeof(want), "\"metricType\":\"%s\",\"value\":0}", names[type]);
        print_metric(&metric, want);
    }
}

/* --- Spans ---------------------------------------------------------------------------------------
 */

static void prints_all_of_a_span(void **state)
{
    const ilf_kv tags[] = {{S("z"), S("1")}, {S("a"), S("2")}};
    const ilf_span_link links[] = {
        {.trace_id = S("lt"),
         .span_id = S("ls"),
         .trace_state = S("st"),
         .tags = tags,
         .n_tags = 1},
        {.trace_id = S("lt2")},
    };
    const ilf_span_event events[] = {
        {.timestamp = -5, .name = S("ev"), .tags = tags, .n_tags = 2},
        {.timestamp = 6},
    };
    const ilf_span span = {
        .trace_id = S("t"),
        .span_id = S("s"),
        .parent_span_id = S("p"),
        .name = S("GET \"/\""),
        .trace_state = S("k=v"),
        .start_time = 10,
        .end_time = 20,
        .observed_timestamp = 30,
        .kind = ILF_SPAN_SERVER,
        .status = ILF_SPAN_ERROR,
        .tags = tags,
        .n_tags = 2,
        .links = links,
        .n_links = 2,
        .events = events,
        .n_events = 2,
    };

    (void)state;
    print_event(
        (ilf_event){.type = ILF_EVENT_SPAN, .as.span = &span},
        S("{\"eventType\":\"span\",\"name\":\"GET \\\"/\\\"\",\"timestamp\":10,"
          "\"observedTimestamp\":30,\"tags\":{\"a\":\"2\",\"z\":\"1\"},\"traceID\":\"t\","
          "\"spanID\":\"s\",\"parentSpanID\":\"p\",\"traceState\":\"k=v\",\"kind\":\"server\","
          "\"startTime\":10,\"endTime\":20,\"statusCode\":2,\"links\":[{\"traceID\":\"lt\","
          "\"spanID\":\"ls\",\"traceState\":\"st\",\"tags\":{\"z\":\"1\"}},{\"traceID\":\"lt2\","
          "\"spanID\":\"\",\"traceState\":\"\",\"tags\":{}}],\"events\":[{\"timestamp\":-5,"
          "\"name\":\"ev\",\"tags\":{\"a\":\"2\",\"z\":\"1\"}},{\"timestamp\":6,\"name\":\"\","
          "\"tags\":{}}]}\n"));
}

static void names_the_kinds_of_spans_that_it_knows(void **state)
{
    static const struct {
        int64_t kind;
        const char *want;
    } rows[] = {
        {0, "\"\""},       {1, "\"internal\""}, {2, "\"server\""},
        {3, "\"client\""}, {4, "\"producer\""}, {5, "\"consumer\""},
        {6, "6"},          {-1, "-1"},          {INT64_MIN, "-9223372036854775808"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const ilf_span span = {.kind = rows[i].kind};
        char want[512];
        int len = snprintf(want, sizeof(want),
                           "{\"eventType\":\"span\",\"name\":\"\",\"timestamp\":0,"
                           "\"observedTimestamp\":0,\"tags\":{},\"traceID\":\"\",\"spanID\":\"\","
                           "\"parentSpanID\":\"\",\"traceState\":\"\",\"kind\":%s,"
                           "\"startTime\":0,\"endTime\":0,\"statusCode\":0,\"links\":[],"
                           "\"events\":[]}\n",
                           rows[i].want);

        print_event((ilf_event){.type = ILF_EVENT_SPAN, .as.span = &span},
                    (ilf_str){want, (size_t)len});
    }
}

/* --- Byte arrays and the unknown -----------------------------------------------------------------
 */

static void print_bytes(ilf_str bytes, ilf_str body)
{
    static const char head[] = "{\"eventType\":\"byteArray\",\"name\":\"\",\"timestamp\":0,"
                               "\"observedTimestamp\":0,\"tags\":{},\"byteArray\":\"";
    char want[512];
    size_t n = sizeof(head) - 1;

    memcpy(want, head, n);
    memcpy(want + n, body.ptr, body.len);
    memcpy(want + n + body.len, "\"}\n", 3);
    print_event((ilf_event){.type = ILF_EVENT_BYTES, .as.bytes = &bytes},
                (ilf_str){want, n + body.len + 3});
}

static void prints_bytes_as_they_are_where_that_is_json(void **state)
{
    (void)state;
    print_bytes(S(""), S(""));
    print_bytes(S("plain \xe4\xb8\xad\xff</"), S("plain \xe4\xb8\xad\xff</"));
    print_bytes(S("\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e9\\uABCD"),
                S("\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e9\\uABCD"));
}

static void escapes_bytes_where_they_would_break_the_line(void **state)
{
    (void)state;
    print_bytes(S("{\"a\":1}"), S("{\\\"a\\\":1}"));
    print_bytes(S("a\nb"), S("a\\nb"));
    print_bytes(S("a\0"), S("a\\u0000"));
    print_bytes(S("\\"), S("\\\\"));
    print_bytes(S("\\x"), S("\\\\x"));
    print_bytes(S("\\\0"), S("\\\\\\u0000"));
    print_bytes(S("\\u12"), S("\\\\u12"));
    print_bytes(S("\\u12g4"), S("\\\\u12g4"));
    print_bytes(S("\\u"), S("\\\\u"));
    print_bytes(S("\\n\""), S("\\\\n\\\""));
}

static void shows_the_number_of_an_event_type_that_it_does_not_know(void **state)
{
    (void)state;
    print_event((ilf_event){.type = 99}, S("{\"eventType\":99}\n"));
    print_event((ilf_event){.type = 0}, S("{\"eventType\":0}\n"));
}

/* --- Groups --------------------------------------------------------------------------------------
 */

static void prints_a_line_in_front_of_each_group(void **state)
{
    const ilf_kv metadata[] = {{S("m"), S("mv")}};
    const ilf_kv tags[] = {{S("gt"), S("gv")}, {S("b"), S("a b")}};
    const ilf_str bytes = S("x");
    const ilf_event events[] = {{.type = ILF_EVENT_BYTES, .as.bytes = &bytes}, {.type = 7}};
    const ilf_event_group group = {.metadata = metadata,
                                   .n_metadata = 1,
                                   .tags = tags,
                                   .n_tags = 2,
                                   .events = events,
                                   .n_events = 2};
    const ilf_event_group empty = {0};

    (void)state;
    print_group(tagged, &group,
                S("[Event] event 2, metadata map[m:mv], tags map[b:a b gt:gv]\n"
                  "{\"eventType\":\"byteArray\",\"name\":\"\",\"timestamp\":0,"
                  "\"observedTimestamp\":0,\"tags\":{},\"byteArray\":\"x\"}\n"
                  "{\"eventType\":7}\n"));
    print_group(tagged, &empty, S("[Event] event 0, metadata map[], tags map[]\n"));
    print_group(plain, &empty, S(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_all_of_a_log),
        cmocka_unit_test(prints_an_empty_log),
        cmocka_unit_test(prints_offsets_with_a_sign_and_times_without),
        cmocka_unit_test(prints_values_of_every_type),
        cmocka_unit_test(prints_floats_as_go_does_or_as_text),
        cmocka_unit_test(sorts_more_keys_than_fit_on_the_stack),
        cmocka_unit_test(sorts_keys_by_their_bytes),
        cmocka_unit_test(prints_metrics_of_every_shape),
        cmocka_unit_test(prints_typed_values_among_the_others),
        cmocka_unit_test(prints_typed_values_beside_a_single_one_only_if_that_is_no_number),
        cmocka_unit_test(names_every_type_of_metric),
        cmocka_unit_test(prints_all_of_a_span),
        cmocka_unit_test(names_the_kinds_of_spans_that_it_knows),
        cmocka_unit_test(prints_bytes_as_they_are_where_that_is_json),
        cmocka_unit_test(escapes_bytes_where_they_would_break_the_line),
        cmocka_unit_test(shows_the_number_of_an_event_type_that_it_does_not_know),
        cmocka_unit_test(prints_a_line_in_front_of_each_group),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
