/* Tests of flushers/common/otlp_metrics.c: metrics, by their type and the shape of their value. */
#include "otlp_test.h"

static const ilf_kv tag = {S_CONST("t"), S_CONST("v")};
static const ilf_metric_value values[] = {{S_CONST("a"), 1}, {S_CONST("b"), 2}};

/* What stands in a scope. */
static void assert_metric(const char *want, const ilf_metric *metric)
{
    ilf__otlp_put_metric(&format, &text, metric);
    assert_message(want, "ScopeMetrics");
}

static void a_gauge_carries_all_that_the_event_has(void **state)
{
    const ilf_typed_value typed = {.key = S_CONST("up"),
                                   .declared = ILF_TYPED_BOOL,
                                   .value = {.type = ILF_VALUE_BOOL, .as.boolean = true}};
    const ilf_metric metric = {
        .name = S_CONST("n"),
        .unit = S_CONST("u"),
        .description = S_CONST("d"),
        .timestamp = 2,
        .observed_timestamp = 1,
        .type = ILF_METRIC_GAUGE,
        .shape = ILF_METRIC_SINGLE,
        .value = 1.5,
        .typed = &typed,
        .n_typed = 1,
        .tags = &tag,
        .n_tags = 1,
    };

    (void)state;
    start("otlp_v1", "none");
    assert_metric(
        "{2{1\"n\" 2\"d\" 3\"u\" 5{1{2=1 3=2 7{1\"t\" 2{1\"v\"}} 7{1\"up\" 2{2=1}} 4=1.5}}}}",
        &metric);
}

/* Natively, types that OTLP has not lose their value. */
static void every_other_type_is_a_gauge(void **state)
{
    const uint32_t types[] = {ILF_METRIC_UNKNOWN, ILF_METRIC_UNTYPED,  ILF_METRIC_METER, 99,
                              ILF_METRIC_SUMMARY, ILF_METRIC_HISTOGRAM};

    (void)state;
    start("otlp_v1", "none");
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const ilf_metric metric = {.type = types[i], .shape = ILF_METRIC_SINGLE, .value = 3};

        assert_metric("{2{5{1{4=3}}}}", &metric);
    }
}

static void a_counter_counts_from_the_last_time(void **state)
{
    ilf_kv tags[] = {{S_CONST("otlp.metric.aggregation.temporality"), S_CONST("Cumulative")},
                     {S_CONST("otlp.metric.ismonotonic"), S_CONST("true")}};
    ilf_metric metric = {.type = ILF_METRIC_COUNTER,
                         .shape = ILF_METRIC_SINGLE,
                         .value = 0,
                         .tags = tags,
                         .n_tags = 2};

    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{7{1{4=0} 2=1}}}", &metric);
    metric.type = ILF_METRIC_RATE_COUNTER;
    assert_metric("{2{7{1{4=0} 2=2 3=1}}}", &metric);
    tags[0].value = S("Delta");
    tags[1].value = S("True");
    assert_metric("{2{7{1{4=0} 2=1}}}", &metric);
    metric.n_tags = 0;
    assert_metric("{2{7{1{4=0}}}}", &metric);
}

/* Natively one with the value 0 is sent for all of them. */
static void several_numbers_are_as_many_metrics(void **state)
{
    ilf_metric metric = {.name = S_CONST("n"),
                         .type = ILF_METRIC_COUNTER,
                         .shape = ILF_METRIC_MULTI,
                         .values = values,
                         .n_values = 2};

    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n_a\" 7{1{4=1} 2=1}} 2{1\"n_b\" 7{1{4=2} 2=1}}}", &metric);
    metric.type = ILF_METRIC_UNTYPED;
    assert_metric("{2{1\"n_a\" 5{1{4=1}}} 2{1\"n_b\" 5{1{4=2}}}}", &metric);
}

/* Natively its value is 0. */
static void without_a_number_the_point_says_so(void **state)
{
    const ilf_typed_value typed = {.key = S_CONST("state"),
                                   .value = {.type = ILF_VALUE_STRING, .as.str = S_CONST("up")}};
    ilf_metric metric = {.type = ILF_METRIC_GAUGE, .typed = &typed, .n_typed = 1};

    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{5{1{7{1\"state\" 2{1\"up\"}} 8=1}}}}", &metric);
    metric.shape = ILF_METRIC_MULTI;
    metric.type = ILF_METRIC_COUNTER;
    assert_metric("{2{7{1{7{1\"state\" 2{1\"up\"}} 8=1} 2=1}}}", &metric);
}

static void survives_a_lack_of_memory(void **state)
{
    static const char *const metrics[] = {"Metrics"};
    const ilf_typed_value typed = {.key = S_CONST("x"), .value = {.type = ILF_VALUE_NULL}};
    const ilf_metric metric = {.name = S_CONST("n"),
                               .type = ILF_METRIC_GAUGE,
                               .shape = ILF_METRIC_MULTI,
                               .values = values,
                               .n_values = 2,
                               .typed = &typed,
                               .n_typed = 1};
    const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};
    const ilf_event_group group = {.events = &event, .n_events = 1};

    (void)state;
    requests = metrics;
    convert.protocol = "otlp_v1";
    convert.encoding = "none";
    assert_survives("0+1{1{1{} 2{1{} 2{1\"n_a\" 5{1{7{1\"x\" 2{}} 4=1}}} "
                    "2{1\"n_b\" 5{1{7{1\"x\" 2{}} 4=2}}}}}}\n",
                    ilf__format_events(&format, &group, &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(a_gauge_carries_all_that_the_event_has),
        test_format(every_other_type_is_a_gauge),
        test_format(a_counter_counts_from_the_last_time),
        test_format(several_numbers_are_as_many_metrics),
        test_format(without_a_number_the_point_says_so),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
