/* Tests of cbridge/delivery_thread.c. */
#include "delivery_test.h"

static void answer_slowly(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->after = 3000000;
}

static void sends_no_more_at_once_than_allowed(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_slowly;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},"
                       "\"Delivery\":{\"Concurrency\":3,\"Adaptive\":false}}");
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3 4 5 6 7 8 9"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(3, sink->most_under_way);
    test_stop_with(f, ILF__END_DELIVERED, 9);
}

static void answer_unsteadily(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    uint64_t *random = s->script;

    (void)p;
    a->after = 1 + test_random(random) % 500000;
    if (test_random(random) % 3 == 0)
        a->result.verdict = ILF_RETRY;
    else if (test_random(random) % 5 == 0)
        a->result.verdict = ILF_TOO_LARGE;
}

/* Flush 300 numbers with 10 keys and check that numbers of a key came in order. */
static void check_order_with(const char *order, size_t keys,
                             void (*answer)(struct test_sink *, const ilf_payload *,
                                            struct test_answer *))
{
    uint64_t random = 42;
    char config[512], text[8192] = "";
    unsigned long newest[10] = {0};
    size_t n = 0;
    ilf_flusher *f;

    sink->script = &random;
    sink->answer = answer;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxRecords\":3},\"Breaker\":{\"Failures\":0},"
                   "\"Delivery\":{\"Concurrency\":8,\"Order\":\"%s\",\"Adaptive\":false},"
                   "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"}}",
                   order);
    f = test_start_ops(&test_delivered, NULL, config);
    for (unsigned i = 1; i <= 300; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u/%u ", i % 10, i);
    assert_int_equal(ILF_OK, test_flush(f, text));
    ilf_flusher_set_urgent(f, true);
    wait_until(test_queued(f) == 0);
    for (char *p = sink->delivered; *p; p = strchr(p, ' ') + 1, n++) {
        unsigned long id = strtoul(p, NULL, 10);

        assert_true(newest[id % keys] < id);
        newest[id % keys] = id;
    }
    assert_true(n + test_end(f, ILF__END_TOO_LARGE) == 300);
    test_stop_with(f, ILF__END_DELIVERED, n);
}

static void keeps_the_order_of_a_key_through_retries_and_splits(void **state)
{
    (void)state;
    check_order_with("key", 10, answer_unsteadily);
    assert_true(sink->most_under_way > 1);
}

static void keeps_the_order_of_all(void **state)
{
    (void)state;
    check_order_with("all", 1, answer_unsteadily);
    assert_int_equal(1, sink->most_under_way);
}

/* A client that keeps order: once a send fails, so does all that is sent before it has ended. */
static void answer_in_order(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    static const uint64_t LATENCY = 500000;
    uint64_t *random = s->script;
    bool broken = s->under_way > 0 && s->sends->answer.result.verdict == ILF_RETRY;

    (void)p;
    a->after = LATENCY;
    if (broken || test_random(random) % 8 == 0)
        a->result.verdict = ILF_RETRY;
}

static void keeps_order_with_payloads_in_flight_when_the_client_does(void **state)
{
    (void)state;
    sink->tuning.keeps_order = true;
    check_order_with("all", 1, answer_in_order);
    assert_true(sink->most_under_way > 1);
}

