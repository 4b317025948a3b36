/* The thread of a delivery: sends what is due, and waits for what happens next. */
#include "delivery_parts.h"

#include <stdlib.h>

#include "common_options.h"
#include "handover.h"

/* How often a spool is looked at for what another instance has left in it, and what failed is tried
 * again. */
static const uint64_t TICK = 1000000000;

enum { REFILL = 32 };

/* All below are called, and return, under the lock, which some of them open meanwhile. */

/* --- Into the queue --------------------------------------------------------------------------- */

static void close_older_than(struct ilf__delivery *d, uint64_t before)
{
    struct ilf__list list;
    struct ilf__payload *p;

    if (d->collecting)
        return;
    ilf__collect_close(&d->collector, before);
    list = ilf__collect_take(&d->collector);
    while ((p = ilf__list_take(&list)))
        ilf__queue_add(&d->queue, p);
    d->open = d->collector.open;
    d->oldest_open = ilf__collect_oldest(&d->collector);
}

void ilf__delivery_close_all(struct ilf__delivery *d)
{
    close_older_than(d, UINT64_MAX);
}

static void close_aged(struct ilf__delivery *d, uint64_t now)
{
    uint64_t age = (uint64_t)d->options->batch.max_age;

    if (d->oldest_open == UINT64_MAX)
        return;
    if (d->urgent)
        close_older_than(d, UINT64_MAX);
    else if (now >= d->oldest_open + age)
        close_older_than(d, now - age + 1);
}

/* Read what is on disk only, while there is room for it. */
static void refill(struct ilf__delivery *d, uint64_t now)
{
    bool in_order = d->options->delivery.order != ILF__ORDER_NONE;

    for (int i = 0; i < REFILL && d->spool && !d->lingers && !d->cancelled && now >= d->refill_at &&
                    d->queue.held.bytes < d->options->queue.max_bytes / 2;
         i++) {
        struct ilf__spool_stats stats;
        struct ilf__payload *p = NULL;
        ilf_status status = ILF_OK;
        ilf_error err;

        pthread_mutex_unlock(&d->lock);
        ilf__spool_stats(d->spool, &stats);
        if (stats.unclaimed > 0 && (!in_order || ilf__handover_may_read(d)))
            status = ilf__spool_next(d->spool, &p, d, &err);
        if (status != ILF_OK) {
            d->refill_at = now + TICK;
            if (ilf__worth_telling(d->told_refill++))
                ilf__log(d->f, ILF_LEVEL_ERROR, "spool: %s; what is in it waits", err.text);
        }
        pthread_mutex_lock(&d->lock);
        d->refilled = !p;
        d->nudged = d->nudged || (!p && d->stopping); /* that may be the end */
        if (!p)
            return;
        ILF__POINT("replay-read");
        ilf__metrics_add(&d->counts.recovered, p->shown.n_events);
        ilf__queue_add(&d->queue, p);
        d->nudged = d->nudged || i + 1 == REFILL;
    }
}

/* --- Out of the queue ------------------------------------------------------------------------- */

static bool is_expired(struct ilf__delivery *d, const struct ilf__payload *p)
{
    uint64_t age = (uint64_t)d->options->retry.max_age;

    return age > 0 && d->f->host.now(d->f) > p->shown.accepted_at + age;
}

static void expire(struct ilf__delivery *d, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_take(&d->queue, now);

    pthread_mutex_unlock(&d->lock);
    if (ilf__delivery_bury(d, p, true, ILF__END_EXPIRED, 0, "older than Retry.MaxAge")) {
        pthread_mutex_lock(&d->lock);
        if (d->waiters > 0)
            pthread_cond_broadcast(&d->room);
        return;
    }
    pthread_mutex_lock(&d->lock);
    p->due = now + TICK;
    ilf__queue_retry(&d->queue, p);
}

