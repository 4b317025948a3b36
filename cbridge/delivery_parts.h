/* What the parts of delivery share. */
#ifndef ILF_CBRIDGE_DELIVERY_PARTS_H
#define ILF_CBRIDGE_DELIVERY_PARTS_H

#include "delivery.h"
#include "instance.h"
#include "point.h"
#include "report.h"

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

/* A payload of which all records are dead, but whose letters could not be written yet. */
struct ilf__waiting {
    struct ilf__waiting *next;
    struct ilf__payload *p;
    enum ilf__end end; /* what it counts as if they never can */
    int32_t code;
    bool encoded;
    uint64_t dead_at;
    size_t n_reasons; /* one for each record, or one for all */
    ilf_str reasons[];
};

/* What waits for its letters, and how it fares. */
struct ilf__letter_wait {
    struct ilf__waiting *head, *tail;
    uint64_t events;
    uint64_t failing_since; /* monotonic nanoseconds, as all here; 0: the last write went well */
    uint64_t pause, due;    /* no write before */
    uint64_t failures;
    bool hurried; /* the pause was ended because the pipeline stops */
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
    bool tuned, sealed; /* the flusher has tuned; may not any more. Under the lock */

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
    char failure[ILF__REASON]; /* why the last payload that failed did; "" once one is delivered */
    uint64_t taken; /* events of the last batch that was queued, or dropped for want of room */
    uint64_t told_full, told_drop;
    uint64_t told_twice;      /* completions of no send */
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
    struct ilf__letter_wait letter_wait;

    /* Under the lock of handover.c, awaited under both. */
    struct ilf__heritage {
        struct ilf__delivery *next;
        uint64_t key;   /* of pipeline and sink */
        bool works;     /* can be an heir */
        bool lingers;   /* it did, or still does */
        bool leaving;   /* takes nothing over any more */
        bool settled;   /* has left all that it had, and its claims */
        bool ended;     /* of its thread nothing more comes than its end */
        bool abandoned; /* the host has freed it */
        size_t awaited; /* payloads that the heir waits for */
    } heritage;

    /* The thread's alone. */
    uint64_t removals[ILF__REMOVALS]; /* sequences to remove from the spool */
    size_t n_removals;
    uint64_t refill_at; /* not before, after a failure; monotonic nanoseconds */
    uint64_t delivered; /* events, when the spool was last read while stopping */
    uint64_t look_at;   /* when it is next looked after the spool */
    struct ilf__backlog_report report;
    uint64_t told_removal, told_refill;
    struct ilf__told told_retry, told_spent, told_refused;
    bool said_spent; /* of an endpoint, and not yet that it is so no longer */
};

/* Make all that the tuned options ask for, but for spool, dead letters and thread. */
ilf_status ilf__delivery_prepare(struct ilf__delivery *d, ilf_error *err);

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

/* The pause before @p is tried again, whose send to its endpoint has ended as @result says. */
uint64_t ilf__delivery_pause_before(struct ilf__delivery *d, struct ilf__payload *p,
                                    const ilf_result *result);

/* Log that @n of @of records are sent again, for @reason, if it is worth it. Without the lock. */
void ilf__delivery_tell_retry(struct ilf__delivery *d, size_t n, size_t of, const char *reason,
                              uint64_t pause);

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
 * letter for each record if there are dead letters and @end is not an action that says drop. When
 * these can't be written, one of the queue waits for them. False: nothing has happened, for want of
 * memory, or because one that is not of the queue can't wait. Without the lock; frees @p. */
bool ilf__delivery_bury(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                        enum ilf__end end, int32_t code, const char *reason);

/* The same for one that is not of the queue, without freeing it. */
bool ilf__delivery_end_payload(struct ilf__delivery *d, struct ilf__payload *p, enum ilf__end end,
                               int32_t code, const char *reason);

/* Which records of a payload, and why they are dead. */
struct ilf__dead {
    bool (*take)(const void *context, size_t record);
    ilf_str (*reason)(const void *context, size_t record);
    const void *context;
    int32_t code;
};

/* Write letters for the records @dead of @p. Counts nothing. True without dead letters, or when they
 * are written. Without the lock. */
bool ilf__delivery_write_letters(struct ilf__delivery *d, const struct ilf__payload *p,
                                 const struct ilf__dead *dead);

/* Likewise for one that waits, and for what encode has rejected. */
bool ilf__delivery_write_waiting(struct ilf__delivery *d, const struct ilf__waiting *w);
bool ilf__delivery_write_rejects(struct ilf__delivery *d, const struct ilf__reject *first);

/* Tell of @events that have ended as @end, which is no delivery. Without the lock. */
void ilf__delivery_tell(struct ilf__delivery *d, enum ilf__end end, uint64_t events,
                        const char *reason);

/* Remove from the spool what is settled, now or with others. The thread's, without the lock. */
void ilf__delivery_remove(struct ilf__delivery *d, uint64_t sequence);
void ilf__delivery_flush_removals(struct ilf__delivery *d);

/* --- delivery_letters.c --- */

/* Write @n letters, unless the last write has failed and its pause is not over. False: not written,
 * which was logged if it was worth it. Without the lock. */
bool ilf__delivery_try_letters(struct ilf__delivery *d, const struct ilf__letter *letters,
                               size_t n);

/* What the records @dead of @p need in order to wait for their letters; its p is for the caller to
 * set. NULL: out of memory. */
struct ilf__waiting *ilf__waiting_new(struct ilf__delivery *d, const struct ilf__payload *p,
                                      const struct ilf__dead *dead, enum ilf__end end);

/* The same for each of the rejects, in a list. False: out of memory. */
bool ilf__waiting_rejects(struct ilf__delivery *d, const struct ilf__reject *first,
                          struct ilf__waiting **list);
void ilf__waiting_free_all(struct ilf__waiting *first);

/* Let @w wait, whose payload the queue holds. Under the lock. */
void ilf__delivery_wait(struct ilf__delivery *d, struct ilf__waiting *w);

/* Write what waits, if it is due. The thread's; under the lock, which it opens. Returns when it will
 * be due again. */
uint64_t ilf__delivery_retry_letters(struct ilf__delivery *d);

/* Take the payload that waits longest, and forget its letters; NULL: none. Under the lock. */
struct ilf__payload *ilf__delivery_take_waiting(struct ilf__delivery *d);

/* What waits on @from waits on @to from now on, if that has dead letters. Under both locks. */
void ilf__delivery_pass_waiting(struct ilf__delivery *from, struct ilf__delivery *to);

/* The end: a last try; then what waits stays in the spool, or is lost. As retry_letters. */
void ilf__delivery_end_waiting(struct ilf__delivery *d);

/* --- delivery_end.c --- */

/* Stop the flusher of an instance that has lingered, and release what needs not wait until the host
 * frees it: others may want the files. Without the lock. */
void ilf__delivery_close(struct ilf__delivery *d);

/* Leave @p in the spool, with no claim on it: those that are left when the thread ends are of other
 * instances, see handover.c. False: the spool has not got it. Without the lock. */
bool ilf__delivery_park(struct ilf__delivery *d, struct ilf__payload *p);

/* Spool, dead-letter or count and log all that @d still has. Called by the thread, at its end, with the
 * lock, which it opens meanwhile. */
void ilf__delivery_keep_rest(struct ilf__delivery *d);

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
