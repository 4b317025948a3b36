/* Tests of flushers/kafka/sender.c, against librdkafka's mock cluster. */
#include "kafka_test.h"

/* --- What is delivered ------------------------------------------------------------------------ */

static void a_payload_is_delivered_when_all_its_reports_are_in(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_payload(r, "a");

    (void)state;
    test_add(p, NULL, "one");
    test_add(p, "k", "two");
    test_add(p, "", "");
    sender_send(&r->s, &p->p);
    assert_false(p->ended.ended);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    assert_false(p->ended.by_record);
    assert_string_equal("one;k=two;=;", test_read(r, "a", 1, 3));
    test_end(r);
}

/* --- What is refused -------------------------------------------------------------------------- */

static void a_record_that_is_too_large_is_told_and_the_others_are_delivered(void **state)
{
    static const char *const set[] = {"message.max.bytes", "2000", NULL};
    struct rig *r = test_begin(test_rig(1, 1, false, set));
    struct test_payload *p = test_payload(r, "a");
    char large[3000];

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    test_add(p, NULL, "one");
    test_add(p, NULL, large);
    test_add(p, NULL, "three");
    sender_send(&r->s, &p->p);
    assert_true(test_wait(r, p)->by_record);
    assert_int_equal(ILF_DELIVERED, p->ended.records[0]);
    assert_int_equal(ILF_TOO_LARGE, p->ended.records[1]);
    assert_int_equal(ILF_DELIVERED, p->ended.records[2]);
    assert_string_equal("topic 'a': Broker: Message size too large (MSG_SIZE_TOO_LARGE): see "
                        "MaxMessageBytes, and max.message.bytes of the topic",
                        p->ended.reasons[1]);
    assert_string_equal("", p->ended.reasons[0]);
    assert_string_equal("one;three;", test_read(r, "a", 1, 2));
    test_end(r);
}

static void a_record_that_was_alone_in_its_batch_is_too_large_itself(void **state)
{
    static const char *const set[] = {"batch.size", "100", NULL};
    struct rig *r = test_begin(test_rig(1, 1, false, set));
    char large[200];
    struct test_payload *p;

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    p = test_send_one(r, "a", NULL, large);
    assert_int_equal(ILF_TOO_LARGE, test_wait(r, p)->verdict);
    test_end(r);
}

static void what_may_come_right_is_sent_again_and_what_never_will_is_not(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        ilf_verdict verdict;
        const char *reason;
    } rows[] = {
        {RD_KAFKA_RESP_ERR_INVALID_RECORD, ILF_REJECT, "a compacted topic takes no record without"},
        {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ILF_REJECT, "see Timestamp"},
        {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, ILF_RETRY, "see Compression"},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ILF_RETRY, "allow the user to Write"},
        {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ILF_RETRY, "topic 'a': "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig *r = test_begin(test_rig(1, 1, false, NULL));
        struct test_payload *p;

        rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1, rows[i].code);
        p = test_send_one(r, "a", "k", "v");
        assert_int_equal(rows[i].verdict, test_wait(r, p)->verdict);
        assert_int_equal(rows[i].code, p->ended.code);
        assert_non_null(strstr(p->ended.reason, rows[i].reason));
        test_end(r);
    }
}

static void what_librdkafka_tries_again_itself_is_no_failure(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, true, NULL));
    struct test_payload *p;

    (void)state;
    rd_kafka_mock_push_request_errors(
        r->cluster, TEST_PRODUCE, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    p = test_send_one(r, "a", "k", "v");
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    assert_string_equal("k=v;", test_read(r, "a", 1, 1));
    test_end(r);
}

