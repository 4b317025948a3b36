/* Tests of flushers/statistics.c. */
#include <ilf_test.h>

#include "sls_logs.pb-c.h"

/* A host whose clock goes only when told. */
static struct clock {
    struct test_log log;
    uint64_t now;
} fake;

static uint64_t now(void *context)
{
    return ((const struct clock *)context)->now;
}

static void log_line(void *context, ilf_level level, ilf_str text)
{
    test_log_line(&((struct clock *)context)->log, level, text);
}

static ilf_flusher *start(const char *config)
{
    const ilf_host host = {
        .struct_size = sizeof(host), .context = &fake, .log = log_line, .now = now};

    fake.now = 1700000000000000000;
    fake.log.len = 0;
    fake.log.text[0] = '\0';
    return test_start("flusher_c_statistics", &host, config);
}

static void flush(ilf_flusher *f, size_t groups, size_t logs, uint64_t bytes)
{
    const ilf_log some[50] = {{.time = 1}};
    ilf_group all[50] = {{.n_logs = 0}};
    const ilf_batch batch = {
        .struct_size = sizeof(batch), .groups = all, .n_groups = groups, .n_bytes = bytes};

    for (size_t i = 0; i < groups; i++)
        all[i] = (ilf_group){.logs = some, .n_logs = logs};
    assert_works(ilf_flusher_flush(f, &batch, &err));
}

static void tells_the_rate_of_each_second(void **state)
{
    ilf_flusher *f = start("{}");

    (void)state;
    flush(f, 2, 5, 1 << 20);
    assert_string_equal("", fake.log.text);
    fake.now += 999999999;
    flush(f, 1, 10, 1 << 19);
    assert_string_equal("", fake.log.text);
    fake.now += 1;
    flush(f, 0, 0, 0);
    assert_string_equal("1 statistics: current rate(MB): 1.500, log tps: 20.0, loggroup tps: 3.0\n",
                        fake.log.text);
    fake.now += 4000000000;
    flush(f, 2, 1, 3 << 18);
    assert_string_equal("1 statistics: current rate(MB): 1.500, log tps: 20.0, loggroup tps: 3.0\n"
                        "1 statistics: current rate(MB): 0.188, log tps: 0.5, loggroup tps: 0.5\n",
                        fake.log.text);
    ilf_flusher_free(f);
}

static void tells_nothing_without_data(void **state)
{
    ilf_flusher *f = start("{}");

    (void)state;
    fake.now += 60000000000;
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_stop(f, &err));
    assert_string_equal("", fake.log.text);
    ilf_flusher_free(f);
}

static void tells_as_often_as_configured(void **state)
{
    ilf_flusher *f = start("{\"RateIntervalMs\":50}");

    (void)state;
    fake.now += 49999999;
    flush(f, 1, 1, 0);
    assert_string_equal("", fake.log.text);
    fake.now += 1;
    flush(f, 1, 1, 0);
    assert_string_equal(
        "1 statistics: current rate(MB): 0.000, log tps: 40.0, loggroup tps: 40.0\n",
        fake.log.text);
    ilf_flusher_free(f);
}

static void takes_an_interval_of_zero_for_a_second(void **state)
{
    ilf_flusher *f = start("{\"RateIntervalMs\":0}");

    (void)state;
    flush(f, 1, 1, 0);
    fake.now += 999999999;
    flush(f, 1, 1, 0);
    assert_string_equal("", fake.log.text);
    fake.now += 1;
    flush(f, 1, 1, 0);
    assert_string_equal("1 statistics: current rate(MB): 0.000, log tps: 3.0, loggroup tps: 3.0\n",
                        fake.log.text);
    ilf_flusher_free(f);
}

static void begins_anew_when_the_clock_is_set_back(void **state)
{
    ilf_flusher *f = start("{}");

    (void)state;
    fake.now -= 3600000000000;
    flush(f, 1, 1, 0);
    fake.now += 999999999;
    flush(f, 1, 1, 0);
    assert_string_equal("", fake.log.text);
    fake.now += 1;
    flush(f, 1, 1, 0);
    assert_string_equal("1 statistics: current rate(MB): 0.000, log tps: 3.0, loggroup tps: 3.0\n",
                        fake.log.text);
    ilf_flusher_free(f);
}

static void counts_events_too(void **state)
{
    ilf_flusher *f = start("{\"GeneratePB\":true}");
    const ilf_event events[3] = {{.type = 99}, {.type = 99}, {.type = 99}};
    const ilf_event_group groups[] = {{.events = events, .n_events = 3}, {.n_events = 0}};
    const ilf_event_batch batch = {
        .struct_size = sizeof(batch), .groups = groups, .n_groups = 2, .n_bytes = 1 << 20};

    (void)state;
    fake.now += 1000000000;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_string_equal("1 statistics: current rate(MB): 1.000, log tps: 3.0, loggroup tps: 2.0\n",
                        fake.log.text);
    ilf_flusher_free(f);
}

/* --- Bytes as protobuf -------------------------------------------------------------------------
 */

static ProtobufCBinaryData bin(ilf_str str)
{
    return (ProtobufCBinaryData){str.len, (uint8_t *)str.ptr};
}

