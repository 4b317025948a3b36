/* Tests of cbridge/delivery_partial.c. */
#include "delivery_test.h"

#define FAST "\"Batch\":{\"MaxAge\":0},\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\""

static void answer_partly(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    static const ilf_str reasons[] = {S_CONST(""), S_CONST("bad field"), S_CONST("")};

    if (s->n_sends > 0)
        return;
    assert_int_equal(3, p->n_records);
    a->by_record = true;
    a->records[0] = ILF_DELIVERED;
    a->records[1] = ILF_REJECT;
    a->records[2] = ILF_RETRY;
    a->result.verdict = ILF_RETRY;
    a->result.code = 207;
    a->result.reason = S("bulk errors");
    a->result.reasons = reasons;
}

static void sends_only_failed_records_again(void **state)
{
    char config[512];
    ilf_flusher *f;
    size_t len;
    char *letter;

    (void)state;
    sink->answer = answer_partly;
    (void)snprintf(config, sizeof(config), "{" FAST "},\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path("dead"));
    f = test_start_ops(&test_delivered, NULL, config);
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_queued(f) == 0);
    assert_string_equal("a c ", sink->delivered);
    assert_int_equal(1, sink->n_records[1]);
    assert_int_equal(1, test_end(f, ILF__END_DEAD));
    letter = test_read_file(test_path("dead"), &len);
    assert_non_null(strstr(letter, "bad field"));
    assert_non_null(strstr(letter, "207"));
    free(letter);
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void answer_by_record(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    a->by_record = true;
    a->result.reason = S("busy");
    for (size_t i = 0; i < p->n_records; i++)
        a->records[i] = i == 0 ? ILF_DELIVERED : i == 1 ? ILF_TOO_LARGE : ILF_RETRY;
}

static void counts_each_record_by_its_own_end(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_by_record;
    f = test_start_ops(&test_delivered, NULL, "{" FAST ",\"MaxRetryTimes\":0}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c d"));
    wait_until(test_queued(f) == 0);
    assert_int_equal(1, sink->n_sends);
    assert_int_equal(1, test_end(f, ILF__END_TOO_LARGE));
    assert_int_equal(2, test_end(f, ILF__END_RETRIES));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void answer_not_sent(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    if (s->n_sends > 0)
        return;
    assert_int_equal(3, p->n_records);
    a->by_record = true;
    a->records[0] = ILF_REJECT;
    a->records[1] = a->records[2] = ILF_CANCELLED;
}

static void what_was_not_sent_does_not_die_for_want_of_tries(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_not_sent;
    f = test_start_ops(&test_delivered, NULL, "{" FAST ",\"MaxRetryTimes\":0}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_queued(f) == 0);
    assert_string_equal("b c ", sink->delivered);
    assert_int_equal(1, test_end(f, ILF__END_REJECTED));
    assert_int_equal(0, test_end(f, ILF__END_RETRIES));
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(sends_only_failed_records_again),
        test_with_sink(counts_each_record_by_its_own_end),
        test_with_sink(what_was_not_sent_does_not_die_for_want_of_tries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
