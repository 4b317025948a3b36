/* What the errors of librdkafka and of brokers mean for a record. */
#include "answer.h"

/* What is not here may come right without a change of the record: it is sent again. */
static const struct {
    rd_kafka_resp_err_t code;
    ilf_verdict verdict;
    uint32_t flags;
    const char *hint;
} answers[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ILF_TOO_LARGE, 0,
     "see MaxMessageBytes, and max.message.bytes of the topic"},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, ILF_REJECT, 0,
     "a compacted topic takes no record without a key: see PartitionerType and HashKeys"},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ILF_REJECT, 0,
     "see Timestamp, and message.timestamp.* of the topic"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, ILF_REJECT, 0, "see Compression"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, ILF_REJECT, 0,
     "see log.message.format.version of the broker"},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ILF_REJECT, 0, "see Topic"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ILF_RETRY, 0,
     "allow the user to Write to and Describe the topic"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ILF_RETRY, 0,
     "allow the user IdempotentWrite on the cluster, or set RequiredACKs to 1"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ILF_RETRY, 0,
     "allow the user Write on the transactional id"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ILF_RETRY, 0,
     "create the topic, or set auto.create.topics.enable of the brokers"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ILF_RETRY, 0,
     "create the topic, or set auto.create.topics.enable of the brokers"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ILF_RETRY, 0, NULL},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ILF_RETRY, 0,
     "fewer brokers are in sync than min.insync.replicas of the topic"},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ILF_RETRY, 0,
     "fewer brokers are in sync than min.insync.replicas of the topic"},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ILF_RETRY, ILF_RESULT_UNREACHED, NULL},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, ILF_RETRY, ILF_RESULT_UNREACHED, NULL},
    {RD_KAFKA_RESP_ERR__TRANSPORT, ILF_RETRY, ILF_RESULT_UNREACHED, NULL},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ILF_RETRY, ILF_RESULT_UNREACHED, NULL},
    {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, ILF_RETRY, ILF_RESULT_UNANSWERED,
     "the client was started anew"},
    {RD_KAFKA_RESP_ERR__PURGE_QUEUE, ILF_RETRY, 0, "the client was started anew"},
};

struct answer kafka_answer(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, bool cancelled)
{
    struct answer answer = {.verdict = ILF_RETRY};

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || status == RD_KAFKA_MSG_STATUS_PERSISTED)
        return (struct answer){.verdict = ILF_DELIVERED};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (answers[i].code == code)
            answer = (struct answer){answers[i].verdict, answers[i].flags, answers[i].hint};
    if (status == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED && answer.verdict == ILF_RETRY)
        answer.flags |= ILF_RESULT_UNANSWERED;
    if (cancelled && answer.verdict == ILF_RETRY)
        answer.verdict = ILF_CANCELLED;
    return answer;
}

void kafka_reason(char *out, size_t size, ilf_str topic, rd_kafka_resp_err_t code, const char *hint)
{
    (void)snprintf(out, size, "topic '%.*s': %s (%s)%s%s", (int)(topic.len < 100 ? topic.len : 100),
                   topic.ptr, rd_kafka_err2str(code), rd_kafka_err2name(code), hint ? ": " : "",
                   hint ? hint : "");
}
