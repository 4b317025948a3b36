/* Tests of flushers/common/otlp_histograms.c: metrics with several numbers. */
#include "otlp_test.h"

#include <math.h>

static const ilf_kv exponential = {S_CONST("otlp.metric.histogram.type"),
                                   S_CONST("ExponentialHistogram")};

/* What stands in a scope of the metric of @type with @values. */
static void assert_values(const char *want, ilf_metric_type type, const ilf_kv *tag,
                          const ilf_metric_value *values, size_t n)
{
    const ilf_metric metric = {
        .name = S_CONST("n"),
        .type = type,
        .shape = ILF_METRIC_MULTI,
        .values = values,
        .n_values = n,
        .tags = tag,
        .n_tags = tag != NULL,
    };

    ilf__otlp_put_metric(&format, &text, &metric);
    assert_message(want, "ScopeMetrics");
}

#define assert_metric(want, type, tag, ...)                                                        \
    do {                                                                                           \
        const ilf_metric_value values[] = {__VA_ARGS__};                                           \
                                                                                                   \
        assert_values(want, type, tag, values, sizeof(values) / sizeof(values[0]));                \
    } while (0)

/* Natively the extremes are lost. */
static void a_summary_has_quantiles_of_which_the_extremes_are_two(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n\" 11{1{4=10 5=5 6{1=0.5 2=1} 6{1=0 2=0.5} 6{1=1 2=9}}}}}",
                  ILF_METRIC_SUMMARY, NULL, {S_CONST("count"), 10}, {S_CONST("0.5"), 1},
                  {S_CONST("sum"), 5}, {S_CONST("min"), 0.5}, {S_CONST("max"), 9});
}

static void a_histogram_has_its_buckets_in_order(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n\" 9{1{4=10 5=55.5 11=1 12=9 6[1 4 5] 7[0 5]}}}}", ILF_METRIC_HISTOGRAM,
                  NULL, {S_CONST("(5,+Inf]"), 5}, {S_CONST("(0,5]"), 4}, {S_CONST("(-Inf,0]"), 1},
                  {S_CONST("count"), 10}, {S_CONST("sum"), 55.5}, {S_CONST("max"), 9},
                  {S_CONST("min"), 1});
}

/* Natively it is lost. */
static void a_histogram_tells_what_it_counts_from(void **state)
{
    ilf_kv tag = {S_CONST("otlp.metric.aggregation.temporality"), S_CONST("Cumulative")};

    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n\" 9{1{4=1} 2=2}}}", ILF_METRIC_HISTOGRAM, &tag, {S_CONST("count"), 1});
    tag.value = S("Delta");
    assert_metric("{2{1\"n\" 9{1{4=1} 2=1}}}", ILF_METRIC_HISTOGRAM, &tag, {S_CONST("count"), 1});
}

/* Natively the count of zeros is lost. */
static void an_exponential_histogram_has_two_sides(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n\" 10{1{1{1\"otlp.metric.histogram.type\" 2{1\"ExponentialHistogram\"}} "
                  "4=9 6=4 7=2 8{1=2 2[4 1]} 9{1=5 2[3 1]}}}}}",
                  ILF_METRIC_HISTOGRAM, &exponential, {S_CONST("count"), 9}, {S_CONST("scale"), 2},
                  {S_CONST("positive.offset"), 1}, {S_CONST("negative.offset"), -3},
                  {S_CONST("(2,4]"), 1}, {S_CONST("(1,2]"), 4}, {S_CONST("[-4,-2)"), 1},
                  {S_CONST("[-2,-1)"), 3}, {S_CONST("zero.count"), 2});
}

