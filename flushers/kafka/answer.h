/* What the errors of librdkafka and of brokers mean for a record: whose fault each of them is. */
#ifndef ILF_KAFKA_ANSWER_H
#define ILF_KAFKA_ANSWER_H

#include <librdkafka/rdkafka.h>

#include <ilf/flusher.h>

/* Only of RECORD, SIZE and TOPIC_NAME a verdict on a record may come; with all others it waits. */
enum kafka_fault {
    KAFKA_FAULT_NONE,
    KAFKA_FAULT_RECORD, /* of one record of the batch: with others in it, it is not known of which */
    KAFKA_FAULT_SIZE,   /* likewise, because it is too large; so may all of them together be */
    KAFKA_FAULT_TOPIC_NAME, /* of the name: of the record, if that made it */
    KAFKA_FAULT_OTHER,      /* of another record of the batch, which is named */
    KAFKA_FAULT_UNKNOWN,    /* it may be a record's, and need not be */
    KAFKA_FAULT_TOPIC,      /* of the topic: its settings, its replicas, the right to write to it */
    KAFKA_FAULT_ENDPOINT,   /* of the brokers, or of the way to them */
    KAFKA_FAULT_CONFIG,     /* of our options, or of who we are */
    KAFKA_FAULT_MACHINE,    /* of this host */
    KAFKA_FAULT_CLIENT,     /* of the client's state: another one takes its place */
    KAFKA_FAULT_UNRELATED,  /* answers to requests that a producer does not make */
};

struct answer {
    ilf_verdict verdict; /* for a record that was alone in its batch */
    uint32_t flags;      /* ILF_RESULT_... */
    const char *hint;    /* what to look at; NULL: nothing */
    enum kafka_fault fault;
};

/* Whose fault it is. Codes of later releases are KAFKA_FAULT_UNKNOWN; @known tells them apart. */
enum kafka_fault kafka_fault(rd_kafka_resp_err_t code, bool *known);

/* For a record whose report says @code and @status; @cancelled: the flusher is being stopped.
 * @names_vary: the topic's name is made of records. */
struct answer kafka_answer(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, bool names_vary,
                           bool cancelled);

/* Write the line for log and dead letters. */
void kafka_reason(char *out, size_t size, ilf_str topic, rd_kafka_resp_err_t code,
                  const char *hint);

#endif