/* The bytes that protobuf-c needs for @group. */
static size_t packed_size(const ilf_group *group)
{
    SlsLogs__LogGroup pb = SLS_LOGS__LOG_GROUP__INIT;
    size_t size;

    pb.has_category = pb.has_topic = pb.has_source = pb.has_machineuuid = 1;
    pb.category = bin(group->category);
    pb.topic = bin(group->topic);
    pb.source = bin(group->source);
    pb.machineuuid = bin(group->machine_uuid);
    pb.n_logs = group->n_logs;
    pb.logs = calloc(group->n_logs + 1, sizeof(*pb.logs));
    for (size_t l = 0; l < group->n_logs; l++) {
        const ilf_log *log = &group->logs[l];
        SlsLogs__Log *out = malloc(sizeof(*out));

        sls_logs__log__init(out);
        out->time = log->time;
        out->has_time_ns = (log->flags & ILF_LOG_HAS_TIME_NS) != 0;
        out->time_ns = log->time_ns;
        out->n_contents = log->n_contents;
        out->contents = calloc(log->n_contents + 1, sizeof(*out->contents));
        for (size_t i = 0; i < log->n_contents; i++) {
            out->contents[i] = malloc(sizeof(*out->contents[i]));
            sls_logs__log__content__init(out->contents[i]);
            out->contents[i]->key = bin(log->contents[i].key);
            out->contents[i]->value = bin(log->contents[i].value);
        }
        out->n_values = log->n_values;
        out->values = calloc(log->n_values + 1, sizeof(*out->values));
        for (size_t i = 0; i < log->n_values; i++)
            out->values[i] = bin(log->values[i]);
        pb.logs[l] = out;
    }
    pb.n_logtags = group->n_tags;
    pb.logtags = calloc(group->n_tags + 1, sizeof(*pb.logtags));
    for (size_t i = 0; i < group->n_tags; i++) {
        pb.logtags[i] = malloc(sizeof(*pb.logtags[i]));
        sls_logs__log_tag__init(pb.logtags[i]);
        pb.logtags[i]->key = bin(group->tags[i].key);
        pb.logtags[i]->value = bin(group->tags[i].value);
    }
    size = sls_logs__log_group__get_packed_size(&pb);
    for (size_t l = 0; l < pb.n_logs; l++) {
        for (size_t i = 0; i < pb.logs[l]->n_contents; i++)
            free(pb.logs[l]->contents[i]);
        free(pb.logs[l]->contents);
        free(pb.logs[l]->values);
        free(pb.logs[l]);
    }
    free(pb.logs);
    for (size_t i = 0; i < pb.n_logtags; i++)
        free(pb.logtags[i]);
    free(pb.logtags);
    return size;
}

/* Fail unless the flusher counts for @group what protobuf-c does. The log tells MB of three digits,
 * so the group is flushed 4096 times within a 256th of a second: then each byte is one MB. */
static void counts_as_protobuf_c_does(const ilf_group *group)
{
    ilf_flusher *f = start("{\"GeneratePB\":true,\"RateIntervalMs\":3}");
    const ilf_batch batch = {
        .struct_size = sizeof(batch), .groups = group, .n_groups = 1, .n_bytes = 12345};
    char want[64];

    for (int i = 0; i < 4096; i++) {
        if (i == 4095)
            fake.now += 3906250;
        assert_works(ilf_flusher_flush(f, &batch, &err));
    }
    (void)snprintf(want, sizeof(want), "1 statistics: current rate(MB): %zu.000,",
                   packed_size(group));
    fake.log.text[strlen(want)] = '\0';
    assert_string_equal(want, fake.log.text);
    ilf_flusher_free(f);
}

static void counts_bytes_as_protobuf_takes_them(void **state)
{
    static const size_t lengths[] = {0, 1, 100, 127, 128, 16383, 16384, 2097151, 2097152};
    char *bytes = calloc(1, 2097152);

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const ilf_str str = {bytes, lengths[i]};
        const ilf_kv kvs[] = {{str, S("v")}, {S("k"), str}, {S(""), S("")}};
        const ilf_log logs[] = {
            {.time = 0, .contents = kvs, .n_contents = 3},
            {.time = 1700000000, .time_ns = 5, .flags = ILF_LOG_HAS_TIME_NS},
            {.time = UINT32_MAX, .flags = ILF_LOG_HAS_TIME_NS, .values = &str, .n_values = 1}};
        const ilf_group group = {.category = str,
                                 .topic = S("t"),
                                 .source = str,
                                 .logs = logs,
                                 .n_logs = 3,
                                 .tags = kvs,
                                 .n_tags = 2};

        counts_as_protobuf_c_does(&group);
    }
    free(bytes);
}

static void sleeps_for_each_group(void **state)
{
    ilf_flusher *f = start("{\"SleepMsPerLogGroup\":2}");
    uint64_t started = ilf__monotonic();

    (void)state;
    flush(f, 3, 1, 0);
    assert_true(ilf__monotonic() - started >= 6000000);
    ilf_flusher_free(f);
}

static void refuses_numbers_out_of_range(void **state)
{
    static const char *const configs[] = {"{\"RateIntervalMs\":-1}",
                                          "{\"RateIntervalMs\":86400001}",
                                          "{\"SleepMsPerLogGroup\":-1}", "{\"GeneratePB\":1}"};
    ilf_flusher *f = ilf_flusher_new("flusher_c_statistics", NULL, NULL);

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(ILF_ERR_CONFIG,
                         ilf_flusher_configure(f, configs[i], strlen(configs[i]), NULL));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_rate_of_each_second),
        cmocka_unit_test(tells_nothing_without_data),
        cmocka_unit_test(tells_as_often_as_configured),
        cmocka_unit_test(takes_an_interval_of_zero_for_a_second),
        cmocka_unit_test(begins_anew_when_the_clock_is_set_back),
        cmocka_unit_test(counts_events_too),
        cmocka_unit_test(counts_bytes_as_protobuf_takes_them),
        cmocka_unit_test(sleeps_for_each_group),
        cmocka_unit_test(refuses_numbers_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