static void send_one(struct ilf__delivery *d, size_t endpoint, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_take(&d->queue, now);
    struct ilf__flight *flight = d->flights;

    while (flight->p)
        flight++;
    flight->p = p;
    d->in_flight++;
    p->sent_at = now;
    p->shown.endpoint = endpoint;
    ilf__limiter_sent(&d->limiter, p->shown.n_records, p->shown.bytes.len);
    if (p->shown.flags & ILF_PAYLOAD_MAY_REPEAT)
        ilf__metrics_add(&d->counts.repeated, p->shown.n_events);
    pthread_mutex_unlock(&d->lock);
    ILF__POINT("send");
    d->f->ops->send(d->f->self, &p->shown);
    ILF__POINT("sent");
    pthread_mutex_lock(&d->lock);
    ilf__delivery_settle(d);
}

/* Send what may be sent now. Returns when there will be more, unless something happens before. */
static uint64_t send_due(struct ilf__delivery *d)
{
    while (!d->cancelled && !d->heir && d->in_flight < d->n_flights) {
        uint64_t now = ilf__monotonic(), when;
        const struct ilf__payload *next = ilf__queue_next(&d->queue, now);
        size_t endpoint;

        if (!next)
            return ilf__queue_due(&d->queue);
        if (is_expired(d, next)) {
            expire(d, now);
            continue;
        }
        if (!ilf__limiter_allows(&d->limiter, d->in_flight, now, &when) ||
            !ilf__breakers_pick(&d->breakers, now, &endpoint, &when))
            return when;
        send_one(d, endpoint, now);
    }
    return UINT64_MAX;
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static void earlier(uint64_t *when, uint64_t other)
{
    *when = other < *when ? other : *when;
}

static void pause_until(struct ilf__delivery *d, uint64_t when)
{
    uint64_t now = ilf__monotonic();
    const ilf_flusher_ops *ops = d->f->ops;
    bool now_already;

    if (d->oldest_open != UINT64_MAX && !d->collecting)
        earlier(&when, d->oldest_open + (uint64_t)d->options->batch.max_age);
    if (d->stopping)
        earlier(&when, now < d->deadline ? d->deadline : d->deadline + ILF__STOP_GRACE);
    if (d->spool && !d->stopping)
        earlier(&when, now + TICK);
    if (d->options->retry.max_age > 0 && d->queue.held.payloads > d->in_flight)
        earlier(&when, now + TICK); /* what can't be sent may get too old */
    now_already = d->nudged || d->done || when <= now;
    if (ops->poll) {
        if (now_already && d->in_flight == 0)
            return;
        d->polling = !now_already;
        pthread_mutex_unlock(&d->lock);
        ops->poll(d->f->self, now_already ? 0 : when == UINT64_MAX ? -1 : (int64_t)(when - now));
        pthread_mutex_lock(&d->lock);
        d->polling = false;
    } else if (!now_already && when == UINT64_MAX) {
        pthread_cond_wait(&d->work, &d->lock);
    } else if (!now_already) {
        const struct timespec at = {(time_t)(when / 1000000000), (long)(when % 1000000000)};

        (void)pthread_cond_timedwait(&d->work, &d->lock, &at);
    }
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Is there nothing left to do, or no time for it? */
static bool is_finished(struct ilf__delivery *d)
{
    uint64_t now;

    if (!d->stopping)
        return false;
    now = ilf__monotonic();
    if (d->queue.held.payloads == 0 && (!d->spool || d->refilled || d->lingers))
        return true;
    if (d->spool && d->queue.held.payloads > 0 && d->queue.unspooled == 0 && d->in_flight == 0 &&
        !d->queue.ready.head)
        return true; /* the sink has refused what is left, and the spool has it: why wait? */
    if (now < d->deadline)
        return false;
    if (!d->cancelled) {
        d->cancelled = true;
        pthread_mutex_unlock(&d->lock);
        if (d->f->ops->cancel)
            d->f->ops->cancel(d->f->self);
        pthread_mutex_lock(&d->lock);
        ilf__delivery_settle(d);
    }
    return d->in_flight == 0 || now >= d->deadline + ILF__STOP_GRACE;
}

/* Keep @p, which is not in the queue any more, where the configuration has a place for it: in the
 * spool, or else in the dead letters. False: it is lost. Without the lock. */
static bool keep(struct ilf__delivery *d, struct ilf__payload *p)
{
    bool parked = p->sequence != 0, written;
    ilf_error err;

    ILF__POINT("stop-before-park");
    if (!parked && d->spool)
        parked = ilf__spool_append(d->spool, &p, 1, NULL, &err) == ILF_OK;
    ILF__POINT("stop-parked");
    if (!parked) {
        written =
            ilf__delivery_end_payload(d, p, false, ILF__END_STOPPED, 0, "the pipeline was stopped");
        if (written)
            return d->letters;
    }
    pthread_mutex_lock(&d->lock);
    d->storing -= p->shown.n_events;
    if (parked)
        ilf__metrics_add(&d->counts.parked, p->shown.n_events);
    else
        ilf__delivery_end(d, ILF__END_STOPPED, p->shown.n_events);
    pthread_mutex_unlock(&d->lock);
    return parked;
}

/* The same for one whose send has not ended, so that it stays as it is until the flusher has
 * stopped. */
static bool keep_flying(struct ilf__delivery *d, struct ilf__payload *p)
{
    struct ilf__payload *copy = ilf__payload_copy(&p->shown, p->lane);
    bool kept;

    if (!copy)
        return keep(d, p);
    copy->sequence = p->sequence;
    copy->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
    if (ilf__handover_give(d, copy))
        return true;
    kept = keep(d, copy);
    free(copy);
    return kept;
}

/* A send that has not ended, and whose payload was not kept yet. */
static struct ilf__payload *next_flying(struct ilf__delivery *d, size_t *i)
{
    while (*i < d->n_flights)
        if (d->flights[(*i)++].p)
            return d->flights[*i - 1].p;
    return NULL;
}

static void keep_the_rest(struct ilf__delivery *d)
{
    uint64_t lost = 0, unended = 0;
    struct ilf__payload *p;
    size_t i = 0;
    bool flying;

    d->keeping = true;
    for (;;) {
        bool kept;

        p = next_flying(d, &i);
        flying = p;
        if (!p)
            p = ilf__queue_take(&d->queue, UINT64_MAX);
        if (!p)
            break;
        ilf__queue_forget(&d->queue, p);
        d->storing += p->shown.n_events;
        unended += flying;
        pthread_mutex_unlock(&d->lock);
        kept = flying ? keep_flying(d, p) : keep(d, p);
        lost += kept ? 0 : p->shown.n_events;
        if (!flying)
            free(p);
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    if (unended > 0)
        ilf__log(d->f, ILF_LEVEL_WARN,
                 "stop: %llu sends did not end in time; what they sent may "
                 "arrive twice",
                 (unsigned long long)unended);
    if (lost > 0)
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "stop: lost %llu records that the sink did not take within %s: set "
                 "Spool.Path or DeadLetters.Path to keep them",
                 (unsigned long long)lost, d->lingers ? "HandoverTimeout" : "StopTimeout");
    pthread_mutex_lock(&d->lock);
}

/* What has come back is the heir's, who waits for what has not. */
static void pass_on(struct ilf__delivery *d)
{
    if (!d->heir ||
        (d->queue.held.payloads == d->queue.taken && d->heritage.awaited == d->queue.taken))
        return;
    pthread_mutex_unlock(&d->lock);
    ilf__handover_pass(d);
    pthread_mutex_lock(&d->lock);
}

void *ilf__delivery_run(void *delivery)
{
    struct ilf__delivery *d = delivery;

    (void)pthread_setname_np(pthread_self(), "ilf-delivery");
    pthread_mutex_lock(&d->lock);
    d->runner = pthread_self();
    for (;;) {
        uint64_t when, now;

        ilf__delivery_settle(d);
        d->nudged = false; /* all that anybody has done until now is looked at below */
        now = ilf__monotonic();
        close_aged(d, now);
        pass_on(d);
        if (is_finished(d))
            break;
        refill(d, now);
        when = send_due(d);
        if (d->n_removals > 0) {
            pthread_mutex_unlock(&d->lock);
            ilf__delivery_flush_removals(d);
            pthread_mutex_lock(&d->lock);
        }
        pause_until(d, when);
    }
    pass_on(d);
    pthread_mutex_unlock(&d->lock);
    ilf__handover_leave(d);
    pthread_mutex_lock(&d->lock);
    keep_the_rest(d);
    pthread_mutex_unlock(&d->lock);
    ilf__delivery_flush_removals(d);
    ilf__handover_end(d);
    return NULL;
}