static void says_when_acknowledgements_take_long(void **state)
{
    static const char *const set[] = {"retry.backoff.ms", "100", NULL};
    struct rig *r = test_begin(test_rig(1, 1, false, set));
    struct test_payload *p;

    (void)state;
    for (int i = 0; i < 5; i++)
        rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 1,
                                          RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    p = test_send_one(r, "a", "k", "v");
    sender_poll(&r->s, 0);
    assert_null(strstr(r->log.text, "to be acknowledged"));
    r->s.flights.made->at -= 31000000000; /* as if it had been so long */
    r->s.watched_at = 0;
    sender_poll(&r->s, 0);
    assert_non_null(strstr(r->log.text, "kafka: topic 'a': records wait for 31 s"));
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    test_end(r);
}

static void says_when_no_broker_is_reached_for_long(void **state)
{
    static const char *const set[] = {"bootstrap.servers", "127.0.0.1:1", NULL};
    struct rig *r = test_begin(test_rig(1, 1, false, set));
    struct test_payload *p = test_send_one(r, "a", "k", "v");
    time_t end = time(NULL) + TEST_TIMEOUT;

    (void)state;
    while (!r->s.teller.down && time(NULL) < end)
        sender_poll(&r->s, 100000000);
    r->s.flights.made->at -= 3000000000; /* as if it had been so long */
    r->s.watched_at = 0;
    sender_poll(&r->s, 0);
    assert_non_null(
        strstr(r->log.text, "kafka: no broker is reachable: records are kept and retried"));
    sender_cancel(&r->s);
    assert_int_equal(ILF_CANCELLED, test_wait(r, p)->verdict);
    test_end(r);
}

static void more_topics_than_are_kept_in_mind_begin_another_client(void **state)
{
    struct rig *r = test_rig(1, 1, true, NULL);
    struct test_payload *p[3];
    struct producer *first;

    (void)state;
    r->s.max_topics = 2;
    test_begin(r);
    first = r->s.current;
    for (int i = 0; i < 3; i++)
        p[i] = test_send_one(r, (const char *const[]){"a", "b", "c"}[i], NULL, "v");
    for (int i = 0; i < 3; i++)
        assert_int_equal(ILF_DELIVERED, test_wait(r, p[i])->verdict);
    assert_ptr_not_equal(first, r->s.current);
    assert_int_equal(1, r->s.current->n_topics);
    assert_string_equal("v;", test_read(r, "c", 1, 1));
    test_end(r);
}

/* --- Order ------------------------------------------------------------------------------------ */

/* Send what has failed again, in order, once nothing is under way: as the runtime does. */
static size_t send_failed_again(struct rig *r)
{
    size_t failed = 0;

    for (size_t i = 0; i < r->n_payloads; i++)
        failed += r->payloads[i]->ended.verdict != ILF_DELIVERED;
    for (size_t i = 0; i < r->n_payloads; i++) {
        if (r->payloads[i]->ended.verdict == ILF_DELIVERED)
            continue;
        memset(&r->payloads[i]->ended, 0, sizeof(r->payloads[i]->ended));
        sender_send(&r->s, &r->payloads[i]->p);
    }
    return failed;
}

