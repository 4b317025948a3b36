/* Delivery for an instance whose flusher has `send`: from the flush of a batch to the end of each
 * of its records.
 *
 * Two threads: the host's, which encodes batches and puts payloads into the queue (delivery.c), and
 * the instance's own (delivery_thread.c), which sends them and settles what has become of them
 * (delivery_settle.c). Completions come from any thread and only leave a note for the latter. */
#ifndef ILF_CBRIDGE_DELIVERY_H
#define ILF_CBRIDGE_DELIVERY_H

#include <ilf/bridge.h>

#include "actions.h"
#include "breaker.h"
#include "collect.h"
#include "delivery_counts.h"
#include "limiter.h"
#include "retry.h"

struct ilf__delivery;

/* What ilf_flusher_new makes, before the configuration is known. NULL: out of memory. */
struct ilf__delivery *ilf__delivery_new(ilf_flusher *f);

/* After the flusher's init has succeeded: open spool and dead letters, start the thread. After a
 * failure there is none. */
ilf_status ilf__delivery_start(struct ilf__delivery *d, ilf_error *err);

/* Likewise, but only say what would make ilf__delivery_start fail. */
ilf_status ilf__delivery_check(struct ilf__delivery *d, ilf_error *err);

/* Is there room for more? */
bool ilf__delivery_is_ready(struct ilf__delivery *d);

/* Run @call, which encodes @data, and queue the records that it puts. ILF_ERR_RETRY and NOMEM mean
 * that nothing was queued. */
ilf_status ilf__delivery_flush(struct ilf__delivery *d, ilf__call call, void *data,
                               uint32_t attempt, ilf_error *err);

/* How many events the last batch that was flushed had, as encode has counted them. */
uint64_t ilf__delivery_taken(const struct ilf__delivery *d);

/* The encoder for @call to put records into. */
const ilf_encoder *ilf__delivery_encoder(struct ilf__delivery *d);

/* The instance is about to stop: no flush waits any more. With a @deadline (monotonic nanoseconds; 0:
 * none) it is for good: payloads do not wait either, and the first or the earliest holds. */
void ilf__delivery_hurry(struct ilf__delivery *d, uint64_t deadline);

/* Deliver what can be delivered until the deadline, keep the rest in the spool or the dead letters,
 * and end the thread. Takes at most ILF__STOP_GRACE longer, for sends that do not end. */
void ilf__delivery_stop(struct ilf__delivery *d);

/* How long stop waits for sends under way beyond StopTimeout: cancelled ones end soon; the host
 * allows 30 s, and StopTimeout is 20. */
#define ILF__STOP_GRACE UINT64_C(5000000000)

/* After the flusher's stop, by when every send has ended. NULL is allowed. */
void ilf__delivery_free(struct ilf__delivery *d);

/* Functions of the flusher's ilf_host. */
void ilf__delivery_tune(struct ilf__delivery *d, const ilf_tuning *tuning);
void ilf__delivery_complete(struct ilf__delivery *d, const ilf_payload *payload,
                            const ilf_result *result);

/* What is going on now, for the metrics. */
struct ilf__delivery_gauges {
    struct ilf__amount queued; /* in memory, what is under way included */
    uint64_t oldest;           /* accepted_at of the payload that is next; 0: none */
    size_t in_flight;
    double limit;
    bool has_spool;
    struct ilf__spool_stats spool;
    size_t n_endpoints;
};
void ilf__delivery_gauges(struct ilf__delivery *d, struct ilf__delivery_gauges *gauges);

/* The name of endpoint @i, "" if it has none, and an ilf__breaker_shown. */
const char *ilf__delivery_endpoint(struct ilf__delivery *d, size_t i, int *breaker);

/* The counts, and whether accepted = delivered + dead-lettered + spooled + queued + dropped. */
struct ilf__counts *ilf__delivery_counts(struct ilf__delivery *d);
bool ilf__delivery_is_conserved(struct ilf__delivery *d);

#endif
