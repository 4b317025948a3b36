/* Tests of flushers/kafka/answer.c. */
#include "../../../flushers/kafka/answer.h"

#include "ilf_test.h"

static ilf_verdict verdict(rd_kafka_resp_err_t code)
{
    return kafka_answer(code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, true, false).verdict;
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

static void every_code_that_librdkafka_names_has_its_place_in_the_table(void **state)
{
    const struct rd_kafka_err_desc *all;
    size_t n, codes = 0;
    bool known;

    (void)state;
    rd_kafka_get_err_descs(&all, &n);
    for (size_t i = 0; i < n; i++) {
        if (!all[i].name || all[i].code == RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        codes++;
        (void)kafka_fault(all[i].code, &known);
        if (!known)
            fail_msg("%s (%d) is missing in flushers/kafka/answer.c", all[i].name, all[i].code);
    }
    assert_true(codes > 150);
}

/* Whatever an endpoint or the configuration does, records wait: of all codes only these end them. */
static void no_other_code_than_these_is_a_verdict_on_a_record(void **state)
{
    (void)state;
    for (int code = -200; code < 1000; code++) {
        ilf_verdict got = verdict((rd_kafka_resp_err_t)code);

        switch (code) {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            assert_int_equal(ILF_DELIVERED, got);
            break;
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            assert_int_equal(ILF_REJECT, got);
            break;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            assert_int_equal(ILF_TOO_LARGE, got);
            break;
        default:
            if (got != ILF_RETRY)
                fail_msg("%d is a verdict", code);
        }
    }
}

static void a_topic_that_the_configuration_names_is_not_the_records_fault(void **state)
{
    (void)state;
    assert_int_equal(ILF_RETRY, kafka_answer(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
                                             RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false, false)
                                    .verdict);
}

static void whose_fault_it_is_can_be_told(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        enum kafka_fault fault;
    } rows[] = {
        {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, KAFKA_FAULT_RECORD},
        {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, KAFKA_FAULT_SIZE},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, KAFKA_FAULT_TOPIC},
        {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, KAFKA_FAULT_CONFIG},
        {RD_KAFKA_RESP_ERR__TRANSPORT, KAFKA_FAULT_ENDPOINT},
        {RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, KAFKA_FAULT_MACHINE},
        {RD_KAFKA_RESP_ERR__FATAL, KAFKA_FAULT_CLIENT},
        {(rd_kafka_resp_err_t)-138, KAFKA_FAULT_OTHER},
        {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, KAFKA_FAULT_UNRELATED},
        {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, KAFKA_FAULT_UNKNOWN},
        {(rd_kafka_resp_err_t)12345, KAFKA_FAULT_UNKNOWN},
    };
    bool known;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(rows[i].fault, kafka_fault(rows[i].code, &known));
    assert_false(known);
}

static void what_may_have_arrived_is_unanswered(void **state)
{
    struct answer a = kafka_answer(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                                   RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED, false, false);

    (void)state;
    assert_int_equal(ILF_RESULT_UNANSWERED | ILF_RESULT_UNREACHED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false,
                     false);
    assert_int_equal(ILF_RESULT_UNREACHED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false,
                     false);
    assert_int_equal(ILF_RESULT_UNANSWERED, a.flags);
    a = kafka_answer(RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false,
                     false);
    assert_int_equal(0, a.flags);
    /* A duplicate that the broker has is there. */
    a = kafka_answer(RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, RD_KAFKA_MSG_STATUS_PERSISTED,
                     false, false);
    assert_int_equal(ILF_DELIVERED, a.verdict);
}

static void what_is_cancelled_is_neither_retried_nor_saved(void **state)
{
    (void)state;
    assert_int_equal(ILF_CANCELLED, kafka_answer(RD_KAFKA_RESP_ERR__PURGE_QUEUE,
                                                 RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false, true)
                                        .verdict);
    assert_int_equal(ILF_TOO_LARGE, kafka_answer(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                                 RD_KAFKA_MSG_STATUS_NOT_PERSISTED, false, true)
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
        cmocka_unit_test(every_code_that_librdkafka_names_has_its_place_in_the_table),
        cmocka_unit_test(no_other_code_than_these_is_a_verdict_on_a_record),
        cmocka_unit_test(a_topic_that_the_configuration_names_is_not_the_records_fault),
        cmocka_unit_test(whose_fault_it_is_can_be_told),
        cmocka_unit_test(what_may_have_arrived_is_unanswered),
        cmocka_unit_test(what_is_cancelled_is_neither_retried_nor_saved),
        cmocka_unit_test(the_reason_names_topic_error_and_cure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