/* Natively they are lost, or a quantile of zeros stands for them. */
static void numbers_without_a_place_are_gauges(void **state)
{
    const char *const odd[] = {"",      "used",  "(",       "]",     "(]",        "(1]",
                               "(1,2)", "[1,2]", "(,2]",    "(x,2]", "(1,2,3]",   "(inf,",
                               ",",     "(-,1]", "[-2,-1)", "scale", "zero.count"};

    (void)state;
    start("otlp_v1", "none");
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        const ilf_metric_value values[] = {{{odd[i], strlen(odd[i])}, 7}, {S_CONST("sum"), 1}};
        char want[128];

        (void)snprintf(want, sizeof(want), "{2{1\"n\" 9{1{4=0 5=1}}} 2{1\"n_%s\" 5{1{4=7}}}}",
                       odd[i]);
        assert_values(want, ILF_METRIC_HISTOGRAM, NULL, values, 2);
        (void)snprintf(want, sizeof(want), "{2{1\"n_%s\" 5{1{4=7}}}}", odd[i]);
        assert_values(want, ILF_METRIC_SUMMARY, NULL, values, 1);
    }
}

static void counts_stay_within_their_bounds(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_metric("{2{1\"n\" 9{1{4=18446744073709551615 6[0 0 18446744073709551615 2] 7[1 2 3]}}}}",
                  ILF_METRIC_HISTOGRAM, NULL, {S_CONST("count"), INFINITY}, {S_CONST("(0,1]"), -1},
                  {S_CONST("(1,2]"), NAN}, {S_CONST("(2,3]"), 0x1p64}, {S_CONST("(3,4]"), 2.9});
    assert_metric("{2{1\"n\" 10{1{1{1\"otlp.metric.histogram.type\" 2{1\"ExponentialHistogram\"}} "
                  "4=0 6=4294967294 8{1=4294967295} 9{}}}}}",
                  ILF_METRIC_HISTOGRAM, &exponential, {S_CONST("scale"), 1e300},
                  {S_CONST("positive.offset"), -1e300}, {S_CONST("negative.offset"), NAN});
}

static void without_a_number_the_point_says_so(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_values("{2{1\"n\" 11{1{4=0 8=1}}}}", ILF_METRIC_SUMMARY, NULL, NULL, 0);
    assert_values("{2{1\"n\" 9{1{4=0 10=1}}}}", ILF_METRIC_HISTOGRAM, NULL, NULL, 0);
    assert_values("{2{1\"n\" 10{1{1{1\"otlp.metric.histogram.type\" 2{1\"ExponentialHistogram\"}} "
                  "4=0 8{} 9{} 10=1}}}}",
                  ILF_METRIC_HISTOGRAM, &exponential, NULL, 0);
}

static void survives_a_lack_of_memory(void **state)
{
    static const char *const metrics[] = {"Metrics"};
    const ilf_metric_value values[] = {{S_CONST("(1,2]"), 3}, {S_CONST("[-2,-1)"), 4}};
    const ilf_metric metric = {.type = ILF_METRIC_HISTOGRAM,
                               .shape = ILF_METRIC_MULTI,
                               .values = values,
                               .n_values = 2,
                               .tags = &exponential,
                               .n_tags = 1};
    const ilf_event event = {.type = ILF_EVENT_METRIC, .as.metric = &metric};
    const ilf_event_group group = {.events = &event, .n_events = 1};

    (void)state;
    requests = metrics;
    convert.protocol = "otlp_v1";
    convert.encoding = "none";
    assert_survives("0+1{1{1{} 2{1{} 2{10{1{1{1\"otlp.metric.histogram.type\" "
                    "2{1\"ExponentialHistogram\"}} 4=0 8{2[3]} 9{2[4]}}}}}}}\n",
                    ilf__format_events(&format, &group, &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(a_summary_has_quantiles_of_which_the_extremes_are_two),
        test_format(a_histogram_has_its_buckets_in_order),
        test_format(a_histogram_tells_what_it_counts_from),
        test_format(an_exponential_histogram_has_two_sides),
        test_format(numbers_without_a_place_are_gauges),
        test_format(counts_stay_within_their_bounds),
        test_format(without_a_number_the_point_says_so),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
