/* What the parts of delivery share. */
#ifndef ILF_CBRIDGE_DELIVERY_PARTS_H
#define ILF_CBRIDGE_DELIVERY_PARTS_H

#include "delivery.h"
#include "instance.h"
#include "point.h"

enum {
    ILF__LANES = 64,
    ILF__REMOVALS = 128,
    ILF__REASON = 512,
    ILF__USED_MAX = 8 << 20, /* bytes of memory kept for the next payloads */
};

/* A send under way. */
struct ilf__flight {
    struct ilf__payload *p; /* NULL: free */
    bool done;              /* what follows has been said */
    struct ilf__flight *next_done;
    ilf_result result; /* its pointers lead into the following */
    uint8_t *records;  /* verdicts, then reasons cut to 255 bytes, each with its length in front */
    char reason[ILF__REASON];
    uint64_t ended_at; /* monotonic nanoseconds */
};

struct ilf__delivery {
    ilf_flusher *f;
    const struct ilf__common_options *options;
    ilf_tuning tuning;
    ilf_encoder encoder;
    struct ilf__spool *spool;         /* NULL: none */
    struct ilf__deadletters *letters; /* NULL: none */
    struct ilf__actions actions;
    struct ilf__counts counts;
    pthread_t thread;
    bool started;

    /* The flush's while collecting is true, else under the lock. */
    struct ilf__collector collector;

    pthread_mutex_t lock; /* guards all below; inside of it no log, no spool, no hook is called */
    pthread_cond_t work;  /* for the thread; both wait by CLOCK_MONOTONIC */
    pthread_cond_t room;  /* for a flush that waits */
    unsigned waiters;     /* flushes that do */
    pthread_t runner;     /* the thread, as it has named itself */
    bool collecting;
    bool nudged;   /* there is something to do for the thread */
    bool polling;  /* the thread is in the flusher's poll */
    bool full;     /* between the high watermark and the low one */
    bool urgent;   /* about to stop: nothing waits for room */
    bool hurried;  /* and for good: payloads do not wait either */
    bool stopping; /* no flush will come any more */
    bool lingers;  /* a reload has stopped it: see handover.h */
    bool cancelled;
    bool keeping;               /* what has not ended by now is accounted for already */
    uint64_t deadline;          /* since hurried, or since it lingers */
    struct ilf__delivery *heir; /* that has its queue; NULL: none */
    struct ilf__queue queue;
    uint64_t taken; /* events of the last batch that was queued, or dropped for want of room */
    uint64_t told_full;
    uint64_t storing;         /* events that a flush is writing to the spool */
    uint64_t told[ILF__ENDS]; /* how often each loss was told of */
    struct ilf__amount open;  /* in the collector, as it was when a flush last ended */
    uint64_t oldest_open;     /* likewise */
    struct ilf__limiter limiter;
    struct ilf__breakers breakers;
    struct ilf__flight *flights; /* as many as Delivery.Concurrency */
    size_t n_flights, in_flight;
    struct ilf__flight *done, **done_end; /* in the order of completion */
    struct ilf__payload *used; /* memory for the collector, of payloads that were delivered */
    size_t used_bytes;

    /* Under the lock of handover.c, awaited under both. */
    struct ilf__heritage {
        struct ilf__delivery *next;
        uint64_t key;   /* of pipeline and sink */
        bool works;     /* can be an heir */
        bool lingers;   /* it did, or still does */
        bool leaving;   /* takes nothing over any more */
        bool ended;     /* of its thread nothing more comes than its end */
        bool abandoned; /* the host has freed it */
        size_t awaited; /* payloads that the heir waits for */
    } heritage;

    /* The thread's alone. */
    uint64_t removals[ILF__REMOVALS]; /* sequences to remove from the spool */
    size_t n_removals;
    uint64_t refill_at; /* not before, after a failure; monotonic nanoseconds */
    bool refilled;      /* there was nothing more in the spool, or it could not be read */
    uint64_t told_retry, told_removal, told_refill, told_letters;
};

