/* The payloads of an instance in memory: which may be sent now, which wait for another try, and
 * which wait for one of the same lane before them. Not locked: its owner does that. */
#ifndef ILF_CBRIDGE_QUEUE_H
#define ILF_CBRIDGE_QUEUE_H

#include "list.h"

/* One lane. Of its payloads one is in play (ready, waiting or taken), which is the first; the
 * others stand in line. */
struct ilf__lane {
    struct ilf__list line;
    bool busy;
};

/* How much there is. */
struct ilf__amount {
    uint64_t payloads, records, events;
    uint64_t bytes; /* of memory */
};

/* Order is kept in one of two ways. With lanes, of each only one payload is taken at a time. With
 * in_order, for a flusher that keeps order among what is taken as long as nothing fails, the queue
 * goes back to the first that failed (go-back-N): it gives nothing out until all that is taken has
 * come back or left, and then all again in the order of old, the first when it is due. */
struct ilf__queue {
    struct ilf__amount held; /* all of it, also what is taken */
    uint64_t unspooled;      /* payloads of these that the spool does not have */
    size_t taken;            /* payloads */
    bool in_order;           /* then nothing is in the heap of those that wait */
    bool going_back;
    bool new_first; /* what is new goes before what has waited; not with in_order */
    struct ilf__list ready;
    struct ilf__payload *waiting; /* a leftist heap by due: next is left, prev is right */
    struct ilf__lane *lanes;
    size_t n_lanes; /* 0: payloads need no order */
    /* What other queues have given out that goes before all in here. As long as there is any, and
     * order is kept, this one gives nothing out, and collects what comes from there. */
    size_t awaited;
    struct ilf__list late;
};

/* Add @p, behind all others of its lane. */
void ilf__queue_add(struct ilf__queue *q, struct ilf__payload *p);

/* The payload to send next at the time @now, without taking it: one that has waited long enough
 * goes before one that is new, or after it with new_first. NULL: none. */
struct ilf__payload *ilf__queue_next(struct ilf__queue *q, uint64_t now);

/* Take what ilf__queue_next gives. It is held until ilf__queue_forget. */
struct ilf__payload *ilf__queue_take(struct ilf__queue *q, uint64_t now);

/* Give back what was taken, to be sent again when it is due; if in_order, in its place. */
void ilf__queue_retry(struct ilf__queue *q, struct ilf__payload *p);

/* Give @n parts (1 or 2) back in the place of @p, which was taken; forgets @p without freeing it.
 * The first is due as it says. */
void ilf__queue_swap(struct ilf__queue *q, struct ilf__payload *p,
                     struct ilf__payload *const *parts, size_t n);

/* @p, which was taken, has left; the next of its lane is ready. */
void ilf__queue_forget(struct ilf__queue *q, struct ilf__payload *p);

/* @p, which was taken, is not to be sent any more, and the next of its lane is ready; but it is held
 * until ilf__queue_release, as it still takes memory. */
void ilf__queue_set_aside(struct ilf__queue *q, struct ilf__payload *p);

/* Hold @p, which was never in the queue, likewise. */
void ilf__queue_hold(struct ilf__queue *q, const struct ilf__payload *p);
void ilf__queue_release(struct ilf__queue *q, const struct ilf__payload *p);

/* When the first that waits is due; UINT64_MAX: none waits, or not for that. */
uint64_t ilf__queue_due(const struct ilf__queue *q);

/* When the oldest payload that is not taken was accepted; UINT64_MAX: there is none. */
uint64_t ilf__queue_oldest(const struct ilf__queue *q);

/* All that wait are ready now, in the order in which they were added. */
void ilf__queue_hurry(struct ilf__queue *q);

/* Forget the oldest payload that is not taken, and return it to be freed; NULL: none. */
struct ilf__payload *ilf__queue_drop_oldest(struct ilf__queue *q);

/* Let all go that is not taken, in the order in which it was added. */
struct ilf__list ilf__queue_leave(struct ilf__queue *q);

/* Take in what has left another queue, in its order of old: before all that was added later. */
void ilf__queue_join(struct ilf__queue *q, struct ilf__list list);

/* Another queue has given @more payloads out that go before what is in here, and @ended of those
 * have ended or come back, which is in here already. */
void ilf__queue_await(struct ilf__queue *q, size_t more, size_t ended);

#endif
