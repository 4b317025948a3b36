/* Tests of cbridge/delivery.c. */
#include "delivery_test.h"

static void delivers_what_is_flushed(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":0}}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    assert_int_equal(0, test_queued(f));
    assert_string_equal("a b c ", sink->delivered);
    assert_int_equal(1, sink->n_sends);
    assert_int_equal(3, test_count(&f->metrics.records));
    assert_int_equal(3, test_count(&f->metrics.delivered));
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void records_wait_for_others_until_stop(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":\"1h\"}}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    assert_int_equal(ILF_OK, test_flush(f, "c"));
    assert_int_equal(3, test_queued(f));
    test_stop_with(f, ILF__END_DELIVERED, 3);
    assert_string_equal("a b c ", sink->delivered);
    assert_int_equal(1, sink->n_sends);
}

static void answer_never(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->never = true;
}

static void is_not_ready_above_the_high_watermark_until_below_the_low_one(void **state)
{
    const struct test_answer ok = {0};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"Batch\":{\"MaxAge\":0},\"Queue\":{\"MaxRecords\":10},"
                       "\"Delivery\":{\"Adaptive\":false,\"Concurrency\":1}}");
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
    wait_until(test_sends() == 1);
    assert_int_equal(ILF_OK, test_flush(f, "4 5 6 7"));
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_int_equal(ILF_OK, test_flush(f, "8"));
    assert_false(ilf_flusher_is_ready(f, NULL));
    test_sink_answer_all(&ok);
    wait_until(test_queued(f) == 5); /* half is not below half */
    assert_false(ilf_flusher_is_ready(f, NULL));
    wait_until(test_sends() == 2);
    test_sink_answer_all(&ok);
    wait_until(test_queued(f) == 1);
    assert_true(ilf_flusher_is_ready(f, NULL));
    wait_until(test_sends() == 3);
    test_sink_answer_all(&ok);
    test_stop_with(f, ILF__END_DELIVERED, 8);
}

static void *flush_beside(void *f)
{
    assert_int_equal(ILF_OK, test_flush(f, "4 5"));
    return NULL;
}

/* A queue of three records, full, and a thread that flushes two more. */
static ilf_flusher *start_full(const char *more, pthread_t *thread)
{
    char config[512];
    ilf_flusher *f;

    sink->answer = answer_never;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxAge\":0,\"MaxRecords\":1},\"Delivery\":{\"Concurrency\":1},"
                   "\"StopTimeout\":\"50ms\",\"Queue\":{\"MaxRecords\":3%s}}",
                   more);
    f = test_start_ops(&test_delivered, NULL, config);
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
    wait_until(test_sends() == 1);
    assert_int_equal(0, pthread_create(thread, NULL, flush_beside, f));
    return f;
}

static bool waits(ilf_flusher *f)
{
    bool waiting;

    pthread_mutex_lock(&f->delivery->lock);
    waiting = f->delivery->waiters > 0;
    pthread_mutex_unlock(&f->delivery->lock);
    return waiting;
}

static void a_flush_into_a_full_queue_waits_for_room(void **state)
{
    const struct test_answer ok = {0};
    pthread_t thread;
    ilf_flusher *f = start_full("", &thread);

    (void)state;
    wait_until(waits(f));
    for (unsigned n = 1; n <= 2; n++) {
        assert_int_equal(4 - n, test_queued(f));
        test_sink_answer_all(&ok);
        wait_until(test_sends() == n + 1);
    }
    pthread_join(thread, NULL);
    assert_int_equal(3, test_queued(f));
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void after_set_urgent_it_is_ready_and_takes_everything(void **state)
{
    pthread_t thread;
    ilf_flusher *f = start_full("", &thread);

    (void)state;
    wait_until(waits(f));
    ilf_flusher_set_urgent(f, true);
    pthread_join(thread, NULL);
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_int_equal(ILF_OK, test_flush(f, "6 7 8 9"));
    assert_int_equal(9, test_queued(f));
    test_stop_with(f, ILF__END_STOPPED, 9);
}

static void a_stop_beside_a_flush_that_waits_ends_both(void **state)
{
    pthread_t thread;
    ilf_flusher *f = start_full("", &thread);
    ilf_error err;

    (void)state;
    wait_until(waits(f));
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err));
    pthread_join(thread, NULL);
    test_stop_with(f, ILF__END_STOPPED, 5);
}

