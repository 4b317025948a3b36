/* Transactions: with TransactionalID each payload is one. */
#ifndef ILF_KAFKA_TRANSACTION_H
#define ILF_KAFKA_TRANSACTION_H

#include "worker.h"

struct flight;
struct sender;

struct transaction {
    struct worker worker;
    struct flight *flight;        /* the one under way, or NULL */
    bool settled;                 /* it ends when its reports are in */
    struct worker_result failure; /* why it is being aborted */
};

/* Begin a transaction for @flight, while there is no other. */
void transaction_begin(struct sender *s, struct flight *flight);

/* All reports of @flight are in. */
void transaction_reported(struct sender *s, const struct flight *flight);

/* Go on, if the worker has answered. */
void transaction_step(struct sender *s);

#endif
