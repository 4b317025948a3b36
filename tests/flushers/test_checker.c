/* Tests of flushers/checker.c. */
#include <ilf_test.h>

static ilf_flusher *start(const char *config)
{
    return test_start("flusher_c_checker", NULL, config);
}

/* Flush one log with the contents @kvs. */
static void flush(ilf_flusher *f, const ilf_kv *kvs, size_t n)
{
    const ilf_log log = {.time = 1, .contents = kvs, .n_contents = n};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    assert_works(ilf_flusher_flush(f, &batch, &err));
}

#define FLUSH(f, ...)                                                                              \
    flush(f, (const ilf_kv[]){__VA_ARGS__}, sizeof((ilf_kv[]){__VA_ARGS__}) / sizeof(ilf_kv))

static void passes(ilf_flusher *f)
{
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
}

static void misses(ilf_flusher *f, const char *what)
{
    assert_fails(ILF_ERR_DROP, what, ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
}

static void expects_nothing_by_default(void **state)
{
    ilf_flusher *f = start("{}");

    (void)state;
    FLUSH(f, {S("k"), S("v")});
    passes(f);
    passes(start("{}"));
}

static void counts_records(void **state)
{
    ilf_flusher *f = start("{\"LogCount\":2}");

    (void)state;
    FLUSH(f, {S("k"), S("v")});
    flush(f, NULL, 0);
    passes(f);
    misses(start("{\"LogCount\":2}"), "LogCount: want 2 records, got 0");
    passes(start("{\"LogCount\":0}"));
    f = start("{\"LogCount\":0}");
    flush(f, NULL, 0);
    misses(f, "LogCount: want 0 records, got 1");
}

static void blocks_until_the_pipeline_stops_when_asked(void **state)
{
    ilf_flusher *f = start("{\"Block\":true,\"LogCount\":1}");

    (void)state;
    assert_false(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_set_urgent(f, false);
    assert_true(ilf_flusher_is_ready(f, NULL));
    flush(f, NULL, 0);
    passes(f);
}

static void shows_how_many_it_has_checked(void **state)
{
    ilf_flusher *f = start("{}");
    ilf_counter *counter = f->host.counter(f, "checker_records_total", "");

    (void)state;
    flush(f, NULL, 0);
    flush(f, NULL, 0);
    assert_int_equal(2, test_count(&counter->value));
    assert_string_equal("Records that were checked.", counter->help);
    passes(f);
}

static void wants_a_value_of_some_record(void **state)
{
    static const char config[] = "{\"AnyKeyValue\":{\"a\":\"1\",\"b\":\"2\"}}";
    ilf_flusher *f = start(config);

    (void)state;
    FLUSH(f, {S("a"), S("1")});
    FLUSH(f, {S("b"), S("1")}, {S("b"), S("2")});
    FLUSH(f, {S("c"), S("3")});
    passes(f);
    f = start(config);
    FLUSH(f, {S("b"), S("2")}, {S("A"), S("1")}, {S("a"), S("1\0")}, {S("a"), S("")});
    misses(f, "AnyKeyValue: no record has 'a' with '1'");
    f = start(config);
    FLUSH(f, {S("a"), S("1")});
    misses(f, "AnyKeyValue: no record has 'b' with '2'");
}

static void wants_a_match_of_some_record(void **state)
{
    static const char config[] = "{\"AnyKeyRegex\":{\"url\":\"^/(a|b)+$\"}}";
    ilf_flusher *f = start(config);

    (void)state;
    FLUSH(f, {S("url"), S("/c")});
    FLUSH(f, {S("url"), S("/abba")});
    FLUSH(f, {S("url"), S("/c")});
    passes(f);
    f = start(config);
    FLUSH(f, {S("url"), S("/abc")}, {S("uri"), S("/a")}, {S("url"), (ilf_str){NULL, 0}});
    misses(f, "AnyKeyRegex: no record has 'url' matching '^/(a|b)+$'");
}

static void matches_no_more_than_4095_bytes_of_a_value(void **state)
{
    ilf_flusher *f = start("{\"AnyKeyRegex\":{\"k\":\"b\"}}");
    char value[5000];

    (void)state;
    memset(value, 'a', sizeof(value));
    value[4095] = 'b';
    FLUSH(f, {S("k"), (ilf_str){value, sizeof(value)}});
    misses(f, "AnyKeyRegex: no record has 'k' matching 'b'");
    f = start("{\"AnyKeyRegex\":{\"k\":\"b\"}}");
    value[4094] = 'b';
    FLUSH(f, {S("k"), (ilf_str){value, sizeof(value)}});
    passes(f);
}

static void refuses_an_expression_that_is_none(void **state)
{
    static const char config[] = "{\"AnyKeyRegex\":{\"good\":\"a\",\"bad\":\"(\"}}";
    ilf_flusher *f = ilf_flusher_new("flusher_c_checker", NULL, NULL);
    ilf_error err = {""};

    (void)state;
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
    assert_memory_equal("AnyKeyRegex.bad: '(': ", err.text, 22); /* then the C library's words */
    assert_true(strlen(err.text) > 22);
    ilf_flusher_free(f);
}

static void wants_a_value_of_every_record(void **state)
{
    static const char config[] = "{\"EveryKeyValue\":{\"a\":\"1\",\"b\":\"2\"}}";
    ilf_flusher *f = start(config);

    (void)state;
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("2")});
    FLUSH(f, {S("b"), S("2")}, {S("x"), S("y")}, {S("a"), S("1")}, {S("a"), S("2")});
    passes(f);
    passes(start(config));
    f = start(config);
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("2")});
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("1")});
    FLUSH(f, {S("a"), S("1")});
    misses(f, "EveryKeyValue: record 2 has not 'b' with '2'");
}

