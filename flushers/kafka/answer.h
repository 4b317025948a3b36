/* What the errors of librdkafka and of brokers mean for a record. */
#ifndef ILF_KAFKA_ANSWER_H
#define ILF_KAFKA_ANSWER_H

#include <librdkafka/rdkafka.h>

#include <ilf/flusher.h>

struct answer {
    ilf_verdict verdict;
    uint32_t flags;   /* ILF_RESULT_... */
    const char *hint; /* what to look at; NULL: nothing */
};

/* For a record whose report says @code and @status; @cancelled: the flusher is being stopped. */
struct answer kafka_answer(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, bool cancelled);

/* Write the line for log and dead letters. */
void kafka_reason(char *out, size_t size, ilf_str topic, rd_kafka_resp_err_t code,
                  const char *hint);

#endif