static void drops_the_newest_when_it_shall(void **state)
{
    pthread_t thread;
    ilf_flusher *f = start_full(",\"WhenFull\":\"drop-newest\"", &thread);

    (void)state;
    pthread_join(thread, NULL);
    assert_int_equal(2, test_end(f, ILF__END_FULL));
    assert_int_equal(3, test_queued(f));
    test_set_answer(test_answer_ok);
    test_sink_answer_all(&(const struct test_answer){0});
    wait_until(test_queued(f) == 0);
    assert_string_equal("1 2 3 ", sink->delivered);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void drops_the_oldest_that_is_not_under_way_when_it_shall(void **state)
{
    pthread_t thread;
    ilf_flusher *f = start_full(",\"WhenFull\":\"drop-oldest\"", &thread);

    (void)state;
    pthread_join(thread, NULL);
    assert_int_equal(2, test_end(f, ILF__END_FULL));
    test_set_answer(test_answer_ok);
    test_sink_answer_all(&(const struct test_answer){0});
    wait_until(test_queued(f) == 0);
    assert_string_equal("1 4 5 ", sink->delivered);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void a_batch_whose_encode_fails_leaves_nothing(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL,
                                    "{\"Retry\":{\"MaxRetryTimes\":1,\"InitialDelay\":\"1ms\"}}");

    (void)state;
    sink->encode = ILF_ERR_NOMEM;
    assert_int_equal(ILF_ERR_NOMEM, test_flush(f, "a b"));
    sink->encode = ILF_ERR_DROP;
    assert_int_equal(ILF_ERR_DROP, test_flush(f, "c"));
    assert_int_equal(0, test_queued(f));
    assert_int_equal(2, test_count(&f->metrics.given_up));
    assert_int_equal(1, test_count(&f->metrics.dropped));
    sink->encode = ILF_OK;
    assert_int_equal(ILF_OK, test_flush(f, "d"));
    test_stop_with(f, ILF__END_DELIVERED, 1);
    assert_string_equal("d ", sink->delivered);
}

/* Its init tunes in ways that are not allowed, as the test says. */
static struct {
    bool none, twice, late;
    size_t size;
} tunes;

static ilf_status init_that_tunes(void *self, const ilf_host *host, ilf_error *err)
{
    ilf_tuning other = {.struct_size = sizeof(other), .concurrency = 7};

    if (tunes.none)
        host->tune(host->context, NULL);
    if (tunes.size != sizeof(size_t)) {
        sink->tuning.struct_size = tunes.size;
        host->tune(host->context, &sink->tuning);
    } else {
        (void)test_init(self, host, err);
    }
    ((struct test_delivered *)self)->host = host;
    if (tunes.twice)
        host->tune(host->context, &other);
    return ILF_OK;
}

/* Start, tune late if so asked, deliver a record, and look for @line in the log. */
static void expect_tuned(const char *line, size_t concurrency)
{
    static ilf_flusher_ops ops;
    struct test_log log = {.len = 0};
    ilf_host host = test_host(&log);
    const ilf_tuning late = {.struct_size = sizeof(late), .n_endpoints = 1000, .concurrency = 9};
    ilf_flusher *f;

    ops = test_delivered;
    ops.init = init_that_tunes;
    f = test_start_ops(&ops, &host, "{\"Batch\":{\"MaxAge\":0}}");
    if (tunes.late)
        f->host.tune(f->host.context, &late);
    if (!strstr(log.text, line))
        fail_msg("no '%s' in: %s", line, log.text);
    assert_int_equal(concurrency, f->options.delivery.concurrency);
    assert_true(ilf_metrics(NULL, 0) > 0); /* reads the endpoints' names */
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    test_stop_with(f, ILF__END_DELIVERED, 1);
    memset(&tunes, 0, sizeof(tunes));
    memset(&sink->tuning, 0, sizeof(sink->tuning));
}

static void tuning_that_is_not_allowed_is_ignored_and_told(void **state)
{
    (void)state;
    tunes.size = sizeof(size_t); /* our init's own is right */
    sink->tuning.concurrency = 3;
    expect_tuned("", 3);
    tunes.none = true;
    tunes.size = sizeof(ilf_tuning);
    sink->tuning.concurrency = 3;
    expect_tuned("tune was called without its struct_size, and is ignored", 3);
    expect_tuned("tune was called without its struct_size, and is ignored", 4); /* of size 0 */
    tunes.twice = true;
    tunes.size = sizeof(ilf_tuning);
    sink->tuning.concurrency = 3;
    expect_tuned("tune was called a second time, and is ignored", 3);
    tunes.late = true;
    tunes.size = sizeof(ilf_tuning);
    expect_tuned("tune was called after init, and is ignored", 4);
}

static void absurd_tuning_is_bounded(void **state)
{
    static const char *const names[] = {"a", NULL, "c"};

    (void)state;
    tunes.size = SIZE_MAX;
    sink->tuning = (ilf_tuning){.max_payload_bytes = UINT64_MAX,
                                .max_payload_records = UINT64_MAX,
                                .max_payload_age = INT64_MIN,
                                .concurrency = 4000000000,
                                .max_retry_times = INT32_MIN,
                                .queue_records = UINT64_MAX,
                                .n_endpoints = 3,
                                .endpoints = names};
    expect_tuned("", 1024);
    tunes.size = sizeof(ilf_tuning);
    sink->tuning.max_payload_age = INT64_MAX;
    expect_tuned("", 4);
}

static void more_endpoints_than_there_can_be_fail_init(void **state)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(&test_delivered, NULL, &err);

    (void)state;
    sink->tuning.n_endpoints = 4000000000;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_test: tunes for 4000000000 endpoints, and there may be 4096",
                 ilf_flusher_init(f, NULL, &err));
    ilf_flusher_free(f);
}

