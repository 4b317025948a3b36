/* Tests of flushers/kafka/search.c, against librdkafka's mock cluster, which refuses what it is told to.
 * (Brokers that refuse single records: go/internal/faults/kafka_culprits_test.go.) */
#include "kafka_test.h"

static const rd_kafka_resp_err_t keyless = RD_KAFKA_RESP_ERR_INVALID_RECORD;
static const rd_kafka_resp_err_t policy = RD_KAFKA_RESP_ERR_POLICY_VIOLATION;

/* So that a payload is a batch, however slowly this runs. */
static const char *const slowly[] = {"linger.ms", "300", NULL};

/* @n records 0, 1, 2..., in one payload. */
static struct test_payload *send_numbers(struct rig *r, int n)
{
    struct test_payload *p = test_payload(r, "a");
    char value[16];

    for (int i = 0; i < n; i++) {
        (void)snprintf(value, sizeof(value), "%d", i);
        test_add(p, "k", value);
    }
    sender_send(&r->s, &p->p);
    return p;
}

static void refuse(struct rig *r, int n, rd_kafka_resp_err_t code)
{
    while (n-- > 0)
        rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1, code);
}

static void while_nothing_is_refused_there_is_no_search(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, send_numbers(r, 100))->verdict);
    assert_null(r->s.search.producer);
    assert_null(r->s.search.batch);
    assert_false(search_is_on(&r->s));
    test_end(r);
}

static void a_record_that_is_refused_alone_is_the_culprit(void **state)
{
    for (int ordered = 0; ordered < 2; ordered++) {
        struct rig *r = test_begin(test_rig(1, 1, ordered, slowly));
        struct test_payload *p;

        refuse(r, 4, keyless); /* eight, four, two, one */
        p = send_numbers(r, 8);
        assert_true(test_wait(r, p)->by_record);
        assert_int_equal(ILF_REJECT, p->ended.records[0]);
        for (int i = 1; i < 8; i++)
            assert_int_equal(ILF_DELIVERED, p->ended.records[i]);
        assert_int_equal(keyless, p->ended.code);
        assert_non_null(strstr(p->ended.reasons[0], "a compacted topic takes no record without"));
        assert_string_equal("k=1;k=2;k=3;k=4;k=5;k=6;k=7;", test_read(r, "a", 1, 7));
        test_end(r);
    }
    (void)state;
}

static void nobody_is_a_culprit_without_having_been_refused_alone(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));
    struct test_payload *p;

    (void)state;
    refuse(r, 1, keyless);
    p = send_numbers(r, 2);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    assert_false(p->ended.by_record);
    assert_string_equal("k=0;k=1;", test_read(r, "a", 1, 2));
    test_end(r);
}

static void payloads_that_share_a_batch_share_no_verdict(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));
    struct test_payload *p[2];

    (void)state;
    refuse(r, 2, policy); /* both, and the first alone */
    for (int i = 0; i < 2; i++)
        p[i] = test_send_one(r, "a", "k", "v");
    assert_int_equal(ILF_RETRY, test_wait(r, p[0])->verdict);
    assert_int_equal(policy, p[0]->ended.code); /* which Retry.Actions may know */
    assert_false(p[0]->ended.by_record);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p[1])->verdict);
    test_end(r);
}

static void with_order_nothing_overtakes_what_the_search_could_not_send(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, true, slowly));
    struct test_payload *p, *next;

    (void)state;
    refuse(r, 1, keyless);
    refuse(r, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    p = send_numbers(r, 4);
    while (!search_is_on(&r->s))
        sender_poll(&r->s, 1000000);
    next = test_send_one(r, "a", "k", "behind");
    assert_int_equal(ILF_CANCELLED, next->ended.verdict); /* not sent, and no failure of its own */
    test_wait(r, p);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ILF_RETRY, p->ended.records[i]);
    assert_string_equal("", test_read(r, "a", 1, 0));
    test_end(r);
}

static void cancel_ends_the_search(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));
    struct test_payload *p;

    (void)state;
    refuse(r, 1, keyless);
    p = send_numbers(r, 8);
    while (!search_is_on(&r->s))
        sender_poll(&r->s, 1000000);
    rd_kafka_mock_broker_set_down(r->cluster, 1);
    sender_cancel(&r->s);
    test_wait(r, p);
    for (int i = 0; i < 8; i++)
        assert_true(p->ended.records[i] == ILF_CANCELLED || p->ended.records[i] == ILF_DELIVERED);
    assert_false(search_is_on(&r->s));
    test_end(r);
}

static void its_client_ends_when_it_has_had_nothing_to_do(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));

    (void)state;
    refuse(r, 1, keyless);
    assert_int_equal(ILF_DELIVERED, test_wait(r, send_numbers(r, 2))->verdict);
    assert_non_null(r->s.search.producer);
    sender_poll(&r->s, 0);
    assert_non_null(r->s.search.producer);
    r->s.search.at -= 61000000000; /* as if it had been so long */
    sender_poll(&r->s, 0);
    assert_null(r->s.search.producer);
    test_end(r);
}

static void the_more_are_refused_the_fewer_are_tried_together(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));
    struct test_payload *p;

    (void)state;
    refuse(r, 8 + 3, keyless); /* all of four at least */
    p = send_numbers(r, 4);
    test_wait(r, p);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ILF_REJECT, p->ended.records[i]);
    assert_int_equal(1, r->s.search.size);
    test_end(r);
}

static void a_client_that_breaks_makes_room_for_another(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, slowly));
    struct test_payload *p;

    (void)state;
    refuse(r, 1, keyless);
    assert_int_equal(ILF_DELIVERED, test_wait(r, send_numbers(r, 2))->verdict);
    rd_kafka_test_fatal_error(r->s.search.producer->rk,
                              RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
    while (r->s.search.producer)
        sender_poll(&r->s, 1000000);
    refuse(r, 1, keyless);
    p = send_numbers(r, 2);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_nothing_is_refused_there_is_no_search),
        cmocka_unit_test(a_record_that_is_refused_alone_is_the_culprit),
        cmocka_unit_test(nobody_is_a_culprit_without_having_been_refused_alone),
        cmocka_unit_test(payloads_that_share_a_batch_share_no_verdict),
        cmocka_unit_test(with_order_nothing_overtakes_what_the_search_could_not_send),
        cmocka_unit_test(cancel_ends_the_search),
        cmocka_unit_test(its_client_ends_when_it_has_had_nothing_to_do),
        cmocka_unit_test(the_more_are_refused_the_fewer_are_tried_together),
        cmocka_unit_test(a_client_that_breaks_makes_room_for_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
