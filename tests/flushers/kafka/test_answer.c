/* Tests of flushers/kafka/answer.c. */
#include "../../../flushers/kafka/answer.h"

#include "ilf_test.h"

static ilf_verdict verdict(rd_kafka_resp_err_t code)
{
    return kafka_answer(code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false).verdict;
}

static void only_what_never_comes_right_is_rejected(void **state)
{
    (void)state;
    assert_int_equal(ILF_DELIVERED, verdict(RD_KAFKA_RESP_ERR_NO_ERROR));
    assert_int_equal(ILF_REJECT, verdict(RD_KAFKA_RESP_ERR_INVALID_RECORD));
    assert_int_equal(ILF_REJECT, verdict(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION));
    assert_int_equal(ILF_REJECT, verdict(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP));
    assert_int_equal(ILF_TOO_LARGE, verdict(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR__QUEUE_FULL));
    assert_int_equal(ILF_RETRY, verdict(RD_KAFKA_RESP_ERR_UNKNOWN));
    assert_int_equal(ILF_RETRY, verdict((rd_kafka_resp_err_t)12345)); /* of a later release */
}

static void what_may_have_arrived_is_unanswered(void **state)
{
    struct answer a = kafka_answer(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                                   RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED, false);

    (void)state;
    assert_int_equal(ILF_RESULT_UNANSWERED | ILF_RESULT_UNREACHED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false);
    assert_int_equal(ILF_RESULT_UNREACHED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false);
    assert_int_equal(ILF_RESULT_UNANSWERED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false);
    assert_int_equal(0, a.flags);
    /* A duplicate that the broker has is there. */
    a = kafka_answer(RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, RD_KAFKA_MSG_STATUS_PERSISTED,
                     false);
    assert_int_equal(ILF_DELIVERED, a.verdict);
}

static void what_is_cancelled_is_neither_retried_nor_saved(void **state)
{
    (void)state;
    assert_int_equal(ILF_CANCELLED, kafka_answer(RD_KAFKA_RESP_ERR__PURGE_QUEUE,
                                                 RD_KAFKA_MSG_STATUS_NOT_PERSISTED, true)
                                        .verdict);
    assert_int_equal(ILF_TOO_LARGE, kafka_answer(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                                 RD_KAFKA_MSG_STATUS_NOT_PERSISTED, true)
                                        .verdict);
}

static void the_reason_names_topic_error_and_cure(void **state)
{
    char line[320], topic[300];

    (void)state;
    kafka_reason(line, sizeof(line), S("logs"), RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                 "allow it");
    assert_string_equal("topic 'logs': Broker: Topic authorization failed "
                        "(TOPIC_AUTHORIZATION_FAILED): allow it",
                        line);
    kafka_reason(line, sizeof(line), S("logs"), RD_KAFKA_RESP_ERR_UNKNOWN, NULL);
    assert_string_equal("topic 'logs': Unknown broker error (UNKNOWN)", line);
    memset(topic, 't', sizeof(topic));
    kafka_reason(line, sizeof(line), (ilf_str){topic, sizeof(topic)}, RD_KAFKA_RESP_ERR_UNKNOWN,
                 NULL);
    assert_non_null(strstr(line, "ttt': Unknown broker error"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_never_comes_right_is_rejected),
        cmocka_unit_test(what_may_have_arrived_is_unanswered),
        cmocka_unit_test(what_is_cancelled_is_neither_retried_nor_saved),
        cmocka_unit_test(the_reason_names_topic_error_and_cure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
