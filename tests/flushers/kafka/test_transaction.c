/* Tests of flushers/kafka/transaction.c. */
#include "kafka_test.h"

enum { END_TXN = 26 };

static struct rig *start(void)
{
    static const char *const set[] = {"transactional.id",
                                      "me",
                                      "message.timeout.ms",
                                      "30000",
                                      "transaction.timeout.ms",
                                      "30000",
                                      NULL};
    struct rig *r = test_rig(1, 1, false, set);

    r->s.transactional = true;
    return test_begin(r);
}

static void a_payload_is_delivered_when_it_is_committed(void **state)
{
    struct rig *r = start();
    struct test_payload *p[3];

    (void)state;
    for (int i = 0; i < 3; i++) /* those that follow wait */
        p[i] = test_send_one(r, "a", NULL, (const char *const[]){"0", "1", "2"}[i]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ILF_DELIVERED, test_wait(r, p[i])->verdict);
    assert_string_equal("0;1;2;", test_read(r, "a", 1, 3));
    test_end(r);
}

static void what_fails_is_aborted_and_comes_again(void **state)
{
    struct rig *r = start();
    struct test_payload *p = test_payload(r, "a"), *again = NULL;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_POLICY_VIOLATION);
    test_add(p, NULL, "1");
    test_add(p, NULL, "2");
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_RETRY, test_wait(r, p)->verdict);
    assert_non_null(strstr(r->log.text, "transaction aborted, retrying"));
    /* The numbers of what was aborted are missing, for which librdkafka aborts another one. */
    for (int tries = 0; tries == 0 || again->ended.verdict == ILF_RETRY; tries++) {
        assert_true(tries < 5);
        again = test_send_one(r, "a", NULL, "1");
        test_wait(r, again);
    }
    assert_int_equal(ILF_DELIVERED, again->ended.verdict);
    test_end(r);
}

static void one_that_never_comes_right_is_refused_and_the_others_come_again(void **state)
{
    struct rig *r = start();
    struct test_payload *p = test_payload(r, "a");

    (void)state;
    test_add(p, NULL, "1");
    ilf__text_put(&p->bytes, "no frame", 8);
    test_add_bytes(p);
    sender_send(&r->s, &p->p);
    assert_true(test_wait(r, p)->by_record);
    assert_int_equal(ILF_DELIVERED, p->ended.records[0]);
    assert_int_equal(ILF_REJECT, p->ended.records[1]);
    test_end(r);
}

static void one_whose_culprit_is_not_known_comes_again_in_halves(void **state)
{
    struct rig *r = start();
    struct test_payload *p = test_payload(r, "a"), *half;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_INVALID_RECORD);
    test_add(p, NULL, "1");
    test_add(p, NULL, "2");
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_TOO_LARGE, test_wait(r, p)->verdict); /* which the runtime splits */
    assert_false(p->ended.by_record);
    /* The next transaction may be aborted by librdkafka: see above. */
    for (int tries = 0; tries < 5; tries++) {
        rd_kafka_mock_clear_request_errors(r->cluster, TEST_PRODUCE);
        rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                          RD_KAFKA_RESP_ERR_INVALID_RECORD);
        half = test_send_one(r, "a", NULL, "1");
        if (test_wait(r, half)->verdict != ILF_RETRY)
            break;
    }
    assert_int_equal(ILF_REJECT, half->ended.verdict);
    test_end(r);
}

static void a_client_that_was_fenced_makes_room_for_another(void **state)
{
    struct rig *r = start();
    struct producer *first = r->s.current;
    struct test_payload *p;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_push_request_errors(r->cluster, END_TXN, 1, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    p = test_send_one(r, "a", NULL, "1");
    assert_int_equal(ILF_RETRY, test_wait(r, p)->verdict);
    assert_int_equal(ILF_RESULT_UNANSWERED, p->ended.flags & ILF_RESULT_UNANSWERED);
    assert_ptr_not_equal(first, r->s.current);
    p = test_send_one(r, "a", NULL, "2");
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    test_end(r);
}

static void cancel_ends_a_transaction_that_nobody_answers(void **state)
{
    struct rig *r = start();
    struct test_payload *p;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    p = test_send_one(r, "a", NULL, "1");
    sender_poll(&r->s, 200000000);
    assert_false(p->ended.ended);
    sender_cancel(&r->s);
    assert_int_equal(ILF_CANCELLED, test_wait(r, p)->verdict);
    test_end(r);
}

static void cancel_ends_what_waits_for_the_first_broker(void **state)
{
    struct rig *r = start();
    struct test_payload *p[2];

    (void)state;
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    p[0] = test_send_one(r, "a", NULL, "0");
    p[1] = test_send_one(r, "a", NULL, "1");
    sender_poll(&r->s, 100000000);
    sender_cancel(&r->s);
    assert_int_equal(ILF_CANCELLED, test_wait(r, p[0])->verdict);
    assert_int_equal(ILF_CANCELLED, test_wait(r, p[1])->verdict);
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_delivered_when_it_is_committed),
        cmocka_unit_test(what_fails_is_aborted_and_comes_again),
        cmocka_unit_test(one_that_never_comes_right_is_refused_and_the_others_come_again),
        cmocka_unit_test(one_whose_culprit_is_not_known_comes_again_in_halves),
        cmocka_unit_test(a_client_that_was_fenced_makes_room_for_another),
        cmocka_unit_test(cancel_ends_a_transaction_that_nobody_answers),
        cmocka_unit_test(cancel_ends_what_waits_for_the_first_broker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
