/* Tests of flushers/common/influx_events.c: metrics in the line protocol. */
#include "format_test.h"

#include <math.h>

static const ilf_kv tags[] = {{S_CONST("h"), S_CONST("1,2")}};
static const ilf_metric_value two[] = {{S_CONST("used"), 2}, {S_CONST("free"), 1e6}};
static const ilf_typed_value typed[] = {
    {S_CONST("s"), ILF_TYPED_STRING, 0, {.type = ILF_VALUE_STRING, .as.str = S_CONST("up")}},
    {S_CONST("i"), ILF_TYPED_STRING, 0, {.type = ILF_VALUE_INT, .bits = 64, .as.i = 5}},
    {S_CONST("b"), ILF_TYPED_BOOL, 0, {.type = ILF_VALUE_BOOL, .as.boolean = true}},
};
static const ilf_metric full = {.name = S_CONST("disk io"),
                                .timestamp = 7,
                                .shape = ILF_METRIC_MULTI,
                                .values = two,
                                .n_values = 2,
                                .typed = typed,
                                .n_typed = 3,
                                .tags = tags,
                                .n_tags = 1};
static const ilf_metric empty = {.name = S_CONST("empty")};

static const ilf_event_group *group_of(const ilf_metric *first, const ilf_metric *second)
{
    static ilf_event events[2];
    static ilf_event_group group;

    events[0] = (ilf_event){.type = ILF_EVENT_METRIC, .as.metric = first};
    events[1] = (ilf_event){.type = ILF_EVENT_METRIC, .as.metric = second};
    group = (ilf_event_group){.events = events, .n_events = second ? 2 : 1};
    return &group;
}

static void writes_values_then_typed_values(void **state)
{
    (void)state;
    start("influxdb", "custom");
    assert_events("0+1 disk\\ io,h=1\\,2 free=1e+06,used=2,b=true,i=5i,s=\"up\" 7\n\n",
                  group_of(&full, NULL));
}

/* Natively they become "value=\"\"", a text where numbers are. */
static void leaves_out_fields_that_are_not_finite(void **state)
{
    const ilf_metric_value values[] = {
        {S("a"), NAN}, {S("b"), 1}, {S("c"), INFINITY}, {S("d"), -INFINITY}};
    const ilf_typed_value infinite = {
        S("e"), ILF_TYPED_STRING, 0, {.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = INFINITY}};
    const ilf_metric metric = {.name = S("m"),
                               .shape = ILF_METRIC_MULTI,
                               .values = values,
                               .n_values = 4,
                               .typed = &infinite,
                               .n_typed = 1};

    (void)state;
    start("influxdb", "custom");
    assert_events("0+1 m b=1 0\n\n", group_of(&metric, NULL));
}

static void refuses_a_metric_all_of_whose_fields_are_left_out(void **state)
{
    const ilf_metric nan = {.name = S("m"), .shape = ILF_METRIC_SINGLE, .value = NAN};

    (void)state;
    start("influxdb", "custom");
    assert_events("refused 0: influxdb: none of the metric's values is a finite number\n"
                  "1+1 disk\\ io,h=1\\,2 free=1e+06,used=2,b=true,i=5i,s=\"up\" 7\n\n",
                  group_of(&nan, &full));
}

static void writes_each_key_once_and_then_the_typed_value(void **state)
{
    const ilf_metric_value values[] = {{S("a"), 1}, {S("b"), 2}, {S("a"), 3}};
    const ilf_typed_value both = {S("b"), ILF_TYPED_BOOL, 0, {.type = ILF_VALUE_BOOL}};
    const ilf_metric metric = {.name = S("m"),
                               .shape = ILF_METRIC_MULTI,
                               .values = values,
                               .n_values = 3,
                               .typed = &both,
                               .n_typed = 1};

    (void)state;
    start("influxdb", "custom");
    assert_events("0+1 m a=3,b=false 0\n\n", group_of(&metric, NULL));
}

