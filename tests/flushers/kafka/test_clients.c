/* Tests of flushers/kafka/clients.c: when a client is replaced by another. */
#include "kafka_test.h"

static void after_a_fatal_error_another_client_goes_on(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p, *again;
    struct producer *first = r->s.current;

    (void)state;
    p = test_send_one(r, "a", NULL, "before");
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    p = test_send_one(r, "a", NULL, "lost?");
    assert_int_equal(0, rd_kafka_test_fatal_error(
                            first->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test"));
    assert_int_equal(ILF_RETRY, test_wait(r, p)->verdict);
    assert_ptr_not_equal(first, r->s.current);
    assert_non_null(strstr(r->log.text, "replacing the client"));
    rd_kafka_mock_broker_set_up(r->cluster, 1);
    again = test_send_one(r, "a", NULL, "lost?");
    assert_int_equal(ILF_DELIVERED, test_wait(r, again)->verdict);
    assert_string_equal("before;lost?;", test_read(r, "a", 1, 2));
    test_end(r);
}

static void a_client_that_fails_again_and_again_rests(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p;

    (void)state;
    rd_kafka_test_fatal_error(r->s.current->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                              "a test");
    for (int i = 0; i < 100 && r->s.restarts == 0; i++)
        sender_poll(&r->s, 100000000);
    p = test_send_one(r, "a", NULL, "v");
    assert_true(p->ended.ended); /* at once */
    assert_int_equal(ILF_RETRY, p->ended.verdict);
    assert_non_null(strstr(p->ended.reason, "is being restarted after a pause"));
    test_end(r);
}

static void says_what_to_do_about_brokers_that_are_too_old(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));

    (void)state;
    rd_kafka_test_fatal_error(r->s.current->rk, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, "a test");
    for (int i = 0; i < 100 && r->s.restarts == 0; i++)
        sender_poll(&r->s, 100000000);
    assert_non_null(strstr(r->log.text, "set RequiredACKs to 1"));
    test_end(r);
}

static void a_batch_that_is_too_large_is_sent_again_in_smaller_ones(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_payload(r, "a"), *again = test_payload(r, "a");
    uint64_t before = r->s.current->batch_size;

    (void)state;
    for (int i = 0; i < 2; i++) {
        test_add(i ? again : p, NULL, "one");
        test_add(i ? again : p, NULL, "two");
    }
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_RETRY, test_wait(r, p)->verdict);
    assert_int_equal(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, p->ended.code);
    assert_true(before > 6);
    assert_int_equal(3, r->s.current->batch_size); /* half of what was refused */
    sender_send(&r->s, &again->p);
    assert_int_equal(ILF_DELIVERED, test_wait(r, again)->verdict);
    assert_string_equal("one;two;", test_read(r, "a", 1, 2));
    test_end(r);
}

static void one_that_is_larger_than_a_segment_is_too(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_payload(r, "a");

    (void)state;
    test_add(p, NULL, "one");
    test_add(p, NULL, "two");
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE);
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_RETRY, test_wait(r, p)->verdict);
    assert_int_equal(3, r->s.current->batch_size);
    test_end(r);
}

static void what_was_under_way_when_a_client_broke_is_waited_for(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_send_one(r, "a", NULL, "first");

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    rd_kafka_mock_broker_set_rtt(r->cluster, 1, 1500);
    p = test_send_one(r, "a", NULL, "under way");
    usleep(300000); /* until it is */
    rd_kafka_test_fatal_error(r->s.current->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                              "a test");
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict); /* and not sent twice */
    assert_string_equal("first;under way;", test_read(r, "a", 1, 2));
    test_end(r);
}

static void with_order_all_that_was_sent_is_over_before_more_is(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, true, NULL));
    struct test_payload *p, *next;

    (void)state;
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    p = test_send_one(r, "a", NULL, "one");
    rd_kafka_test_fatal_error(r->s.current->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                              "a test");
    while (!r->s.old)
        sender_poll(&r->s, 1000000);
    r->s.usable_at = 0;
    next = test_send_one(r, "a", NULL, "two");
    if (!p->ended.ended)
        assert_int_equal(ILF_RETRY, next->ended.verdict);
    test_wait(r, p);
    test_end(r);
}

static void with_order_nothing_is_sent_behind_what_has_timed_out(void **state)
{
    static const char *const set[] = {"message.timeout.ms", "1000", NULL};
    struct rig *r = test_begin(test_rig(1, 1, true, set));
    struct test_payload *p[2];

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    p[0] = test_send_one(r, "a", NULL, "1");
    usleep(700000);
    p[1] = test_send_one(r, "a", NULL, "2");
    assert_int_equal(ILF_RETRY, test_wait(r, p[0])->verdict);
    assert_int_equal(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, p[0]->ended.code);
    rd_kafka_mock_broker_set_up(r->cluster, 1);
    assert_int_equal(ILF_RETRY, test_wait(r, p[1])->verdict); /* though its time was not over */
    test_end(r);
}

static void a_poll_ends_when_what_an_old_client_had_is_over(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p;
    time_t begin;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "0"))->verdict);
    rd_kafka_mock_broker_set_rtt(r->cluster, 1, 500);
    p = test_send_one(r, "a", NULL, "1");
    usleep(200000);
    rd_kafka_test_fatal_error(r->s.current->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                              "a test");
    while (!r->s.old)
        sender_poll(&r->s, 1000000);
    begin = time(NULL);
    while (!p->ended.ended)
        sender_poll(&r->s, 60000000000);
    assert_true(time(NULL) - begin < 30);
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_fatal_error_another_client_goes_on),
        cmocka_unit_test(a_client_that_fails_again_and_again_rests),
        cmocka_unit_test(says_what_to_do_about_brokers_that_are_too_old),
        cmocka_unit_test(a_batch_that_is_too_large_is_sent_again_in_smaller_ones),
        cmocka_unit_test(one_that_is_larger_than_a_segment_is_too),
        cmocka_unit_test(what_was_under_way_when_a_client_broke_is_waited_for),
        cmocka_unit_test(with_order_all_that_was_sent_is_over_before_more_is),
        cmocka_unit_test(with_order_nothing_is_sent_behind_what_has_timed_out),
        cmocka_unit_test(a_poll_ends_when_what_an_old_client_had_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
