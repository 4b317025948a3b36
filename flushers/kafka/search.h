/* The search for the records for which a broker refuses a whole batch.
 *
 * One record with a timestamp that a topic does not take, or without the key that it wants, and all of
 * the batch is refused. Brokers from 2.4 on name the culprits, and librdkafka from 2.4 on hands that
 * on. Otherwise the records of the batch are tried again in ever smaller groups, until those that are
 * refused go alone. A client of its own does that, which sends one group at a time, so that no record
 * of another payload gets into its batch. While no batch is refused, nothing of it happens. */
#ifndef ILF_KAFKA_SEARCH_H
#define ILF_KAFKA_SEARCH_H

#include "answer.h"
#include "producer.h"
#include "suspects.h"

struct sender;

struct search {
    /* The batch that is being reported: its records that are not settled yet. */
    struct suspect *batch;
    size_t n_batch, cap_batch;
    int32_t partition;

    struct producer *producer; /* that sends the groups; NULL: there is none now */
    struct suspects *first;    /* groups, in the order in which they are tried */
    struct suspects *trying;   /* the group that the producer has */
    struct suspects *rest;     /* of first: guilty, if those of trying are innocent; or NULL */
    struct suspects **again;   /* where groups of trying go that are to be tried again */
    size_t open;               /* records of trying whose report is not in yet */
    bool refused;              /* a batch of trying was */
    size_t size;               /* records that are tried together at most */
    uint64_t at;               /* by ilf__clock, when trying was sent, or had ended */
};

/* Keep for search_batch what the report @message about record @i of @flight says, if that is for the
 * search to judge. False: it is as @answer says. */
bool search_keeps(struct sender *s, struct flight *flight, size_t i,
                  const rd_kafka_message_t *message, const struct answer *answer);

/* All reports of a batch of @p are in. */
void search_batch(struct sender *s, struct producer *p);

bool search_is_on(const struct sender *s);

/* Go on with it. */
void search_step(struct sender *s);

/* For how long, of @timeout, to wait for reports to the search; nanoseconds. */
int64_t search_wait(const struct sender *s, int64_t timeout);

/* A record of the search has failed in a way that holds up all behind it: they fail, too. */
void search_give_up(struct sender *s, ilf_verdict verdict, const char *hint);

void search_dispose(struct sender *s);

#endif
