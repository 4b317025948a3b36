/* Tests of flushers/common/format_metrics.c: metrics as JSON. */
#include "format_test.h"

#include <math.h>

static const ilf_kv own_tags[] = {{S_CONST("k"), S_CONST("own")}};

static const ilf_event_group *group_of(const ilf_event *event)
{
    static ilf_event_group group;

    group = (ilf_event_group){.events = event, .n_events = 1};
    return &group;
}

static const ilf_metric_value two[] = {{S_CONST("used"), 2}, {S_CONST("free"), 1.5}};
static const ilf_typed_value typed[] = {
    {S_CONST("up"), ILF_TYPED_BOOL, 0, {.type = ILF_VALUE_BOOL, .as.boolean = true}}};

/* The last document of an event counts it. */
static void writes_a_document_for_each_value_of_a_metric(void **state)
{
    const ilf_metric metric = {.name = S("mem"),
                               .timestamp = UINT64_C(1700000000123456789),
                               .shape = ILF_METRIC_MULTI,
                               .values = two,
                               .n_values = 2,
                               .typed = typed,
                               .n_typed = 1,
                               .tags = own_tags,
                               .n_tags = 1};
    const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};

    (void)state;
    convert.only_contents = true;
    start("custom_single_flatten", "json");
    assert_events("0+0 {\"__labels__\":\"k#$#own\",\"__name__\":\"mem_free\",\"__time_nano__\":"
                  "\"1700000000123456789\",\"__value__\":\"1.5\",\"time\":1700000000}\n"
                  "0+0 {\"__labels__\":\"k#$#own\",\"__name__\":\"mem_used\",\"__time_nano__\":"
                  "\"1700000000123456789\",\"__value__\":\"2\",\"time\":1700000000}\n"
                  "0+1 {\"__labels__\":\"k#$#own\",\"__name__\":\"mem_up\",\"__time_nano__\":"
                  "\"1700000000123456789\",\"__value__\":\"true\",\"time\":1700000000}\n",
                  group_of(&event));
}

static void names_metrics_as_sls_wants_them(void **state)
{
    const ilf_kv labels[] = {{S("b c"), S("x|y")}, {S("a:"), S("1")}, {S("0-9"), S("9")}};
    const ilf_metric metric = {.name = S("9a b:c"),
                               .timestamp = UINT64_C(1700000000123456789),
                               .shape = ILF_METRIC_SINGLE,
                               .value = NAN,
                               .tags = labels,
                               .n_tags = 3};
    const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};

    (void)state;
    convert.only_contents = true;
    convert.sls_metrics = true;
    start("custom_single_flatten", "json");
    assert_events(
        "0+1 {\"__labels__\":\"0_9#$#9|a_#$#1|b_c#$#x_y\",\"__name__\":\"9a_b:c\",\"__time_nano__"
        "\":\"1700000000123456789\",\"__value__\":\"NaN\",\"time\":1700000000}\n",
        group_of(&event));
}

static void takes_the_time_of_a_metric_by_its_digits(void **state)
{
    const struct {
        uint64_t timestamp;
        const char *ns;
    } cases[] = {{0, "0"},
                 {1700000000, "1700000000000000000"},
                 {UINT64_C(1700000000123), "1700000000123000000"},
                 {UINT64_C(999999999999999999), "-9223372036854775808"},
                 {UINT64_C(1) << 63, "-922337203685477632"}};

    (void)state;
    convert.only_contents = true;
    start("custom_single_flatten", "json");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ilf_metric metric = {.timestamp = cases[i].timestamp};
        const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};
        char want[128];

        assert_works(ilf__format_events(&format, group_of(&event), &text, &sink, &err));
        (void)snprintf(want, sizeof(want), "\"__time_nano__\":\"%s\"", cases[i].ns);
        assert_non_null(strstr(got.text, want));
        got.len = 0;
    }
}

/* In whole seconds, natively, they would come before 1970. */
static void tells_times_that_natively_wrap_in_full(void **state)
{
    const uint64_t times[] = {UINT64_MAX, UINT64_C(1) << 63, UINT64_C(999999999999999999)};
    const char *const want[] = {"\"time\":18446744073709551615}", "\"time\":9223372036854775808}",
                                "\"time\":999999999999999999}"};

    (void)state;
    convert.only_contents = true;
    convert.time_format = ILF__TIME_NANOSECONDS;
    start("custom_single_flatten", "json");
    for (size_t i = 0; i < 3; i++) {
        const ilf_metric metric = {.timestamp = times[i]};
        const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};

        assert_works(ilf__format_events(&format, group_of(&event), &text, &sink, &err));
        assert_non_null(strstr(got.text, want[i]));
        got.len = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_a_document_for_each_value_of_a_metric),
        test_format(names_metrics_as_sls_wants_them),
        test_format(takes_the_time_of_a_metric_by_its_digits),
        test_format(tells_times_that_natively_wrap_in_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