/* Unlock, having made the thread look for work. */
void ilf__delivery_nudge_and_unlock(struct ilf__delivery *d);

/* The flush is done with the collector. Unlocks. */
void ilf__delivery_leave_and_unlock(struct ilf__delivery *d);

/* Count @events that have ended so. Under the lock. */
static inline void ilf__delivery_end(struct ilf__delivery *d, enum ilf__end end, uint64_t events)
{
    ilf__metrics_add(&d->counts.ends[end], events);
    if (end == ILF__END_DELIVERED)
        ilf__metrics_add(&d->f->metrics.delivered, events);
}

/* --- delivery_settle.c --- */

/* Settle every send that has ended. Called by the thread with the lock, which it opens meanwhile. */
void ilf__delivery_settle(struct ilf__delivery *d);

/* Put @p, which was taken, back to be sent after @pause nanoseconds. */
void ilf__delivery_send_again(struct ilf__delivery *d, struct ilf__payload *p, uint64_t pause);

/* The pause after a failure of our own, such as a lack of memory; nanoseconds. */
#define ILF__SHORT_PAUSE UINT64_C(500000000)

/* The pause before further try number @attempt, counted from 1. */
uint64_t ilf__delivery_pause_before(struct ilf__delivery *d, uint32_t attempt,
                                    const ilf_result *result);

/* Is there no further try for what has been tried @tries times? */
bool ilf__delivery_is_exhausted(const struct ilf__delivery *d, uint32_t tries);

/* Count that @p will be sent again, after @result. */
void ilf__delivery_count_try(struct ilf__delivery *d, struct ilf__payload *p,
                             const ilf_result *result);

/* --- delivery_partial.c --- */

/* Settle a flight whose records have different verdicts. The thread's, without the lock. */
void ilf__delivery_settle_records(struct ilf__delivery *d, struct ilf__flight *flight);

/* --- delivery_bury.c --- */

/* End a payload that is taken from the queue, or was never in it (@queued false), for @end, with a
 * letter for each record if there are dead letters and @end is not an action that says drop.
 * False: the dead letters could not be written, and nothing has happened. Without the lock; frees @p. */
bool ilf__delivery_bury(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                        enum ilf__end end, int32_t code, const char *reason);

/* The same without freeing it. */
bool ilf__delivery_end_payload(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                               enum ilf__end end, int32_t code, const char *reason);

/* Write letters for the records of @p that @take tells to be taken. Counts nothing. True without
 * dead letters, or when they are written. Without the lock. */
bool ilf__delivery_write_letters(struct ilf__delivery *d, const struct ilf__payload *p,
                                 bool (*take)(const void *context, size_t record),
                                 ilf_str (*reason)(const void *context, size_t record),
                                 const void *context, int32_t code);

/* Likewise for what encode has rejected. */
bool ilf__delivery_write_rejects(struct ilf__delivery *d, const struct ilf__reject *first);

/* Tell of @events that have ended as @end, which is no delivery. Without the lock. */
void ilf__delivery_tell(struct ilf__delivery *d, enum ilf__end end, uint64_t events,
                        const char *reason);

/* Remove from the spool what is settled, now or with others. The thread's, without the lock. */
void ilf__delivery_remove(struct ilf__delivery *d, uint64_t sequence);
void ilf__delivery_flush_removals(struct ilf__delivery *d);

/* --- delivery_thread.c --- */

void *ilf__delivery_run(void *delivery);

/* Queue what is in the open payloads. Under the lock, and not beside a flush. */
void ilf__delivery_close_all(struct ilf__delivery *d);

/* --- delivery_commit.c --- */

/* Queue what the collector has, as one batch: into the spool if there is one, and as much of it in
 * memory as there is room for. */
ilf_status ilf__delivery_commit(struct ilf__delivery *d, ilf_error *err);

/* Does what the collector has fit beside the queue? Into an empty queue all fits. Under the lock,
 * and only while a flush waits or by the flush itself. */
bool ilf__delivery_fits(const struct ilf__delivery *d);

#endif
