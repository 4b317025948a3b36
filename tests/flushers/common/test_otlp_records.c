/* Tests of flushers/common/otlp_records.c: log events and spans. */
#include "otlp_test.h"

static const ilf_kv tag = {S_CONST("t"), S_CONST("v")};

static void assert_log(const char *want, const ilf_log_event *log)
{
    ilf__otlp_put_log(&format, &text, log);
    assert_message(want, "LogRecord");
}

static void assert_span(const char *want, const ilf_span *span)
{
    ilf__otlp_put_span(&format, &text, span);
    assert_message(want, "Span");
}

/* Natively name, offset and all contents but the body are lost. */
static void a_log_carries_all_that_the_event_has(void **state)
{
    const ilf_field contents[] = {
        {S_CONST("content"), {.type = ILF_VALUE_BYTES, .as.str = S_CONST("b\xff")}},
        {S_CONST("n"), {.type = ILF_VALUE_INT, .as.i = 5}}};
    const ilf_kv tags[] = {{S_CONST("t"), S_CONST("v")}, {S_CONST("otlp.log.flag"), S_CONST("1")}};
    const ilf_log_event log = {
        .name = S_CONST("name"),
        .level = S_CONST("Warning3"),
        .trace_id = S_CONST("61626364616263646162636461626364"),
        .span_id = S_CONST("4142434441424344"),
        .timestamp = 5,
        .observed_timestamp = 6,
        .offset = 7,
        .tags = tags,
        .n_tags = 2,
        .contents = contents,
        .n_contents = 2,
    };

    (void)state;
    start("otlp_v1", "none");
    assert_log(
        "{1=5 11=6 2=15 3\"Warning3\" 5{7\"b\\ff\"} 8=1 9\"abcdabcdabcdabcd\" 10\"ABCDABCD\" "
        "12\"name\" 6{1\"log.file.record_offset\" 2{3=7}} 6{1\"n\" 2{3=5}} 6{1\"t\" 2{1\"v\"}}}",
        &log);
}

static void an_empty_log_is_a_record_too(void **state)
{
    const ilf_log_event log = {.timestamp = 0};

    (void)state;
    start("otlp_v1", "none");
    assert_log("{5{7\"\"}}", &log);
}

/* Natively a body that is neither text nor bytes is lost. */
static void the_body_has_the_type_of_the_content(void **state)
{
    static const struct {
        const char *want;
        ilf_field body;
    } rows[] = {
        /* bytes all the same, as natively */
        {"{5{7\"x\"}}", {S_CONST("content"), {.type = ILF_VALUE_STRING, .as.str = S_CONST("x")}}},
        {"{5{2=1}}", {S_CONST("content"), {.type = ILF_VALUE_BOOL, .as.boolean = true}}},
        {"{5{7\"\"}}", {S_CONST("content"), {.type = ILF_VALUE_NULL}}},
    };

    (void)state;
    start("otlp_v1", "none");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const ilf_log_event log = {.contents = &rows[i].body, .n_contents = 1};

        assert_log(rows[i].want, &log);
    }
}

static void levels_have_their_numbers(void **state)
{
    static const struct {
        const char *level;
        unsigned number;
    } rows[] = {
        {"trace", 1},       {"TRACE4", 4},   {"debug2", 6},        {"Info", 9},
        {"information", 9}, {"info3", 11},   {"Information4", 12}, {"WARN", 13},
        {"warning2", 14},   {"error", 17},   {"error4", 20},       {"fatal", 21},
        {"fatal4", 24},     {"fatal5", 0},   {"info1", 0},         {"inf", 0},
        {"2", 0},           {"critical", 0},
    };

    (void)state;
    start("otlp_v1", "none");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const ilf_log_event log = {.level = {rows[i].level, strlen(rows[i].level)}};
        char want[128], number[16] = "";

        if (rows[i].number > 0)
            (void)snprintf(number, sizeof(number), "2=%u ", rows[i].number);
        (void)snprintf(want, sizeof(want), "{%s3\"%s\" 5{7\"\"}}", number, rows[i].level);
        assert_log(want, &log);
    }
}

