/* A client of librdkafka, from its start to its end, with the topics that it knows. */
#ifndef ILF_KAFKA_PRODUCER_H
#define ILF_KAFKA_PRODUCER_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "config.h"
#include "stats.h"
#include "tokens.h"

enum { PRODUCER_BUCKETS = 256 };

struct producer_topic {
    struct producer_topic *chain;
    rd_kafka_topic_t *rkt;
    atomic_uint turn; /* of roundrobin */
    size_t len;
    char name[];
};

struct producer {
    struct producer *next;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue; /* of reports, errors and statistics, as events */
    struct tokens *tokens;   /* NULL: it needs none */
    bool round_robin;
    uint64_t batch_size;   /* bytes, of its requests' batches */
    uint64_t delivered;    /* records */
    size_t flights;        /* payloads that wait for reports */
    bool has_transactions; /* init_transactions is through */
    bool broken;           /* sends nothing any more */
    bool refused;          /* records had to keep their order, and a batch was refused */
    uint64_t broken_at, purged_at;
    uint64_t stats[STATS_COUNTERS];
    struct producer_topic *topics[PRODUCER_BUCKETS];
    size_t n_topics;

    pthread_t grave; /* the thread that ends it */
    atomic_bool ended;
};

/* Start a client with a copy of @conf, whose batches have at most @batch_size bytes (0: as @conf
 * says). With the mechanism OAUTHBEARER it gets its tokens as @oauth says, which is NULL, or without
 * a TokenURL, for others. Contacts no broker. Fails with ILF_ERR_CONFIG for properties that do not fit together, and with
 * ILF_ERR_NOMEM. */
ilf_status producer_new(struct producer **out, const rd_kafka_conf_t *conf, uint64_t batch_size,
                        bool round_robin, const struct kafka_oauth *oauth, ilf_error *err);

/* Stop the client, whatever is under way. May take as long as a look-up of a name. */
void producer_free(struct producer *p);

/* Do that on a thread of its own, and free those of @graves that are through. */
void producer_bury(struct producer *p, struct producer **graves);
void producer_free_graves(struct producer **graves);

/* The topic @name; librdkafka keeps it until the client ends. NULL: out of memory, or no topic. */
rd_kafka_topic_t *producer_topic(struct producer *p, ilf_str name);
bool producer_knows(const struct producer *p, ilf_str name);

#endif
