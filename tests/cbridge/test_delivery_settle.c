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

/* The others too, whichever is sent first. */
static void an_endpoint_that_asks_for_time_gets_no_other_payload(void **state)
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
    assert_true(sink->sent_at[1] - sink->sent_at[0] >= 100000000);
    test_stop_with(f, ILF__END_DELIVERED, 3);
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

static void likewise_when_it_has_taken_some_records(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_some_later;
    f = test_start_ops(&test_delivered, NULL, "{" FAST "}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d"));
    wait_until(test_end(f, ILF__END_DELIVERED) >= 2);
    assert_int_equal(ILF_OK, test_flush(f, "e"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 5);
    assert_true(sink->sent_at[1] - sink->sent_at[0] >= 100000000);
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
        test_with_sink(an_endpoint_that_asks_for_time_gets_no_other_payload),
        test_with_sink(another_endpoint_takes_them_at_once),
        test_with_sink(likewise_when_it_has_taken_some_records),
        test_with_sink(splits_down_to_single_records),
        test_with_sink(actions_override_verdicts_by_code),
        test_with_sink(gives_up_after_max_retry_times_and_says_what_would_help),
        test_with_sink(marks_what_may_have_arrived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