/* Natively they are lost. */
static void an_id_that_is_none_stays_as_an_attribute(void **state)
{
    const ilf_kv taken = {S_CONST("span_id"), S_CONST("the tag's")};
    const ilf_log_event log = {.trace_id = S_CONST("4142434441424344"),
                               .span_id = S_CONST("x"),
                               .tags = &taken,
                               .n_tags = 1};
    const ilf_span_link link = {.trace_id = S_CONST("1"), .span_id = S_CONST("2")};
    const ilf_span span = {.trace_id = S_CONST("3"),
                           .span_id = S_CONST("4"),
                           .parent_span_id = S_CONST("5"),
                           .links = &link,
                           .n_links = 1};

    (void)state;
    start("otlp_v1", "none");
    assert_log("{5{7\"\"} 6{1\"span_id\" 2{1\"the tag's\"}} "
               "6{1\"trace_id\" 2{1\"4142434441424344\"}}}",
               &log);
    assert_span("{9{1\"parent_span_id\" 2{1\"5\"}} 9{1\"span_id\" 2{1\"4\"}} "
                "9{1\"trace_id\" 2{1\"3\"}} "
                "13{4{1\"span_id\" 2{1\"2\"}} 4{1\"trace_id\" 2{1\"1\"}}}}",
                &span);
}

/* Natively the trace state is lost, and the dropped events count as attributes. */
static void a_span_carries_all_that_the_event_has(void **state)
{
    const ilf_kv tags[] = {{S_CONST("t"), S_CONST("v")},
                           {S_CONST("otlp.span.status.message"), S_CONST("boom")},
                           {S_CONST("otlp.span.dropped.attributes.count"), S_CONST("1")},
                           {S_CONST("otlp.span.dropped.events.count"), S_CONST("2")},
                           {S_CONST("otlp.span.dropped.links.count"), S_CONST("3")}};
    const ilf_span_event event = {.timestamp = -1, .name = S_CONST("e"), .tags = &tag, .n_tags = 1};
    const ilf_span_link link = {.trace_id = S_CONST("61626364616263646162636461626364"),
                                .span_id = S_CONST("4142434441424344"),
                                .trace_state = S_CONST("b=2"),
                                .tags = &tag,
                                .n_tags = 1};
    const ilf_span span = {
        .trace_id = S_CONST("61626364616263646162636461626364"),
        .span_id = S_CONST("4142434441424344"),
        .parent_span_id = S_CONST("4344434443444344"),
        .name = S_CONST("n"),
        .trace_state = S_CONST("a=1"),
        .start_time = 4,
        .end_time = 5,
        .kind = ILF_SPAN_CLIENT,
        .status = ILF_SPAN_ERROR,
        .tags = tags,
        .n_tags = 5,
        .links = &link,
        .n_links = 1,
        .events = &event,
        .n_events = 1,
    };

    (void)state;
    start("otlp_v1", "none");
    assert_span(
        "{1\"abcdabcdabcdabcd\" 2\"ABCDABCD\" 4\"CDCDCDCD\" 3\"a=1\" 5\"n\" 6=3 7=4 8=5 "
        "9{1\"t\" 2{1\"v\"}} 10=1 11{1=18446744073709551615 2\"e\" 3{1\"t\" 2{1\"v\"}}} 12=2 "
        "13{1\"abcdabcdabcdabcd\" 2\"ABCDABCD\" 3\"b=2\" 4{1\"t\" 2{1\"v\"}}} 14=3 "
        "15{2\"boom\" 3=2}}",
        &span);
}

static void an_empty_span_is_a_record_too(void **state)
{
    const ilf_span span = {.kind = 0}, odd = {.kind = -1, .status = INT64_C(1) << 40};

    (void)state;
    start("otlp_v1", "none");
    assert_span("{}", &span);
    assert_span("{6=-1 15{3=0}}", &odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(a_log_carries_all_that_the_event_has),
        test_format(an_empty_log_is_a_record_too),
        test_format(the_body_has_the_type_of_the_content),
        test_format(levels_have_their_numbers),
        test_format(an_id_that_is_none_stays_as_an_attribute),
        test_format(a_span_carries_all_that_the_event_has),
        test_format(an_empty_span_is_a_record_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
