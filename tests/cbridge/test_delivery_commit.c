/* Tests of cbridge/delivery_commit.c: the end of a flush, with a spool and without. */
#include "delivery_test.h"

static void answer_busy(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
}

static ilf_flusher *start_spooled(const char *queue, const char *spool)
{
    char config[1024];

    (void)snprintf(config, sizeof(config),
                   "{\"StopTimeout\":\"20ms\",\"Queue\":{%s},\"Breaker\":{\"Failures\":0},"
                   "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"5ms\"},"
                   "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"%s},"
                   "\"DeadLetters\":{\"Path\":\"%s\"}}",
                   queue, test_path("spool"), spool, test_path("dead"));
    return test_start_ops(&test_delivered, NULL, config);
}

static uint64_t spooled(ilf_flusher *f)
{
    struct ilf__delivery_gauges g;

    ilf__delivery_gauges(f->delivery, &g);
    assert_true(g.has_spool);
    return g.spool.events;
}

static void what_a_flush_took_is_on_disk_until_it_is_delivered(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    f = start_spooled("", "");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    assert_int_equal(2, spooled(f));
    test_set_answer(test_answer_ok);
    wait_until(spooled(f) == 0);
    assert_int_equal(2, test_count(&ilf__delivery_counts(f->delivery)->spooled));
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void what_is_left_at_stop_is_sent_first_by_the_next(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    f = start_spooled("", "");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    assert_int_equal(ILF_OK, test_flush(f, "b"));
    test_stop_with(f, ILF__END_DELIVERED, 0);
    sink->answer = test_answer_ok;
    f = start_spooled("", "");
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    assert_int_equal(ILF_OK, test_flush(f, "c"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    assert_string_equal("a b c ", sink->delivered);
    assert_int_equal(2, test_count(&ilf__delivery_counts(f->delivery)->recovered));
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void a_backlog_takes_no_more_memory_than_the_queue_may(void **state)
{
    char body[2001], text[2100];
    struct ilf__delivery_gauges g;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    f = start_spooled("\"MaxBytes\":20000", "");
    memset(body, 'x', sizeof(body));
    body[2000] = '\0';
    for (int i = 0; i < 100; i++) {
        (void)snprintf(text, sizeof(text), "%d:%s", i, body);
        assert_int_equal(ILF_OK, test_flush(f, text));
        ilf__delivery_gauges(f->delivery, &g);
        assert_true(g.queued.bytes <= 20000);
    }
    assert_int_equal(100, spooled(f));
    test_set_answer(test_answer_ok);
    wait_until(spooled(f) == 0);
    test_stop_with(f, ILF__END_DELIVERED, 100);
}

static void what_is_rejected_goes_to_the_dead_letters(void **state)
{
    ilf_flusher *f = start_spooled("", "");
    size_t len;
    char *letters;

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a !b"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    letters = test_read_file(test_path("dead"), &len);
    assert_non_null(strstr(letters, "has no form"));
    free(letters);
    test_stop_with(f, ILF__END_DEAD, 1);
}

static void without_dead_letters_it_is_counted(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "!a b !c"));
    test_stop_with(f, ILF__END_NO_FORM, 2);
    assert_string_equal("b ", sink->delivered);
}

static void *flush_more(void *f)
{
    char *text = malloc(700001);

    assert_non_null(text);
    memset(text, 'y', 700000);
    text[700000] = '\0';
    assert_int_equal(ILF_OK, test_flush(f, text));
    free(text);
    return NULL;
}

static void a_full_spool_holds_the_pipeline_back(void **state)
{
    pthread_t thread;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    f = start_spooled("", ",\"MaxBytes\":\"1MiB\"");
    (void)flush_more(f);
    assert_int_equal(0, pthread_create(&thread, NULL, flush_more, f));
    usleep(50000);
    assert_int_equal(1, spooled(f));
    test_set_answer(test_answer_ok);
    pthread_join(thread, NULL);
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(what_a_flush_took_is_on_disk_until_it_is_delivered),
        test_with_sink(what_is_left_at_stop_is_sent_first_by_the_next),
        test_with_sink(a_backlog_takes_no_more_memory_than_the_queue_may),
        test_with_sink(what_is_rejected_goes_to_the_dead_letters),
        test_with_sink(without_dead_letters_it_is_counted),
        test_with_sink(a_full_spool_holds_the_pipeline_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
