/* Tests of cbridge/delivery_metrics.c. */
#include "delivery_test.h"

static char page[1 << 17];

static void scrape(void)
{
    assert_true(ilf_metrics(page, sizeof(page)) < sizeof(page));
}

static void assert_shows(const char *text)
{
    if (!strstr(page, text))
        fail_msg("no \"%s\" in:\n%s", text, page);
}

/* The value behind the labels of the first series that begins with @start and has @label. */
static double value_of(const char *start, const char *label)
{
    for (char *line = page; line; line = strchr(line, '\n')) {
        char *end;

        line += *line == '\n';
        end = strchr(line, '\n');
        if (strncmp(line, start, strlen(start)) == 0) {
            char *at = strstr(line, label), *number = strstr(line, "} ");

            if (at && at < end && number && number < end)
                return strtod(number + 2, NULL);
        }
        if (!*line)
            break;
    }
    fail_msg("no %s with %s in:\n%s", start, label, page);
    return 0;
}

static void answer_never(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    a->never = s->n_sends > 0;
    a->result.wire_bytes = 1;
}

static void shows_what_is_queued_sent_and_delivered(void **state)
{
    static const char *const names[] = {"http://a\"b", "two"};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    sink->tuning.n_endpoints = 2;
    sink->tuning.endpoints = names;
    f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":0},\"StopTimeout\":\"1ms\"}");
    assert_int_equal(ILF_OK, test_flush(f, "abc def"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    assert_int_equal(ILF_OK, test_flush(f, "x y z"));
    wait_until(test_sends() == 2);
    usleep(1000);
    scrape();
    assert_true(value_of("ilf_queue_records{", "flusher_test") == 3);
    assert_true(value_of("ilf_queue_payloads{", "") == 1);
    assert_true(value_of("ilf_queue_bytes{", "") > 3);
    assert_true(value_of("ilf_queue_age_seconds{", "") > 0);
    assert_true(value_of("ilf_in_flight{", "") == 1);
    assert_true(value_of("ilf_concurrency_limit{", "") == 2);
    assert_true(value_of("ilf_bytes_delivered_total{", "") == 6);
    assert_true(value_of("ilf_wire_bytes_total{", "") == 1);
    assert_true(value_of("ilf_breaker_state{", "endpoint=\"http://a\\\"b\"") == 0);
    assert_true(value_of("ilf_breaker_state{", "endpoint=\"two\"") == 0);
    assert_true(value_of("ilf_send_duration_seconds_bucket{", "le=\"+Inf\"") == 1);
    assert_true(value_of("ilf_send_duration_seconds_count{", "") == 1);
    assert_true(value_of("ilf_records_dropped_total{", "reason=\"queue_full\"") == 0);
    assert_shows("# TYPE ilf_send_duration_seconds histogram\n");
    assert_shows("# TYPE ilf_queue_records gauge\n");
    assert_null(strstr(page, "ilf_spool_bytes")); /* it has none */
    test_stop_with(f, ILF__END_STOPPED, 3);
}

static void shows_the_spool_of_those_that_have_one(void **state)
{
    char config[512];
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    (void)snprintf(config, sizeof(config), "{\"StopTimeout\":\"1ms\",\"Spool\":{\"Path\":\"%s\"}}",
                   test_path("spool"));
    f = test_start_ops(&test_delivered, NULL, config);
    sink->n_sends = 1;
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    usleep(2000);
    scrape();
    assert_true(value_of("ilf_spool_records{", "") == 2);
    assert_true(value_of("ilf_spool_payloads{", "") == 1);
    assert_true(value_of("ilf_spool_bytes{", "") > 0);
    assert_true(value_of("ilf_spool_age_seconds{", "") > 0);
    assert_true(value_of("ilf_records_spooled_total{", "") == 2);
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void each_family_comes_once_and_together(void **state)
{
    ilf_flusher *direct = test_start("flusher_c_null", NULL, "{}");
    ilf_flusher *a = test_start_ops(&test_delivered, NULL, "{}");
    ilf_flusher *b = test_start_ops(&test_delivered, NULL, "{}");
    char seen[200][64], family[64];
    size_t n = 0;

    (void)state;
    scrape();
    for (char *p = strstr(page, "# TYPE "); p; p = strstr(p + 1, "# TYPE ")) {
        assert_int_equal(1, sscanf(p, "# TYPE %63s", family));
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(seen[i], family);
        strcpy(seen[n++], family);
        for (char *line = strchr(p, '\n') + 1; *line && *line != '#'; line = strchr(line, '\n') + 1)
            if (strncmp(line, family, strlen(family)) != 0)
                fail_msg("not of %s: %.100s", family, line);
    }
    assert_true(n > 20);
    ilf_flusher_free(a);
    ilf_flusher_free(b);
    ilf_flusher_free(direct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(shows_what_is_queued_sent_and_delivered),
        test_with_sink(shows_the_spool_of_those_that_have_one),
        test_with_sink(each_family_comes_once_and_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
