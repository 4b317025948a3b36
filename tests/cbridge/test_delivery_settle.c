/* Tests of cbridge/delivery_settle.c. */
#include "delivery_test.h"

#define FAST "\"Batch\":{\"MaxAge\":0},\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\""

static void answer_retry_once(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    if (s->n_sends > 0)
        return;
    a->result.verdict = ILF_RETRY;
    a->result.retry_after = 100000000;
}

static void waits_as_long_as_the_sink_asks(void **state)
{
    ilf_flusher *f = NULL;

    (void)state;
    sink->answer = answer_retry_once;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    assert_int_equal(2, sink->n_sends);
    assert_int_equal(1, sink->attempts[1]);
    assert_true(sink->sent_at[1] - sink->sent_at[0] >= 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void waits_no_longer_than_max_retry_after(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_retry_once;
    f = test_start_ops(&test_delivered, NULL, "{" FAST ",\"MaxRetryAfter\":\"1ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    assert_true(sink->sent_at[1] - sink->sent_at[0] < 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void a_payload_that_is_throttled_waits_alone(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_retry_once;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Delivery\":{\"Concurrency\":1},"
                       "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    assert_int_equal(4, sink->n_sends);
    assert_string_equal("b c a ", sink->delivered);
    assert_int_equal(1, sink->attempts[3]);
    assert_true(sink->sent_at[3] - sink->sent_at[0] >= 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void but_not_beside_others_of_its_order(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_retry_once;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Delivery\":{\"Order\":\"key\"},"
                       "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "k/a k/b l/c k/d"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 4);
    assert_string_equal("c a b d ", sink->delivered);
    test_stop_with(f, ILF__END_DELIVERED, 4);
}

static void answer_not_now(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
    a->result.code = 429;
    a->result.retry_after = 100000000;
    a->result.reason = S("HTTP 429");
}

/* Those under way when it first says so are no fault of ours. */
static void an_endpoint_that_throttles_all_gets_one_probe_each_time_it_has_asked_for(void **state)
{
    const unsigned burst = 4;
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    ilf_flusher *f;
    int breaker;

    (void)state;
    sink->answer = answer_not_now;
    f = test_start_ops(&test_delivered, &host,
                       "{\"Batch\":{\"MaxRecords\":1},\"Delivery\":{\"Concurrency\":4,"
                       "\"Adaptive\":false},\"Retry\":{\"InitialDelay\":\"1ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d e f g h i j k l m n o p"));
    wait_until(test_sends() == burst + 4);
    (void)ilf__delivery_endpoint(f->delivery, 0, &breaker);
    assert_int_equal(ILF__SHOWN_RESTS, breaker);
    test_set_answer(test_answer_ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 16);
    for (unsigned i = burst; i < burst + 4; i++)
        assert_true(sink->sent_at[i] - sink->sent_at[i - 1] >= 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 16);
    lines.text[lines.len] = '\0';
    assert_non_null(strstr(lines.text,
                           "the sink: most requests must wait (HTTP 429), retrying with "
                           "a probe in 0.1 s: HTTP 429\n"));
    assert_non_null(strstr(lines.text, "the sink: takes requests again\n"));
    assert_null(strstr(lines.text, "circuit"));
}

static void answer_after_a_while(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->after = 2000000;
}

static void what_is_under_way_grows_while_the_sink_takes_it(void **state)
{
    char text[512 * 4];
    size_t len = 0;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_after_a_while;
    for (int i = 0; i < 400; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%d ", i);
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Delivery\":{\"Concurrency\":6}}");
    assert_int_equal(ILF_OK, test_flush(f, text));
    wait_until(test_end(f, ILF__END_DELIVERED) == 400);
    assert_int_equal(6, sink->most_under_way);
    test_stop_with(f, ILF__END_DELIVERED, 400);
}

static void answer_not_now_to_p(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    if (p->bytes.ptr[0] == 'p')
        answer_not_now(s, p, a);
}

static void a_probe_is_made_with_what_was_not_refused_yet(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_not_now_to_p;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Delivery\":{\"Concurrency\":1},"
                       "\"Retry\":{\"InitialDelay\":\"1ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "p1 p2 p3 a b c d"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 4);
    test_set_answer(test_answer_ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 7);
    test_stop_with(f, ILF__END_DELIVERED, 7);
}

static void no_endpoint_gets_a_payload_before_it_wants_it(void **state)
{
    uint64_t last[2] = {0, 0};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_not_now;
    sink->tuning.n_endpoints = 2;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_sends() >= 6);
    test_set_answer(test_answer_ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    assert_int_equal(1, sink->endpoints[1]); /* which is asked at once */
    assert_true(sink->sent_at[1] - sink->sent_at[0] < 100000000);
    for (unsigned i = 0; i < 6; i++) {
        uint64_t *before = &last[sink->endpoints[i]];

        assert_true(sink->sent_at[i] - *before >= 100000000);
        *before = sink->sent_at[i];
    }
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void answer_not_now_to_one_of_five(struct test_sink *s, const ilf_payload *p,
                                          struct test_answer *a)
{
    if (s->n_sends % 5 == 0)
        answer_not_now(s, p, a);
    a->result.retry_after /= 100;
}

static void throttling_of_some_is_no_line_for_each(void **state)
{
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    char text[512 * 4];
    size_t len = 0;
    ilf_flusher *f;
    int n = 0;

    (void)state;
    sink->answer = answer_not_now_to_one_of_five;
    for (int i = 0; i < 400; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%d ", i);
    f = test_start_ops(&test_delivered, &host,
                       "{\"Batch\":{\"MaxRecords\":1},\"Retry\":{\"InitialDelay\":\"1ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, text));
    wait_until(test_end(f, ILF__END_DELIVERED) == 400);
    assert_true(test_count(&f->metrics.retries) >= 80);
    test_stop_with(f, ILF__END_DELIVERED, 400);
    lines.text[lines.len] = '\0';
    for (const char *at = lines.text; (at = strstr(at, "trying again")); at++)
        n++;
    assert_in_range(n, 1, 8); /* one, and others after 1 s, 3 s, 7 s... */
    assert_null(strstr(lines.text, "must wait"));
}

static void answer_only_with_the_second(struct test_sink *s, const ilf_payload *p,
                                        struct test_answer *a)
{
    (void)s;
    if (p->endpoint == 1)
        return;
    a->result.verdict = ILF_RETRY;
    a->result.retry_after = INT64_C(100000000000);
}

static void another_endpoint_takes_them_at_once(void **state)
{
    ilf_flusher *f;
    int breaker;

    (void)state;
    sink->answer = answer_only_with_the_second;
    sink->tuning.n_endpoints = 2;
    f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxRecords\":1}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    (void)ilf__delivery_endpoint(f->delivery, 0, &breaker);
    assert_int_equal(ILF__SHOWN_RESTS, breaker);
    (void)ilf__delivery_endpoint(f->delivery, 1, &breaker);
    assert_int_equal(ILF__SHOWN_WORKS, breaker);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void answer_some_later(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    if (s->n_sends > 0)
        return;
    a->by_record = true;
    for (size_t i = 0; i < p->n_records; i++)
        a->records[i] = i % 2 ? ILF_RETRY : ILF_DELIVERED;
    a->result.retry_after = 100000000;
}

/* What it has taken is more than nothing: only the records that it has not taken wait. */
static void an_endpoint_that_throttles_half_the_records_of_a_payload_does_not_rest(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_some_later;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d"));
    wait_until(test_end(f, ILF__END_DELIVERED) >= 2);
    assert_int_equal(ILF_OK, test_flush(f, "e"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 5);
    assert_string_equal("a c e b d ", sink->delivered);
    assert_true(sink->sent_at[2] - sink->sent_at[0] >= 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 5);
}

static void answer_too_large(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    if (p->n_records > 1 || ilf_str_equal(p->bytes, S("huge")))
        a->result.verdict = ILF_TOO_LARGE;
}

static void splits_down_to_single_records(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_too_large;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "},\"Delivery\":{\"Order\":\"all\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c huge d e"));
    wait_until(test_queued(f) == 0);
    assert_string_equal("a b c d e ", sink->delivered);
    assert_int_equal(1, test_end(f, ILF__END_TOO_LARGE));
    test_stop_with(f, ILF__END_DELIVERED, 5);
}

static void answer_by_body(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    char code[16];

    (void)s;
    (void)snprintf(code, sizeof(code), "%.*s", (int)p->bytes.len, p->bytes.ptr);
    a->result.verdict = ILF_REJECT;
    a->result.code = (int32_t)strtol(code, NULL, 10);
    if (a->result.code == 500 && p->attempt > 0)
        a->result.verdict = ILF_DELIVERED, a->result.code = 0;
}

static void actions_override_verdicts_by_code(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_by_body;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Retry\":{\"InitialDelay\":\"1ms\","
                       "\"Actions\":{\"5xx\":\"retry\",\"404\":\"drop\",\"4xx\":\"split\"}}}");
    assert_int_equal(ILF_OK, test_flush(f, "500 404 413 300"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(1, test_end(f, ILF__END_ACTION));
    assert_int_equal(1, test_end(f, ILF__END_TOO_LARGE));
    assert_int_equal(1, test_end(f, ILF__END_REJECTED));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void answer_in_an_hour_then_take(struct test_sink *s, const ilf_payload *p,
                                        struct test_answer *a)
{
    (void)p;
    a->result.verdict = s->n_sends == 0 ? ILF_RETRY : ILF_DELIVERED;
    a->result.retry_after = 3600 * INT64_C(1000000000);
    a->result.reason = S("busy");
}

static void a_pipeline_that_stops_says_the_pause_that_it_really_makes(void **state)
{
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_in_an_hour_then_take;
    f = test_start_ops(&test_delivered, &host, "{\"Retry\":{\"MaxRetryAfter\":\"1h\"}}");
    ilf_flusher_set_urgent(f, true);
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    test_stop_with(f, ILF__END_DELIVERED, 1);
    lines.text[lines.len] = '\0';
    assert_non_null(strstr(lines.text, "send: busy; trying again in 1.0 s\n"));
}

static void answer_retry(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
    a->result.reason = S("busy");
}

static void gives_up_after_max_retry_times_and_says_what_would_help(void **state)
{
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_retry;
    f = test_start_ops(&test_delivered, &host, "{" FAST ",\"MaxRetryTimes\":2}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(3, sink->n_sends);
    test_stop_with(f, ILF__END_RETRIES, 2);
    lines.text[lines.len] = '\0';
    assert_non_null(strstr(lines.text, "flusher_test: lost 2 records (retries): busy; set "
                                       "DeadLetters.Path to keep such records\n"));
}

static void answer_two_rejected(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    a->result.rejected_events = s->n_sends == 0 ? 2 : 1000;
    a->result.reason = S("partial success: full");
}

static void what_a_sink_rejects_without_saying_which_is_lost_and_not_delivered(void **state)
{
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_two_rejected;
    f = test_start_ops(&test_delivered, &host, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d e"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(3, test_end(f, ILF__END_DELIVERED));
    assert_int_equal(ILF_OK, test_flush(f, "f g"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(4, test_end(f, ILF__END_REJECTED)); /* no more than there were */
    assert_int_equal(2, sink->n_sends);
    test_stop_with(f, ILF__END_DELIVERED, 3);
    lines.text[lines.len] = '\0';
    assert_non_null(strstr(lines.text,
                           "lost 2 of 5 records (rejected), the sink does not say which: "
                           "partial success: full\n"));
}

static void answer_lost_once(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    if (s->n_sends == 0) {
        a->result.verdict = ILF_RETRY;
        a->result.flags = ILF_RESULT_UNANSWERED;
        assert_int_equal(0, p->flags);
    } else {
        assert_int_equal(ILF_PAYLOAD_MAY_REPEAT, p->flags);
    }
}

static void marks_what_may_have_arrived(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_lost_once;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(1, test_count(&ilf__delivery_counts(f->delivery)->repeated));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(waits_as_long_as_the_sink_asks),
        test_with_sink(waits_no_longer_than_max_retry_after),
        test_with_sink(a_payload_that_is_throttled_waits_alone),
        test_with_sink(but_not_beside_others_of_its_order),
        test_with_sink(an_endpoint_that_throttles_all_gets_one_probe_each_time_it_has_asked_for),
        test_with_sink(what_is_under_way_grows_while_the_sink_takes_it),
        test_with_sink(a_probe_is_made_with_what_was_not_refused_yet),
        test_with_sink(no_endpoint_gets_a_payload_before_it_wants_it),
        test_with_sink(throttling_of_some_is_no_line_for_each),
        test_with_sink(another_endpoint_takes_them_at_once),
        test_with_sink(an_endpoint_that_throttles_half_the_records_of_a_payload_does_not_rest),
        test_with_sink(splits_down_to_single_records),
        test_with_sink(actions_override_verdicts_by_code),
        test_with_sink(a_pipeline_that_stops_says_the_pause_that_it_really_makes),
        test_with_sink(gives_up_after_max_retry_times_and_says_what_would_help),
        test_with_sink(what_a_sink_rejects_without_saying_which_is_lost_and_not_delivered),
        test_with_sink(marks_what_may_have_arrived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
