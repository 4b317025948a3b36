/* Records of batches that were refused, in groups that are tried together. */
#ifndef ILF_KAFKA_SUSPECTS_H
#define ILF_KAFKA_SUSPECTS_H

#include <librdkafka/rdkafka.h>

#include <ilf/flusher.h>

struct flight;

/* A record of a batch that was refused. */
struct suspect {
    struct flight *flight;
    uint32_t record;
    rd_kafka_resp_err_t code;
};

/* Records of one partition, in their order, that are tried together. */
struct suspects {
    struct suspects *next;
    int32_t partition;
    bool guilty;     /* at least one of them is a culprit */
    bool by_payload; /* all that is asked is of which payloads the culprits are */
    bool narrows;    /* part of guilty ones: its end says nothing of how many culprits there are */
    size_t n;
    struct suspect of[];
};

/* A group of the first @n of @of, for malloc's free. NULL: out of memory. */
struct suspects *suspects_new(const struct suspect *of, size_t n);

/* Take the group to be tried next, of at most @most records, from the front of @list, which is not
 * empty. Of a guilty one that is the first half; then *@rest is the other one, which is guilty if this
 * one is not. NULL: out of memory. */
struct suspects *suspects_take(struct suspects **list, size_t most, struct suspects **rest);

#endif