static void nothing_overtakes_what_a_broker_has_refused(void **state)
{
    /* So that the batches are of 50 records, however slowly this runs. */
    static const char *const set[] = {"linger.ms", "2000", "batch.num.messages", "50", NULL};
    struct rig *r = test_begin(test_rig(1, 1, true, set));
    char want[4096] = "k=first;", value[16];
    size_t tries = 0;

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", "k", "first"))->verdict);
    /* Two batches are under way when the first is refused. A broker then refuses the second, since
     * the one before it is missing; the mock cluster has to be told so. */
    rd_kafka_mock_broker_set_rtt(r->cluster, 1, 1500);
    rd_kafka_mock_push_request_errors(r->cluster, TEST_PRODUCE, 2,
                                      RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(value, sizeof(value), "%d", i);
        (void)snprintf(want + strlen(want), sizeof(want) - strlen(want), "k=%d;", i);
        test_send_one(r, "a", "k", value);
    }
    do {
        for (size_t i = 0; i < r->n_payloads; i++)
            test_wait(r, r->payloads[i]);
        assert_true(tries++ < 50);
        rd_kafka_mock_broker_set_rtt(r->cluster, 1, 0);
        while (r->s.usable_at > ilf__clock())
            usleep(100000);
    } while (send_failed_again(r) > 0);
    assert_true(tries > 1); /* or nothing was refused */
    assert_string_equal(want, test_read(r, "a", 1, 101));
    test_end(r);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static double seconds(void)
{
    return (double)test_now(NULL) / 1e9;
}

static void a_wake_before_the_poll_is_not_lost(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    double begin;

    (void)state;
    sender_poll(&r->s, 0);
    sender_wake(&r->s);
    begin = seconds();
    sender_poll(&r->s, 10000000000);
    assert_true(seconds() - begin < 8);
    test_end(r);
}

static void *wake_later(void *sender)
{
    usleep(100000);
    sender_wake(sender);
    return NULL;
}

static void a_wake_ends_a_poll_without_a_limit(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    pthread_t thread;

    (void)state;
    assert_int_equal(0, pthread_create(&thread, NULL, wake_later, &r->s));
    sender_poll(&r->s, -1);
    pthread_join(thread, NULL);
    test_end(r);
}

static void cancel_ends_what_no_broker_takes(void **state)
{
    struct rig *r = test_rig(1, 1, false, NULL);
    struct test_payload *p[3];

    (void)state;
    test_set(r->s.conf, "bootstrap.servers", "127.0.0.1:1");
    r->s.max_topics = 2;
    test_begin(r);
    for (int i = 0; i < 3; i++) /* the third waits for another client */
        p[i] = test_send_one(r, (const char *const[]){"a", "b", "c"}[i], NULL, "v");
    sender_poll(&r->s, 1000000);
    assert_false(p[0]->ended.ended);
    sender_cancel(&r->s);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ILF_CANCELLED, test_wait(r, p[i])->verdict);
        assert_int_equal(0, p[i]->ended.flags & ILF_RESULT_UNANSWERED);
    }
    p[0] = test_send_one(r, "a", NULL, "late");
    assert_int_equal(ILF_CANCELLED, p[0]->ended.verdict);
    test_end(r);
}

static void what_was_cancelled_under_way_may_have_arrived(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_send_one(r, "a", NULL, "first");

    (void)state;
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    rd_kafka_mock_broker_set_rtt(r->cluster, 1, 5000);
    p = test_send_one(r, "a", NULL, "second");
    usleep(300000); /* until it is under way */
    sender_cancel(&r->s);
    assert_int_equal(ILF_CANCELLED, test_wait(r, p)->verdict);
    assert_int_equal(ILF_RESULT_UNANSWERED, p->ended.flags & ILF_RESULT_UNANSWERED);
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_delivered_when_all_its_reports_are_in),
        cmocka_unit_test(a_record_that_is_too_large_is_told_and_the_others_are_delivered),
        cmocka_unit_test(a_record_that_was_alone_in_its_batch_is_too_large_itself),
        cmocka_unit_test(what_may_come_right_is_sent_again_and_what_never_will_is_not),
        cmocka_unit_test(what_librdkafka_tries_again_itself_is_no_failure),
        cmocka_unit_test(says_when_acknowledgements_take_long),
        cmocka_unit_test(says_when_no_broker_is_reached_for_long),
        cmocka_unit_test(more_topics_than_are_kept_in_mind_begin_another_client),
        cmocka_unit_test(nothing_overtakes_what_a_broker_has_refused),
        cmocka_unit_test(a_wake_before_the_poll_is_not_lost),
        cmocka_unit_test(a_wake_ends_a_poll_without_a_limit),
        cmocka_unit_test(cancel_ends_what_no_broker_takes),
        cmocka_unit_test(what_was_cancelled_under_way_may_have_arrived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
