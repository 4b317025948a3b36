/* Tests of cbridge/delivery_end.c, and of how a stop comes to its end. */
#include "delivery_test.h"

static void answer_slowly(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->after = 3000000;
}

static void answer_busy(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
}

static ilf_flusher *start_spooled(const char *stop_timeout, unsigned queue_bytes)
{
    char config[512];

    (void)snprintf(config, sizeof(config),
                   "{\"StopTimeout\":\"%s\",\"Batch\":{\"MaxRecords\":1},"
                   "\"Delivery\":{\"Concurrency\":1},\"Queue\":{\"MaxBytes\":%u},"
                   "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}}",
                   stop_timeout, queue_bytes, test_path("spool"));
    return test_start_ops(&test_delivered, NULL, config);
}

static void a_stop_right_after_the_start_delivers_what_the_spool_holds(void **state)
{
    char config[512];

    (void)state;
    sink->answer = answer_busy;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxAge\":0},\"Delivery\":{\"Order\":\"all\"},"
                   "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}}",
                   test_path("spool"));
    for (int life = 0; life < 2; life++) {
        ilf_flusher *f = test_start_ops(&test_delivered, NULL, config);

        if (life == 0)
            assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
        assert_works(ilf_flusher_stop(f, &err));
        assert_int_equal(life == 0 ? 0 : 3, test_end(f, ILF__END_DELIVERED));
        ilf_flusher_free(f);
        test_set_answer(test_answer_ok);
    }
    assert_string_equal("1 2 3 ", sink->delivered);
}

static void stop_keeps_the_rest_in_the_dead_letters(void **state)
{
    char config[512];
    size_t len;
    char *letters;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_busy;
    (void)snprintf(config, sizeof(config),
                   "{\"StopTimeout\":\"20ms\",\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path("dead"));
    f = test_start_ops(&test_delivered, NULL, config);
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    test_stop_with(f, ILF__END_DEAD, 2);
    letters = test_read_file(test_path("dead"), &len);
    assert_non_null(strstr(letters, "the pipeline was stopped"));
    free(letters);
}

enum { BACKLOG = 300 };

/* Leave so many records in the spool, of which few fit into memory at a time. */
static void leave_backlog(void)
{
    ilf_flusher *f;

    sink->answer = answer_busy;
    f = start_spooled("1ms", 2000);
    for (int i = 0; i < BACKLOG; i++)
        assert_int_equal(ILF_OK, test_flush(f, "old"));
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void a_stop_drains_the_spool_into_a_sink_that_takes_it(void **state)
{
    ilf_flusher *f;

    (void)state;
    leave_backlog();
    sink->answer = test_answer_ok;
    f = start_spooled("60s", 2000);
    assert_int_equal(ILF_OK, test_flush(f, "new")); /* behind the backlog: on disk only */
    ilf_flusher_set_urgent(f, true);
    test_stop_with(f, ILF__END_DELIVERED, BACKLOG + 1);
}

static void a_stop_without_a_word_before_drains_it_too(void **state)
{
    (void)state;
    leave_backlog();
    sink->answer = test_answer_ok;
    test_stop_with(start_spooled("60s", 2000), ILF__END_DELIVERED, BACKLOG);
}

/* Every third fails, as with a sink that throttles. */
static void answer_throttling(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    if (s->n_sends % 3 == 1)
        a->result.verdict = ILF_RETRY;
}

static void a_stop_goes_on_draining_while_some_of_it_is_taken(void **state)
{
    ilf_flusher *f;

    (void)state;
    leave_backlog();
    sink->answer = answer_throttling;
    f = start_spooled("60s", 1 << 20);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(test_end(f, ILF__END_DELIVERED) > BACKLOG / 2);
    assert_true(ilf__delivery_is_conserved(f->delivery));
    ilf_flusher_free(f);
}

static void a_stop_does_not_read_a_spool_whose_sink_takes_nothing(void **state)
{
    uint64_t begun;
    ilf_flusher *f;

    (void)state;
    leave_backlog();
    f = start_spooled("60s", 2000);
    begun = ilf__monotonic();
    assert_int_equal(ILF_OK, test_flush(f, "new"));
    test_stop_with(f, ILF__END_DELIVERED, 0);
    assert_true(ilf__monotonic() - begun < UINT64_C(30000000000));
}

/* The first goes on by itself until the second takes over: what either has delivered counts. */
static void a_stop_leaves_the_spool_to_the_instance_that_follows(void **state)
{
    ilf_flusher *f, *next;

    (void)state;
    leave_backlog();
    sink->answer = answer_slowly;
    f = start_spooled("60s", 2000);
    ilf_flusher_set_urgent(f, false);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(test_end(f, ILF__END_DELIVERED) < BACKLOG / 2);
    next = start_spooled("60s", 2000);
    assert_works(ilf_flusher_stop(next, &err));
    assert_int_equal(BACKLOG, test_end(f, ILF__END_DELIVERED) + test_end(next, ILF__END_DELIVERED));
    ilf_flusher_free(f);
    ilf_flusher_free(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(a_stop_right_after_the_start_delivers_what_the_spool_holds),
        test_with_sink(stop_keeps_the_rest_in_the_dead_letters),
        test_with_sink(a_stop_drains_the_spool_into_a_sink_that_takes_it),
        test_with_sink(a_stop_without_a_word_before_drains_it_too),
        test_with_sink(a_stop_goes_on_draining_while_some_of_it_is_taken),
        test_with_sink(a_stop_does_not_read_a_spool_whose_sink_takes_nothing),
        test_with_sink(a_stop_leaves_the_spool_to_the_instance_that_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
