/* Sending: payloads become messages of librdkafka, and reports the payloads' verdicts. */
#ifndef ILF_KAFKA_SENDER_H
#define ILF_KAFKA_SENDER_H

#include "flight.h"
#include "producer.h"
#include "stats.h"
#include "teller.h"

struct sender {
    /* Set before sender_init. */
    const ilf_host *host;
    rd_kafka_conf_t *conf;       /* the sender's from then on */
    rd_kafka_headers_t *headers; /* that each record has; NULL: none; likewise */
    bool round_robin, ordered;
    size_t max_topics;

    pthread_mutex_t lock; /* of current, which wake uses too */
    struct producer *current;
    struct producer *old;    /* those whose reports are not in yet */
    struct producer *graves; /* those that are ending */
    uint64_t batch_size;     /* learned from brokers; 0: as configured */
    struct flights flights;
    struct teller teller;
    struct stats stats;
    bool moved;        /* current is another one, so a wake may have been missed */
    bool holding;      /* ordered, and something failed: nothing may overtake it */
    bool full;         /* current knows max_topics topics: the next one begins when it is through */
    bool cancelled;    /* nothing is sent any more */
    unsigned restarts; /* without a delivery between them */
    uint64_t usable_at; /* by the host's clock; before it, nothing is sent */
};

/* Start the first client. Fails as producer_new, with nothing left behind but what the caller set. */
ilf_status sender_init(struct sender *s, ilf_error *err);
void sender_dispose(struct sender *s);

void sender_send(struct sender *s, const ilf_payload *payload);
void sender_poll(struct sender *s, int64_t timeout);
void sender_wake(struct sender *s);
void sender_cancel(struct sender *s);

/* What is wrong with a topic's name, or NULL. */
const char *kafka_topic_wrong(ilf_str topic);

#endif
