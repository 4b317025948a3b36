/* Sending: payloads become messages of librdkafka, and reports the payloads' verdicts. */
#ifndef ILF_KAFKA_SENDER_H
#define ILF_KAFKA_SENDER_H

#include "../common/clock.h"
#include "flight.h"
#include "producer.h"
#include "search.h"
#include "stats.h"
#include "teller.h"
#include "transaction.h"

struct sender {
    /* Set before sender_init. */
    const ilf_host *host;
    rd_kafka_conf_t *conf;           /* the sender's from then on */
    rd_kafka_headers_t *headers;     /* that each record has; NULL: none; likewise */
    const struct kafka_oauth *oauth; /* NULL, or without a TokenURL: no tokens are needed */
    bool round_robin, ordered, transactional;
    bool names_vary; /* topics' names are made of records */
    size_t max_topics;

    pthread_mutex_t lock; /* of current, which wake uses too */
    struct producer *current;
    struct producer *old;    /* those whose reports are not in yet */
    struct producer *graves; /* those that are ending */
    uint64_t batch_size;     /* learned from brokers; 0: as configured */
    struct flights flights;
    struct teller teller;
    struct stats stats;
    struct transaction transaction;
    struct search search;
    bool moved;        /* current is another one, so a wake may have been missed */
    bool holding;      /* ordered, and something failed: nothing may overtake it */
    bool full;         /* current knows max_topics topics: the next one begins when it is through */
    bool cancelled;    /* nothing is sent any more */
    uint64_t refused;  /* bytes of the batch that is being reported */
    unsigned restarts; /* without a delivery between them */
    uint64_t usable_at;  /* by ilf__clock; before it, nothing is sent */
    uint64_t watched_at; /* likewise, when it was last asked whether a flight takes long */
};

/* Start the first client. Fails as producer_new, with nothing left behind but what the caller set. */
ilf_status sender_init(struct sender *s, ilf_error *err);
void sender_dispose(struct sender *s);

void sender_send(struct sender *s, const ilf_payload *payload);
void sender_poll(struct sender *s, int64_t timeout);
void sender_wake(struct sender *s);
void sender_cancel(struct sender *s);

/* --- Between the files of the sender ----------------------------------------------------------- */

/* Let the flight's producer have its records. */
void sender_produce(struct sender *s, struct flight *flight);

/* Give record @i of @flight to @p, for @partition of @topic. */
rd_kafka_resp_err_t sender_produce_one(const struct sender *s, struct producer *p,
                                       rd_kafka_topic_t *topic, int32_t partition,
                                       struct flight *flight, size_t i);

/* Record number @i has failed; all of them have. */
void sender_fail(struct sender *s, struct flight *flight, size_t i, rd_kafka_resp_err_t code,
                 const struct answer *answer);
void sender_fail_all(struct sender *s, struct flight *flight, rd_kafka_resp_err_t code,
                     ilf_verdict verdict, const char *hint);

/* It is known what became of one more record of the flight that was produced. */
void sender_reported(struct sender *s, struct flight *flight);

/* The flight is over. */
void sender_end(struct sender *s, struct flight *flight);

/* Put another client into the place of the current one. Without memory for it all stays as it is, to
 * be tried again: false. */
bool sender_replace(struct sender *s);

/* @p can't go on, for @why if it was no fatal error: begin anew. A pause grows while nothing is
 * delivered. */
void sender_restart(struct sender *s, struct producer *p, const char *why);

/* Complete what a client that is broken does not send any more: again and again, for answers may say
 * that something would have to be sent again. */
void sender_purge(struct producer *p);

/* A batch of @refused bytes was too large for a broker, and held more than one record: try with smaller
 * batches, until either it is taken or the record that is too large goes alone. */
void sender_shrink(struct sender *s, struct producer *p, uint64_t refused);

/* What is wrong with a topic's name, or NULL. */
const char *kafka_topic_wrong(ilf_str topic);

#endif