static void sends_a_record_when_it_has_waited_for_max_age(void **state)
{
    uint64_t begun = ilf__monotonic();
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":\"50ms\"}}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    assert_true(sink->sent_at[0] - begun >= 50000000);
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void sends_no_faster_than_the_rate(void **state)
{
    ilf_flusher *f = test_start_ops(
        &test_delivered, NULL, "{\"Batch\":{\"MaxRecords\":10},\"RateLimit\":{\"Records\":100}}");
    char text[1024] = "";

    (void)state;
    for (int i = 0; i < 130; i++) /* a second's worth goes at once, and 20 more take 0.2 s */
        strcat(text, "x ");
    assert_int_equal(ILF_OK, test_flush(f, text));
    wait_until(test_end(f, ILF__END_DELIVERED) == 130);
    assert_true(sink->sent_at[12] - sink->sent_at[0] >= 150000000);
    test_stop_with(f, ILF__END_DELIVERED, 130);
}

static void answer_first_endpoint_down(struct test_sink *s, const ilf_payload *p,
                                       struct test_answer *a)
{
    bool *down = s->script;

    if (*down && p->endpoint == 0) {
        a->result.verdict = ILF_RETRY;
        a->result.flags = ILF_RESULT_UNREACHED;
        a->result.reason = S("refused");
    }
}

static void goes_to_the_next_endpoint_and_comes_back(void **state)
{
    static const char *const names[] = {"one", "two"};
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    bool down = true;
    ilf_flusher *f;

    (void)state;
    sink->script = &down;
    sink->answer = answer_first_endpoint_down;
    sink->tuning.n_endpoints = 2;
    sink->tuning.endpoints = names;
    f = test_start_ops(&test_delivered, &host,
                       "{\"Batch\":{\"MaxAge\":0},\"Retry\":{\"InitialDelay\":\"1ms\"},"
                       "\"Breaker\":{\"Failures\":2,\"OpenTime\":\"100ms\"}}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    pthread_mutex_lock(&sink->lock);
    assert_int_equal(1, sink->endpoints[sink->n_sends - 1]);
    down = false;
    pthread_mutex_unlock(&sink->lock);
    usleep(120000);
    assert_int_equal(ILF_OK, test_flush(f, "b"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 4);
    assert_int_equal(0, sink->endpoints[sink->n_sends - 1]);
    test_stop_with(f, ILF__END_DELIVERED, 4);
    lines.text[lines.len] = '\0';
    assert_non_null(strstr(lines.text, "one: circuit open after 2 failures, retrying with a "
                                       "probe in 0.1 s: refused\n"));
    assert_non_null(strstr(lines.text, "one: circuit closed\n"));
}

static void all_waits_while_no_endpoint_works(void **state)
{
    bool down = true;
    ilf_flusher *f;

    (void)state;
    sink->script = &down;
    sink->answer = answer_first_endpoint_down;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxRecords\":1},\"Retry\":{\"InitialDelay\":\"1ms\"},"
                       "\"Breaker\":{\"Failures\":1,\"OpenTime\":\"1h\",\"MaxOpenTime\":\"1h\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d"));
    wait_until(test_sends() > 0);
    usleep(30000);
    assert_true(test_sends() <= 2); /* those that were under way when it opened */
    assert_int_equal(4, test_queued(f));
    pthread_mutex_lock(&sink->lock);
    down = false;
    pthread_mutex_unlock(&sink->lock);
    ilf_flusher_set_urgent(f, true); /* probes at once */
    wait_until(test_end(f, ILF__END_DELIVERED) == 4);
    test_stop_with(f, ILF__END_DELIVERED, 4);
}

static void answer_later(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    a->result.verdict = s->n_sends == 0 ? ILF_RETRY : ILF_DELIVERED;
    a->result.retry_after = 3600 * INT64_C(1000000000);
}

static void set_urgent_ends_pauses(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_later;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxAge\":0},\"Retry\":{\"MaxRetryAfter\":\"1h\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_sends() == 1);
    usleep(10000);
    ilf_flusher_set_urgent(f, true);
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void answer_busy(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
}

static void buries_what_is_older_than_max_age(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxAge\":0},\"Retry\":{\"MaxAge\":\"30ms\","
                       "\"InitialDelay\":\"1ms\",\"MaxDelay\":\"5ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(2, test_end(f, ILF__END_EXPIRED));
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void a_spool_that_is_removed_is_made_again_though_nothing_happens(void **state)
{
    char config[512];
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    (void)snprintf(config, sizeof(config), "{\"StopTimeout\":0,\"Spool\":{\"Path\":\"%s\"}}",
                   test_path("s"));
    f = test_start_ops(&test_delivered, NULL, config);
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
    test_remove(test_path("s"));
    wait_until(access(test_path("s/data.mdb"), F_OK) == 0);
    ilf_flusher_free(f);
    sink->answer = test_answer_ok;
    f = test_start_ops(&test_delivered, NULL, config);
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

/* --- A flusher with a loop of its own ---------------------------------------------------------- */

struct polled {
    const ilf_host *host;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool woken;
    const ilf_payload *sends[64];
    size_t n;
};

static ilf_status polled_init(void *self, const ilf_host *host, ilf_error *err)
{
    struct polled *p = self;

    (void)err;
    p->host = host;
    pthread_mutex_init(&p->lock, NULL);
    ilf__init_wake(&p->cond);
    return ILF_OK;
}

static void polled_send(void *self, const ilf_payload *payload)
{
    struct polled *p = self;

    p->sends[p->n++] = payload;
}

static void polled_poll(void *self, int64_t timeout)
{
    struct polled *p = self;
    const ilf_result ok = {.struct_size = sizeof(ok)};

    pthread_mutex_lock(&p->lock);
    while (p->n == 0 && timeout < 0 && !p->woken)
        pthread_cond_wait(&p->cond, &p->lock);
    p->woken = false;
    pthread_mutex_unlock(&p->lock);
    while (p->n > 0) {
        test_take(sink, p->sends[--p->n], &(const struct test_answer){0});
        p->host->complete(p->host->context, p->sends[p->n], &ok);
    }
}

static void polled_wake(void *self)
{
    struct polled *p = self;

    pthread_mutex_lock(&p->lock);
    p->woken = true;
    pthread_cond_signal(&p->cond);
    pthread_mutex_unlock(&p->lock);
}

static ilf_status polled_stop(void *self, ilf_error *err)
{
    struct polled *p = self;

    (void)err;
    pthread_cond_destroy(&p->cond);
    pthread_mutex_destroy(&p->lock);
    return ILF_OK;
}

static void runs_the_loop_of_a_flusher(void **state)
{
    ilf_flusher_ops ops = test_delivered;
    ilf_flusher *f;

    (void)state;
    ops.instance_size = sizeof(struct polled);
    ops.init = polled_init;
    ops.send = polled_send;
    ops.poll = polled_poll;
    ops.wake = polled_wake;
    ops.cancel = NULL;
    ops.stop = polled_stop;
    f = test_start_ops(&ops, NULL, "{\"Batch\":{\"MaxAge\":0}}");
    for (int i = 0; i < 100; i++)
        assert_int_equal(ILF_OK, test_flush(f, "a b"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 200);
    test_stop_with(f, ILF__END_DELIVERED, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(sends_no_more_at_once_than_allowed),
        test_with_sink(keeps_the_order_of_a_key_through_retries_and_splits),
        test_with_sink(keeps_the_order_of_all),
        test_with_sink(keeps_order_with_payloads_in_flight_when_the_client_does),
        test_with_sink(sends_a_record_when_it_has_waited_for_max_age),
        test_with_sink(sends_no_faster_than_the_rate),
        test_with_sink(goes_to_the_next_endpoint_and_comes_back),
        test_with_sink(all_waits_while_no_endpoint_works),
        test_with_sink(set_urgent_ends_pauses),
        test_with_sink(buries_what_is_older_than_max_age),
        test_with_sink(a_spool_that_is_removed_is_made_again_though_nothing_happens),
        test_with_sink(runs_the_loop_of_a_flusher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