static void wants_a_key_of_every_record(void **state)
{
    static const char config[] = "{\"EveryKey\":[\"a\",\"b\"]}";
    ilf_flusher *f = start(config);

    (void)state;
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("")});
    FLUSH(f, {S("b"), S("2")}, {S("a"), S("")});
    passes(f);
    f = start(config);
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("")});
    FLUSH(f, {S("a"), S("1")}, {S("b"), S("")});
    flush(f, NULL, 0);
    misses(f, "EveryKey: record 3 has not 'a'");
}

static void tells_of_the_first_option_only(void **state)
{
    ilf_flusher *f = start("{\"EveryKey\":[\"k\"],\"EveryKeyValue\":{\"k\":\"v\"},\"AnyKeyRegex\":"
                           "{\"k\":\"r\"},\"AnyKeyValue\":{\"k\":\"v\"},\"LogCount\":5}");

    (void)state;
    flush(f, NULL, 0);
    misses(f, "LogCount: want 5 records, got 1");
    f = start(
        "{\"EveryKey\":[\"k\"],\"EveryKeyValue\":{\"k\":\"v\"},\"AnyKeyRegex\":{\"k\":\"r\"}}");
    flush(f, NULL, 0);
    misses(f, "AnyKeyRegex: no record has 'k' matching 'r'");
    f = start("{\"EveryKey\":[\"k\"],\"EveryKeyValue\":{\"k\":\"v\"}}");
    flush(f, NULL, 0);
    misses(f, "EveryKeyValue: record 1 has not 'k' with 'v'");
}

static void checks_the_text_of_log_events(void **state)
{
    const ilf_field contents[] = {
        {S("a"), {.type = ILF_VALUE_STRING, .as.str = S("1")}},
        {S("b"), {.type = ILF_VALUE_BYTES, .as.str = S("2")}},
        {S("n"), {.type = ILF_VALUE_INT, .bits = 64, .as.i = 3}},
    };
    const ilf_log_event log = {.contents = contents, .n_contents = 3};
    const ilf_metric metric = {.name = S("m")};
    const ilf_event events[] = {{.type = ILF_EVENT_LOG, .as.log = &log},
                                {.type = ILF_EVENT_METRIC, .as.metric = &metric}};
    const ilf_event_group group = {.events = events, .n_events = 2};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    ilf_flusher *f = start("{\"LogCount\":2,\"AnyKeyValue\":{\"a\":\"1\",\"b\":\"2\"}}");

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_int_equal(2, test_count(&f->host.counter(f, "checker_records_total", "")->value));
    passes(f);
    f = start("{\"AnyKeyValue\":{\"n\":\"3\"}}");
    assert_works(ilf_flusher_export(f, &batch, &err));
    misses(f, "AnyKeyValue: no record has 'n' with '3'");
    f = start("{\"EveryKey\":[\"a\"]}");
    assert_works(ilf_flusher_export(f, &batch, &err));
    misses(f, "EveryKey: record 2 has not 'a'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expects_nothing_by_default),
        cmocka_unit_test(counts_records),
        cmocka_unit_test(blocks_until_the_pipeline_stops_when_asked),
        cmocka_unit_test(shows_how_many_it_has_checked),
        cmocka_unit_test(wants_a_value_of_some_record),
        cmocka_unit_test(wants_a_match_of_some_record),
        cmocka_unit_test(matches_no_more_than_4095_bytes_of_a_value),
        cmocka_unit_test(refuses_an_expression_that_is_none),
        cmocka_unit_test(wants_a_value_of_every_record),
        cmocka_unit_test(wants_a_key_of_every_record),
        cmocka_unit_test(tells_of_the_first_option_only),
        cmocka_unit_test(checks_the_text_of_log_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
