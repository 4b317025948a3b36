/* Tests of flushers/null.c. */
#include <ilf_test.h>

static void takes_logs_and_events(void **state)
{
    ilf_flusher *f = test_start("flusher_c_null", NULL, "{}");
    const ilf_log_event log = {.timestamp = 1};
    const ilf_event events[] = {{.type = ILF_EVENT_LOG, .as.log = &log}, {.type = 99}};
    const ilf_event_group group = {.events = events, .n_events = 2};
    const ilf_event_batch batch = {
        .struct_size = sizeof(batch), .groups = &group, .n_groups = 1, .n_bytes = 30};
    struct test_batch data;

    (void)state;
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("value")), &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_int_equal(3, test_count(&f->metrics.flushes));
    assert_int_equal(3, test_count(&f->metrics.records));
    assert_int_equal(3, test_count(&f->metrics.delivered));
    assert_int_equal(36, test_count(&f->metrics.bytes));
    assert_int_equal(0, test_count(&f->metrics.unconvertible));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
}

static void logs_nothing(void **state)
{
    static struct test_log log;
    const ilf_host host = test_host(&log);
    ilf_flusher *f = test_start("flusher_c_null", &host, "{}");
    struct test_batch data;

    (void)state;
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("value")), &err));
    ilf_flusher_free(f);
    assert_string_equal("", log.text);
}

static void has_no_options_of_its_own(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_null", NULL, NULL);

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_configure(f, "{\"Path\":\"x\"}", 12, NULL));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_logs_and_events),
        cmocka_unit_test(logs_nothing),
        cmocka_unit_test(has_no_options_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