static void writes_unsigned_numbers_as_signed_ones_where_they_fit(void **state)
{
    const ilf_typed_value typed[] = {
        {S("a"), ILF_TYPED_STRING, 0, {.type = ILF_VALUE_UINT, .bits = 64, .as.u = INT64_MAX}},
        {S("b"), ILF_TYPED_STRING, 0, {.type = ILF_VALUE_UINT, .bits = 64, .as.u = UINT64_MAX}}};
    const ilf_metric metric = {.name = S("m"), .typed = typed, .n_typed = 2};

    (void)state;
    start("influxdb", "custom");
    assert_events("0+1 m a=9223372036854775807i,b=18446744073709551615u 0\n\n",
                  group_of(&metric, NULL));
}

static void refuses_times_that_influxdb_has_not(void **state)
{
    const uint64_t bad[] = {INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    ilf_metric metric = {.name = S("m"), .shape = ILF_METRIC_SINGLE, .value = 1};

    (void)state;
    start("influxdb", "custom");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        metric.timestamp = bad[i];
        assert_events("refused 0: influxdb: the time is not between the years 1677 and 2262\n",
                      group_of(&metric, NULL));
    }
    metric.timestamp = INT64_MAX - 1;
    assert_events("0+1 m value=1 9223372036854775806\n\n", group_of(&metric, NULL));
}

static void refuses_a_metric_that_would_become_two(void **state)
{
    const ilf_metric metric = {.name = S("a\nb"), .shape = ILF_METRIC_SINGLE, .value = 1};

    (void)state;
    start("influxdb", "custom");
    assert_events("refused 0: influxdb: the name holds a newline\n"
                  "1+1 disk\\ io,h=1\\,2 free=1e+06,used=2,b=true,i=5i,s=\"up\" 7\n\n",
                  group_of(&metric, &full));
}

/* Natively it costs the whole group, whatever IgnoreUnExpectedData says. */
static void refuses_a_metric_without_a_value_alone(void **state)
{
    (void)state;
    start("influxdb", "custom");
    assert_events("refused 0: a metric without a value\n"
                  "1+1 disk\\ io,h=1\\,2 free=1e+06,used=2,b=true,i=5i,s=\"up\" 7\n\n",
                  group_of(&empty, &full));
}

static void loses_the_group_only_when_asked_to(void **state)
{
    (void)state;
    convert.ignore_unexpected_data = false;
    start("influxdb", "custom");
    assert_fails(ILF_ERR_DROP, "format: event 1: a metric without a value",
                 ilf__format_events(&format, group_of(&full, &empty), &text, &sink, &err));
    assert_kept("");
    assert_int_equal(0, text.len);
}

static void refuses_typed_values_that_have_no_form(void **state)
{
    const ilf_value bad[] = {{.type = ILF_VALUE_NULL},
                             {.type = ILF_VALUE_ARRAY},
                             {.type = ILF_VALUE_STRING, .as.str = S("\xff")}};

    (void)state;
    start("influxdb", "custom");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const ilf_typed_value value = {S("k"), ILF_TYPED_STRING, 0, bad[i]};
        const ilf_metric metric = {.name = S("m"), .typed = &value, .n_typed = 1};

        assert_events("refused 0: a typed value is neither a number nor true, false or UTF-8\n",
                      group_of(&metric, NULL));
    }
}

static void takes_metrics_only(void **state)
{
    const ilf_str bytes = S("x");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};
    const ilf_event_group group = {.events = &event, .n_events = 1};

    (void)state;
    start("influxdb", "custom");
    assert_events("refused 0: protocol influxdb takes metrics only\n", &group);
}

static void survives_a_lack_of_memory(void **state)
{
    (void)state;
    convert.protocol = "influxdb";
    convert.encoding = "custom";
    assert_survives("0+1 disk\\ io,h=1\\,2 free=1e+06,used=2,b=true,i=5i,s=\"up\" 7\n\n",
                    ilf__format_events(&format, group_of(&full, NULL), &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_values_then_typed_values),
        test_format(leaves_out_fields_that_are_not_finite),
        test_format(refuses_a_metric_all_of_whose_fields_are_left_out),
        test_format(writes_each_key_once_and_then_the_typed_value),
        test_format(writes_unsigned_numbers_as_signed_ones_where_they_fit),
        test_format(refuses_times_that_influxdb_has_not),
        test_format(refuses_a_metric_that_would_become_two),
        test_format(refuses_a_metric_without_a_value_alone),
        test_format(loses_the_group_only_when_asked_to),
        test_format(refuses_typed_values_that_have_no_form),
        test_format(takes_metrics_only),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
