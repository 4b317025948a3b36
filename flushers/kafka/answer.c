/* What the errors of librdkafka and of brokers mean for a record: whose fault each of them is. */
#include "answer.h"

#define CREATE "create the topic, or set auto.create.topics.enable of the brokers"

#define PLAIN(name, whose)                                                                         \
    {                                                                                              \
        RD_KAFKA_RESP_ERR_##name, KAFKA_FAULT_##whose, 0, NULL                                     \
    }
#define HINTED(name, whose, flags, hint)                                                           \
    {                                                                                              \
        RD_KAFKA_RESP_ERR_##name, KAFKA_FAULT_##whose, flags, hint                                 \
    }
/* Codes that librdkafka 2.0.2 has no name for. */
#define LATER(number, whose)                                                                       \
    {                                                                                              \
        (rd_kafka_resp_err_t)(number), KAFKA_FAULT_##whose, 0, NULL                                \
    }

/* All that rd_kafka_get_err_descs names, up to librdkafka 2.16. */
static const struct row {
    rd_kafka_resp_err_t code;
    enum kafka_fault fault;
    uint32_t flags;
    const char *hint;
} rows[] = {
    PLAIN(_BEGIN, UNRELATED),
    PLAIN(_BAD_MSG, ENDPOINT),
    PLAIN(_BAD_COMPRESSION, ENDPOINT),
    PLAIN(_DESTROY, CLIENT),
    HINTED(_FAIL, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    HINTED(_TRANSPORT, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    PLAIN(_CRIT_SYS_RESOURCE, MACHINE),
    HINTED(_RESOLVE, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    HINTED(_MSG_TIMED_OUT, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    PLAIN(_PARTITION_EOF, UNRELATED),
    PLAIN(_UNKNOWN_PARTITION, TOPIC),
    PLAIN(_FS, MACHINE),
    HINTED(_UNKNOWN_TOPIC, TOPIC, 0, CREATE),
    HINTED(_ALL_BROKERS_DOWN, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    PLAIN(_INVALID_ARG, CONFIG),
    HINTED(_TIMED_OUT, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    PLAIN(_QUEUE_FULL, MACHINE),
    PLAIN(_ISR_INSUFF, ENDPOINT),
    PLAIN(_NODE_UPDATE, ENDPOINT),
    HINTED(_SSL, ENDPOINT, ILF_RESULT_UNREACHED, NULL),
    PLAIN(_WAIT_COORD, ENDPOINT),
    PLAIN(_UNKNOWN_GROUP, UNRELATED),
    PLAIN(_IN_PROGRESS, CLIENT),
    PLAIN(_PREV_IN_PROGRESS, CLIENT),
    PLAIN(_EXISTING_SUBSCRIPTION, UNRELATED),
    PLAIN(_ASSIGN_PARTITIONS, UNRELATED),
    PLAIN(_REVOKE_PARTITIONS, UNRELATED),
    PLAIN(_CONFLICT, CONFIG),
    PLAIN(_STATE, CLIENT),
    PLAIN(_UNKNOWN_PROTOCOL, ENDPOINT),
    PLAIN(_NOT_IMPLEMENTED, CONFIG),
    HINTED(_AUTHENTICATION, CONFIG, 0, "see Authentication"),
    PLAIN(_NO_OFFSET, UNRELATED),
    PLAIN(_OUTDATED, CLIENT),
    PLAIN(_TIMED_OUT_QUEUE, ENDPOINT),
    HINTED(_UNSUPPORTED_FEATURE, CONFIG, 0,
           "set RequiredACKs to 1, and no TransactionalID, for such brokers"),
    PLAIN(_WAIT_CACHE, ENDPOINT),
    PLAIN(_INTR, MACHINE),
    PLAIN(_KEY_SERIALIZATION, UNRELATED),
    PLAIN(_VALUE_SERIALIZATION, UNRELATED),
    PLAIN(_KEY_DESERIALIZATION, UNRELATED),
    PLAIN(_VALUE_DESERIALIZATION, UNRELATED),
    PLAIN(_PARTIAL, ENDPOINT),
    PLAIN(_READ_ONLY, CONFIG),
    PLAIN(_NOENT, CLIENT),
    PLAIN(_UNDERFLOW, ENDPOINT),
    PLAIN(_INVALID_TYPE, CONFIG),
    PLAIN(_RETRY, CLIENT),
    HINTED(_PURGE_QUEUE, CLIENT, 0, "the client was restarted"),
    HINTED(_PURGE_INFLIGHT, CLIENT, ILF_RESULT_UNANSWERED, "the client was restarted"),
    PLAIN(_FATAL, CLIENT),
    PLAIN(_INCONSISTENT, CLIENT),
    HINTED(_GAPLESS_GUARANTEE, CLIENT, 0, "waiting for earlier records, to keep the order"),
    PLAIN(_MAX_POLL_EXCEEDED, UNRELATED),
    PLAIN(_UNKNOWN_BROKER, ENDPOINT),
    PLAIN(_NOT_CONFIGURED, CONFIG),
    HINTED(_FENCED, CONFIG, 0,
           "another client has the same TransactionalID: each agent needs its own"),
    PLAIN(_APPLICATION, UNRELATED),
    PLAIN(_ASSIGNMENT_LOST, UNRELATED),
    PLAIN(_NOOP, UNRELATED),
    PLAIN(_AUTO_OFFSET_RESET, UNRELATED),
    LATER(-139, UNRELATED), /* _LOG_TRUNCATION */
    LATER(-138, OTHER),     /* _INVALID_DIFFERENT_RECORD */
    LATER(-137, ENDPOINT),  /* _DESTROY_BROKER */
    PLAIN(_END, UNRELATED),
    PLAIN(UNKNOWN, UNKNOWN),
    PLAIN(OFFSET_OUT_OF_RANGE, UNRELATED),
    HINTED(INVALID_MSG, UNKNOWN, 0,
           "it was damaged on its way, or, before Kafka 2.4, a compacted topic takes no record "
           "without a "
           "key: Retry.Actions may say {\"2\": \"dead-letter\"}"),
    HINTED(UNKNOWN_TOPIC_OR_PART, TOPIC, 0, CREATE),
    PLAIN(INVALID_MSG_SIZE, ENDPOINT),
    PLAIN(LEADER_NOT_AVAILABLE, TOPIC),
    PLAIN(NOT_LEADER_FOR_PARTITION, TOPIC),
    PLAIN(REQUEST_TIMED_OUT, ENDPOINT),
    PLAIN(BROKER_NOT_AVAILABLE, ENDPOINT),
    PLAIN(REPLICA_NOT_AVAILABLE, TOPIC),
    HINTED(MSG_SIZE_TOO_LARGE, SIZE, 0, "see MaxMessageBytes, and max.message.bytes of the topic"),
    PLAIN(STALE_CTRL_EPOCH, ENDPOINT),
    PLAIN(OFFSET_METADATA_TOO_LARGE, UNRELATED),
    PLAIN(NETWORK_EXCEPTION, ENDPOINT),
    PLAIN(COORDINATOR_LOAD_IN_PROGRESS, ENDPOINT),
    PLAIN(COORDINATOR_NOT_AVAILABLE, ENDPOINT),
    PLAIN(NOT_COORDINATOR, ENDPOINT),
    HINTED(TOPIC_EXCEPTION, TOPIC_NAME, 0, "see Topic"),
    HINTED(RECORD_LIST_TOO_LARGE, SIZE, 0, "see segment.bytes of the topic"),
    HINTED(NOT_ENOUGH_REPLICAS, TOPIC, 0,
           "fewer brokers are in sync than min.insync.replicas of the topic"),
    HINTED(NOT_ENOUGH_REPLICAS_AFTER_APPEND, TOPIC, 0,
           "fewer brokers are in sync than min.insync.replicas of the topic"),
    HINTED(INVALID_REQUIRED_ACKS, CONFIG, 0, "see RequiredACKs"),
    PLAIN(ILLEGAL_GENERATION, UNRELATED),
    PLAIN(INCONSISTENT_GROUP_PROTOCOL, UNRELATED),
    PLAIN(INVALID_GROUP_ID, UNRELATED),
    PLAIN(UNKNOWN_MEMBER_ID, UNRELATED),
    PLAIN(INVALID_SESSION_TIMEOUT, UNRELATED),
    PLAIN(REBALANCE_IN_PROGRESS, UNRELATED),
    PLAIN(INVALID_COMMIT_OFFSET_SIZE, UNRELATED),
    HINTED(TOPIC_AUTHORIZATION_FAILED, TOPIC, 0,
           "allow the user to Write to and Describe the topic"),
    PLAIN(GROUP_AUTHORIZATION_FAILED, UNRELATED),
    HINTED(CLUSTER_AUTHORIZATION_FAILED, CONFIG, 0,
           "allow the user IdempotentWrite on the cluster, or set RequiredACKs to 1"),
    HINTED(INVALID_TIMESTAMP, RECORD, 0, "see Timestamp, and message.timestamp.* of the topic"),
    HINTED(UNSUPPORTED_SASL_MECHANISM, CONFIG, 0, "see Authentication"),
    HINTED(ILLEGAL_SASL_STATE, CONFIG, 0, "see Authentication"),
    PLAIN(UNSUPPORTED_VERSION, CONFIG),
    PLAIN(TOPIC_ALREADY_EXISTS, TOPIC),
    PLAIN(INVALID_PARTITIONS, TOPIC),
    PLAIN(INVALID_REPLICATION_FACTOR, TOPIC),
    PLAIN(INVALID_REPLICA_ASSIGNMENT, UNRELATED),
    PLAIN(INVALID_CONFIG, CONFIG),
    PLAIN(NOT_CONTROLLER, ENDPOINT),
    PLAIN(INVALID_REQUEST, UNKNOWN),
    HINTED(
        UNSUPPORTED_FOR_MESSAGE_FORMAT, TOPIC, 0,
        "see log.message.format.version of the brokers, and message.format.version of the topic"),
    PLAIN(POLICY_VIOLATION, UNKNOWN),
    PLAIN(OUT_OF_ORDER_SEQUENCE_NUMBER, CLIENT),
    PLAIN(DUPLICATE_SEQUENCE_NUMBER, CLIENT),
    PLAIN(INVALID_PRODUCER_EPOCH, CLIENT),
    PLAIN(INVALID_TXN_STATE, CLIENT),
    PLAIN(INVALID_PRODUCER_ID_MAPPING, CLIENT),
    HINTED(INVALID_TRANSACTION_TIMEOUT, CONFIG, 0,
           "see transaction.timeout.ms, and transaction.max.timeout.ms of the brokers"),
    PLAIN(CONCURRENT_TRANSACTIONS, CLIENT),
    PLAIN(TRANSACTION_COORDINATOR_FENCED, CLIENT),
    HINTED(TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CONFIG, 0,
           "allow the user Write on the transactional id"),
    HINTED(SECURITY_DISABLED, CONFIG, 0, "see Authentication"),
    PLAIN(OPERATION_NOT_ATTEMPTED, ENDPOINT),
    PLAIN(KAFKA_STORAGE_ERROR, ENDPOINT),
    PLAIN(LOG_DIR_NOT_FOUND, ENDPOINT),
    HINTED(SASL_AUTHENTICATION_FAILED, CONFIG, 0, "see Authentication"),
    PLAIN(UNKNOWN_PRODUCER_ID, CLIENT),
    PLAIN(REASSIGNMENT_IN_PROGRESS, ENDPOINT),
    PLAIN(DELEGATION_TOKEN_AUTH_DISABLED, UNRELATED),
    PLAIN(DELEGATION_TOKEN_NOT_FOUND, UNRELATED),
    PLAIN(DELEGATION_TOKEN_OWNER_MISMATCH, UNRELATED),
    PLAIN(DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, UNRELATED),
    PLAIN(DELEGATION_TOKEN_AUTHORIZATION_FAILED, UNRELATED),
    PLAIN(DELEGATION_TOKEN_EXPIRED, UNRELATED),
    PLAIN(INVALID_PRINCIPAL_TYPE, UNRELATED),
    PLAIN(NON_EMPTY_GROUP, UNRELATED),
    PLAIN(GROUP_ID_NOT_FOUND, UNRELATED),
    PLAIN(FETCH_SESSION_ID_NOT_FOUND, UNRELATED),
    PLAIN(INVALID_FETCH_SESSION_EPOCH, UNRELATED),
    PLAIN(LISTENER_NOT_FOUND, ENDPOINT),
    PLAIN(TOPIC_DELETION_DISABLED, UNRELATED),
    PLAIN(FENCED_LEADER_EPOCH, TOPIC),
    PLAIN(UNKNOWN_LEADER_EPOCH, TOPIC),
    HINTED(UNSUPPORTED_COMPRESSION_TYPE, CONFIG, 0, "see Compression: the brokers do not know it"),
    PLAIN(STALE_BROKER_EPOCH, ENDPOINT),
    PLAIN(OFFSET_NOT_AVAILABLE, UNRELATED),
    PLAIN(MEMBER_ID_REQUIRED, UNRELATED),
    PLAIN(PREFERRED_LEADER_NOT_AVAILABLE, ENDPOINT),
    PLAIN(GROUP_MAX_SIZE_REACHED, UNRELATED),
    PLAIN(FENCED_INSTANCE_ID, UNRELATED),
    PLAIN(ELIGIBLE_LEADERS_NOT_AVAILABLE, ENDPOINT),
    PLAIN(ELECTION_NOT_NEEDED, UNRELATED),
    PLAIN(NO_REASSIGNMENT_IN_PROGRESS, UNRELATED),
    PLAIN(GROUP_SUBSCRIBED_TO_TOPIC, UNRELATED),
    HINTED(INVALID_RECORD, RECORD, 0,
           "a compacted topic takes no record without a key: see PartitionerType and HashKeys"),
    PLAIN(UNSTABLE_OFFSET_COMMIT, UNRELATED),
    PLAIN(THROTTLING_QUOTA_EXCEEDED, ENDPOINT),
    HINTED(PRODUCER_FENCED, CONFIG, 0,
           "another client has the same TransactionalID: each agent needs its own"),
    PLAIN(RESOURCE_NOT_FOUND, UNRELATED),
    PLAIN(DUPLICATE_RESOURCE, UNRELATED),
    HINTED(UNACCEPTABLE_CREDENTIAL, CONFIG, 0, "see Authentication"),
    PLAIN(INCONSISTENT_VOTER_SET, UNRELATED),
    PLAIN(INVALID_UPDATE_VERSION, UNRELATED),
    PLAIN(FEATURE_UPDATE_FAILED, UNRELATED),
    PLAIN(PRINCIPAL_DESERIALIZATION_FAILURE, ENDPOINT),
    LATER(100, TOPIC),     /* UNKNOWN_TOPIC_ID */
    LATER(103, TOPIC),     /* INCONSISTENT_TOPIC_ID */
    LATER(110, UNRELATED), /* FENCED_MEMBER_EPOCH */
    LATER(111, UNRELATED), /* UNRELEASED_INSTANCE_ID */
    LATER(112, UNRELATED), /* UNSUPPORTED_ASSIGNOR */
    LATER(113, UNRELATED), /* STALE_MEMBER_EPOCH */
    LATER(114, UNRELATED), /* MISMATCHED_ENDPOINT_TYPE */
    LATER(115, UNRELATED), /* UNSUPPORTED_ENDPOINT_TYPE */
    LATER(116, UNRELATED), /* UNKNOWN_CONTROLLER_ID */
    LATER(117, UNRELATED), /* UNKNOWN_SUBSCRIPTION_ID */
    LATER(118, UNRELATED), /* TELEMETRY_TOO_LARGE */
    LATER(119, UNRELATED), /* INVALID_REGISTRATION */
    LATER(120, CLIENT),    /* TRANSACTION_ABORTABLE */
    LATER(121, UNRELATED), /* INVALID_RECORD_STATE */
    LATER(122, UNRELATED), /* SHARE_SESSION_NOT_FOUND */
    LATER(123, UNRELATED), /* INVALID_SHARE_SESSION_EPOCH */
    LATER(124, UNRELATED), /* FENCED_STATE_EPOCH */
    LATER(125, UNRELATED), /* INVALID_VOTER_KEY */
    LATER(126, UNRELATED), /* DUPLICATE_VOTER */
    LATER(127, UNRELATED), /* VOTER_NOT_FOUND */
    LATER(128, UNRELATED), /* INVALID_REGULAR_EXPRESSION */
    LATER(129, ENDPOINT),  /* REBOOTSTRAP_REQUIRED */
    LATER(130, UNRELATED), /* STREAMS_INVALID_TOPOLOGY */
    LATER(131, UNRELATED), /* STREAMS_INVALID_TOPOLOGY_EPOCH */
    LATER(132, UNRELATED), /* STREAMS_TOPOLOGY_FENCED */
    LATER(133, UNRELATED), /* SHARE_SESSION_LIMIT_REACHED */
};

/* The row of @code. NULL: it is of a later release. */
static const struct row *find(rd_kafka_resp_err_t code)
{
    size_t low = 0, high = sizeof(rows) / sizeof(rows[0]);

    while (low < high) { /* they are sorted */
        size_t middle = low + (high - low) / 2;

        if (rows[middle].code == code)
            return &rows[middle];
        if (rows[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

enum kafka_fault kafka_fault(rd_kafka_resp_err_t code, bool *known)
{
    const struct row *row = find(code);

    *known = row != NULL;
    return row ? row->fault : KAFKA_FAULT_UNKNOWN;
}

static ilf_verdict verdict_of(enum kafka_fault fault, bool names_vary)
{
    if (fault == KAFKA_FAULT_RECORD || (fault == KAFKA_FAULT_TOPIC_NAME && names_vary))
        return ILF_REJECT;
    return fault == KAFKA_FAULT_SIZE ? ILF_TOO_LARGE : ILF_RETRY;
}

struct answer kafka_answer(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, bool names_vary,
                           bool cancelled)
{
    const struct row *row = find(code);
    struct answer answer = {.verdict = ILF_RETRY, .fault = KAFKA_FAULT_UNKNOWN};

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || status == RD_KAFKA_MSG_STATUS_PERSISTED)
        return (struct answer){.verdict = ILF_DELIVERED};
    if (row)
        answer =
            (struct answer){verdict_of(row->fault, names_vary), row->flags, row->hint, row->fault};
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