static void stop_goes_on_without_sends_that_never_end(void **state)
{
    uint64_t begun;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    sink->cancels = false;
    f = test_start_ops(&test_delivered, NULL,
                       "{\"StopTimeout\":\"10ms\",\"Batch\":{\"MaxAge\":0}}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    wait_until(test_sends() == 1);
    begun = ilf__monotonic();
    test_stop_with(f, ILF__END_STOPPED, 1);
    assert_true(ilf__monotonic() - begun >= ILF__STOP_GRACE);
}

static void says_what_it_can_not_open(void **state)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(&test_delivered, NULL, &err);
    char config[512];

    (void)state;
    (void)snprintf(config, sizeof(config), "{\"DeadLetters\":{\"Path\":\"%s\"}}", test_folder());
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_not_equal(ILF_OK, ilf_flusher_init(f, NULL, &err));
    assert_non_null(strstr(err.text, test_folder()));
    ilf_flusher_free(f);
}

static void a_spool_of_another_pipeline_is_refused(void **state)
{
    const ilf_route access = {.config = S("access")}, audit = {.config = S("audit")};
    ilf_flusher *f = ilf__flusher_new(&test_delivered, NULL, NULL), *other, *reloaded;
    char config[512], want[700];

    (void)state;
    other = ilf__flusher_new(&test_delivered, NULL, NULL);
    reloaded = ilf__flusher_new(&test_delivered, NULL, NULL);
    (void)snprintf(config, sizeof(config), "{\"Spool\":{\"Path\":\"%s\"}}", test_path("spool"));
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_works(ilf_flusher_configure(other, config, strlen(config), &err));
    assert_works(ilf_flusher_configure(reloaded, config, strlen(config), &err));
    assert_works(ilf_flusher_init(f, &access, &err));
    (void)snprintf(want, sizeof(want),
                   "spool '%s': the pipeline 'access' has it open: give every pipeline a folder of "
                   "its own",
                   test_path("spool"));
    assert_fails(ILF_ERR_CONFIG, want, ilf_flusher_init(other, &audit, &err));
    assert_works(ilf_flusher_init(reloaded, &access, &err));
    ilf_flusher_free(f);
    ilf_flusher_free(other);
    ilf_flusher_free(reloaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(delivers_what_is_flushed),
        test_with_sink(records_wait_for_others_until_stop),
        test_with_sink(is_not_ready_above_the_high_watermark_until_below_the_low_one),
        test_with_sink(a_flush_into_a_full_queue_waits_for_room),
        test_with_sink(after_set_urgent_it_is_ready_and_takes_everything),
        test_with_sink(a_stop_beside_a_flush_that_waits_ends_both),
        test_with_sink(drops_the_newest_when_it_shall),
        test_with_sink(drops_the_oldest_that_is_not_under_way_when_it_shall),
        test_with_sink(a_batch_whose_encode_fails_leaves_nothing),
        test_with_sink(tuning_that_is_not_allowed_is_ignored_and_told),
        test_with_sink(absurd_tuning_is_bounded),
        test_with_sink(more_endpoints_than_there_can_be_fail_init),
        test_with_sink(stop_goes_on_without_sends_that_never_end),
        test_with_sink(says_what_it_can_not_open),
        test_with_sink(a_spool_of_another_pipeline_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
